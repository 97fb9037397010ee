import type { PlaceClaim } from '../events/claim.ts';
import { compareDigits } from '../events/number.ts';

/** Places in a shard that are claimed together: everything from `first` to `last`, both in decimal digits. */
export type ClaimedRange = {
  readonly shard: string;
  readonly first: string;
  readonly last: string;
  readonly seconds: number;
};

/** One range for each shard, but for the places that are claimed alone. */
export function toRanges(places: readonly PlaceClaim[]): readonly ClaimedRange[] {
  const alone = places.filter(({ isAlone }) => isAlone).map((place) => [place]);
  const together = Map.groupBy(
    places.filter(({ isAlone }) => !isAlone),
    ({ shard }) => shard,
  );
  return [...alone, ...together.values()].map(toRange);
}

function toRange(places: readonly PlaceClaim[]): ClaimedRange {
  const sorted = places.map(({ sequenceNumber }) => sequenceNumber).sort(compareDigits);
  return {
    shard: places[0]?.shard ?? '',
    first: sorted[0] ?? '',
    last: sorted.at(-1) ?? '',
    seconds: Math.max(...places.map(({ seconds }) => seconds)),
  };
}
