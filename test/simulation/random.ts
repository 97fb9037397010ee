/** One source of chance: everything that a schedule leaves open is decided by it, so that a seed decides everything. */
export type Random = {
  /** From 0 to 1, without 1. */
  readonly next: () => number;
  readonly chance: (probability: number) => boolean;
  /** Whole, both ends included. */
  readonly between: (least: number, most: number) => number;
  /** As often small as large, whatever the size: 1 to 1000 gives as many below 32 as above. */
  readonly scaled: (least: number, most: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** By weights; a weight of 0 is never taken. */
  readonly weigh: <T extends string>(weights: Readonly<Record<T, number>>) => T;
};

/** Mulberry32, a generator of 32 bits by Tommy Ettinger (public domain). */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  return {
    next,
    chance: (probability) => probability > 0 && next() < probability,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    scaled: (least, most) => Math.round(Math.exp(Math.log(least) + next() * Math.log(most / least))),
    pick(list) {
      const picked = list[Math.floor(next() * list.length)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    weigh<T extends string>(weights: Readonly<Record<T, number>>): T {
      const { names, limits } = toLimits(weights);
      const drawn = next() * (limits.at(-1) ?? 0);
      return names[limits.findIndex((limit) => drawn < limit)] as T;
    },
  };
}

type Limits = { readonly names: readonly string[]; readonly limits: readonly number[] };

const known = new WeakMap<object, Limits>();

/** Where each name ends on a line on which all lie in a row. */
function toLimits(weights: Readonly<Record<string, number>>): Limits {
  const made = known.get(weights);
  if (made) return made;
  let sum = 0;
  const entries = Object.entries(weights).filter(([, weight]) => weight > 0);
  if (entries.length === 0) throw new Error('nothing has a weight');
  const limits = entries.map(([, weight]) => {
    sum += weight;
    return sum;
  });
  const fresh = { names: entries.map(([name]) => name), limits };
  known.set(weights, fresh);
  return fresh;
}
