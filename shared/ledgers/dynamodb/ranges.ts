import { compareDigits } from '../../events/number.ts';
import type { EpochMs } from '../../runs/run.ts';

/** A part of a shard, both ends in decimal digits and in it; `until` is when it's free again. */
export type HeldRange = {
  readonly first: string;
  readonly last: string;
  readonly runId: string;
  readonly until: EpochMs;
};

export type Extent = { readonly first: string; readonly last: string };

/** From the lowest to the highest; undefined when there are none. */
export function toExtent(places: readonly string[]): Extent | undefined {
  const sorted = [...places].sort(compareDigits);
  const [first] = sorted;
  const last = sorted.at(-1);
  return first === undefined || last === undefined ? undefined : { first, last };
}

export function covers({ first, last }: Extent, place: string): boolean {
  return compareDigits(first, place) <= 0 && compareDigits(place, last) <= 0;
}

export function overlap(one: Extent, other: Extent): boolean {
  return compareDigits(one.first, other.last) <= 0 && compareDigits(other.first, one.last) <= 0;
}

/** What is left of an extent, in order, without the parts that others have. */
export function toGaps(extent: Extent, taken: readonly Extent[]): readonly Extent[] {
  const gaps: Extent[] = [];
  let next = BigInt(extent.first);
  const end = BigInt(extent.last);
  const sorted = taken
    .map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }))
    .sort((one, other) => (one.first < other.first ? -1 : one.first > other.first ? 1 : 0));
  for (const { first, last } of sorted) {
    if (last < next) continue;
    if (first > end) break;
    if (first > next) gaps.push({ first: String(next), last: String(first - 1n) });
    next = last + 1n;
  }
  if (next <= end) gaps.push({ first: String(next), last: String(end) });
  return gaps;
}
