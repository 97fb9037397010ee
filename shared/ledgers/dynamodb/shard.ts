import { compareDigits } from '../../events/number.ts';
import { inParallel } from '../../in-parallel.ts';
import type { EpochMs } from '../../runs/run.ts';
import { fromSortableDigits, toKey, toSortableDigits } from './keys.ts';
import { type Extent, type HeldRange, overlap } from './ranges.ts';
import { type Condition, type Item, numberIn, type Store, textIn } from './store.ts';

/** A shard's head item as it was read. All places are in decimal digits. */
export type Head = {
  /** Counts the changes to the ranges; undefined before the first. */
  readonly revision: number | undefined;
  /** Counts the commits of places that are claimed alone. */
  readonly alone: number | undefined;
  /** The highest place that was ever claimed alone. */
  readonly aloneLast: string | undefined;
  /** The highest end of a range that is kept in an item of its own. */
  readonly spilledLast: string | undefined;
  /** By where they end; none overlap. */
  readonly ranges: readonly HeldRange[];
  readonly expires: number;
};

/** A place that was claimed alone. */
export type HeldPlace = { readonly place: string; readonly runId: string; readonly until: EpochMs };

/** The head has this many ranges at most: each write of it costs a unit for each KB. */
const mostRanges = 16;
/** So many stay when the oldest are moved to items of their own. */
const keptRanges = 8;
/** So many ranges can be added at a time. */
export const mostNewRanges = mostRanges - keptRanges;

const pageSize = 50;

/** One partition of the table: the head, `range#…` and `place#…` of one shard. */
export function createShard(store: Store, partition: string) {
  const headKey = toKey(partition, 'head');
  const keyOf = (kind: 'range' | 'place', place: string) =>
    toKey(partition, `${kind}#${toSortableDigits(place)}`);

  function within(kind: 'range' | 'place', from: string, to: string): AsyncGenerator<Item, void, undefined> {
    return store.query({
      where: {
        that: 'pk = :pk AND sk BETWEEN :from AND :to',
        values: { ':pk': { S: partition }, ':from': { S: `${kind}#${from}` }, ':to': { S: `${kind}#${to}` } },
      },
      pageSize,
    });
  }

  /** Ranges don't overlap, so those that end later begin later too: the first one beyond is the end. */
  async function readSpilled(extent: Extent, now: EpochMs): Promise<HeldRange[]> {
    const found: HeldRange[] = [];
    for await (const item of within('range', toSortableDigits(extent.first), '~')) {
      const range = fromRangeItem(item);
      if (range.until <= now) continue;
      if (compareDigits(range.first, extent.last) > 0) break;
      found.push(range);
    }
    return found;
  }

  return {
    async readHead(): Promise<Head> {
      return toHead(await store.get(headKey));
    },

    /** The ranges that somebody has in an extent, as of that head. */
    async rangesIn(head: Head, extent: Extent, now: EpochMs): Promise<readonly HeldRange[]> {
      const near = head.ranges.filter((range) => range.until > now && overlap(range, extent));
      const isBeyond = head.spilledLast === undefined || compareDigits(extent.first, head.spilledLast) > 0;
      return isBeyond ? near : [...near, ...(await readSpilled(extent, now))];
    },

    /** The places that were claimed alone in an extent; those committed in that head, and maybe some that are not yet. */
    async placesIn(head: Head, extent: Extent, now: EpochMs): Promise<readonly HeldPlace[]> {
      if (head.aloneLast === undefined || compareDigits(extent.first, head.aloneLast) > 0) return [];
      const found: HeldPlace[] = [];
      const to = toSortableDigits(extent.last);
      for await (const item of within('place', toSortableDigits(extent.first), to)) {
        const held = fromPlaceItem(item);
        if (held.until > now) found.push(held);
      }
      return found;
    },

    async readPlace(place: string, now: EpochMs): Promise<HeldPlace | undefined> {
      const item = await store.get(keyOf('place', place));
      const held = item && fromPlaceItem(item);
      return held && held.until > now ? held : undefined;
    },

    /** Puts a place's item unless another run has it. It counts once it is committed. */
    async putPlace({ place, runId, until }: HeldPlace, now: EpochMs): Promise<boolean> {
      return store.put(
        {
          ...keyOf('place', place),
          heldBy: { S: runId },
          heldUntil: { N: String(until) },
          expires: { N: toExpires(until) },
        },
        {
          that: 'attribute_not_exists(pk) OR heldUntil <= :now OR heldBy = :me',
          values: { ':now': { N: String(now) }, ':me': { S: runId } },
        },
      );
    },

    /** False when a range was claimed since the head was read. */
    async commitPlaces(head: Head, last: string, until: EpochMs): Promise<boolean> {
      const isHighest = head.aloneLast === undefined || compareDigits(last, head.aloneLast) > 0;
      const guard = toGuard('revision', head.revision);
      const committed = await store.update(
        headKey,
        `SET expires = :expires${isHighest ? ', aloneLast = :last' : ''} ADD alone :one`,
        {
          that: isHighest
            ? `${guard.that} AND (attribute_not_exists(aloneLast) OR aloneLast < :last)`
            : guard.that,
          values: {
            ...guard.values,
            ':expires': { N: String(Math.max(head.expires, Number(toExpires(until)))) },
            ':one': { N: '1' },
            ...(isHighest && { ':last': { S: toSortableDigits(last) } }),
          },
        },
      );
      return committed !== undefined;
    },

    /** False when anything was claimed since the head was read. At most `mostNewRanges`. */
    async commitRanges(head: Head, added: readonly HeldRange[], now: EpochMs): Promise<boolean> {
      const alive = head.ranges.filter(({ until }) => until > now);
      const isFull = alive.length + added.length > mostRanges;
      // Never new ones: an item of its own counts at once, and these are not claimed before the head says so.
      const spilled = isFull ? alive.slice(0, alive.length - keptRanges) : [];
      await inParallel(spilled, (range) => store.put(toRangeItem(range)));
      const spilledLast = [head.spilledLast, ...spilled.map(({ last }) => last)]
        .filter((last) => last !== undefined)
        .sort(compareDigits)
        .at(-1);
      const ranges = [...alive.slice(spilled.length), ...added].sort((one, other) =>
        compareDigits(one.last, other.last),
      );
      const expires = Math.max(head.expires, ...added.map(({ until }) => Number(toExpires(until))));
      return store.put(
        {
          ...headKey,
          revision: { N: String((head.revision ?? 0) + 1) },
          ranges: {
            S: JSON.stringify(ranges.map(({ first, last, runId, until }) => [first, last, runId, until])),
          },
          expires: { N: String(expires) },
          ...(spilledLast !== undefined && { spilledLast: { S: toSortableDigits(spilledLast) } }),
          ...(head.alone !== undefined && { alone: { N: String(head.alone) } }),
          ...(head.aloneLast !== undefined && { aloneLast: { S: toSortableDigits(head.aloneLast) } }),
        },
        both(toGuard('revision', head.revision), toGuard('alone', head.alone)),
      );
    },
  };

  function toRangeItem({ first, last, runId, until }: HeldRange): Item {
    return {
      ...keyOf('range', last),
      startsAt: { S: first },
      endsAt: { S: last },
      heldBy: { S: runId },
      heldUntil: { N: String(until) },
      expires: { N: toExpires(until) },
    };
  }
}

export type Shard = ReturnType<typeof createShard>;

function toHead(item: Item | undefined): Head {
  const digitsIn = (name: string) => {
    const text = textIn(item, name);
    return text === undefined ? undefined : fromSortableDigits(text);
  };
  const ranges: [string, string, string, number][] = JSON.parse(textIn(item, 'ranges') ?? '[]');
  return {
    revision: numberIn(item, 'revision'),
    alone: numberIn(item, 'alone'),
    aloneLast: digitsIn('aloneLast'),
    spilledLast: digitsIn('spilledLast'),
    ranges: ranges.map(([first, last, runId, until]) => ({ first, last, runId, until })),
    expires: numberIn(item, 'expires') ?? 0,
  };
}

function fromRangeItem(item: Item): HeldRange {
  return {
    first: textIn(item, 'startsAt') ?? '',
    last: textIn(item, 'endsAt') ?? '',
    ...heldIn(item),
  };
}

function fromPlaceItem(item: Item): HeldPlace {
  return { place: fromSortableDigits((textIn(item, 'sk') ?? '').slice('place#'.length)), ...heldIn(item) };
}

export function heldIn(item: Item): { readonly runId: string; readonly until: EpochMs } {
  return { runId: textIn(item, 'heldBy') ?? '', until: numberIn(item, 'heldUntil') ?? 0 };
}

/** Seconds since 1970, when DynamoDB may remove what is held until then. */
export function toExpires(until: EpochMs): string {
  return String(Math.ceil(until / 1000));
}

function toGuard(name: 'revision' | 'alone', value: number | undefined): Condition {
  return value === undefined
    ? { that: `attribute_not_exists(${name})` }
    : { that: `${name} = :${name}`, values: { [`:${name}`]: { N: String(value) } } };
}

function both(one: Condition, other: Condition): Condition {
  return { that: `${one.that} AND ${other.that}`, values: { ...one.values, ...other.values } };
}
