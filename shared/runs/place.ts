import type { EpochMs } from './run.ts';

const hourMs = 3_600_000;

/** Places are given in this hour of the clock and the ones after it: seven days in all. */
export const placeHours = 168;

/** The newest hour in which runs of a job have a place, by its beginning, and how many have one. */
export type NewestHour = { readonly hour: EpochMs; readonly taken: number };

/**
 * What the newest hour is once another run has a place: the same, while fewer than `most` have one in it, or the next,
 * or else the one that `now` is in. Undefined when that would be beyond the hours in which places are given. No place is
 * before one that was given earlier, also when `most` has grown since: whoever comes first goes first.
 */
export function toNextPlace(
  newest: NewestHour | undefined,
  most: number,
  now: EpochMs,
): NewestHour | undefined {
  const current = Math.floor(now / hourMs) * hourMs;
  const next = toFollowing(newest, most, current);
  return next.hour < current + placeHours * hourMs ? next : undefined;
}

function toFollowing(newest: NewestHour | undefined, most: number, current: EpochMs): NewestHour {
  if (newest === undefined || newest.hour < current) return { hour: current, taken: 1 };
  const { hour, taken } = newest;
  return taken < most ? { hour, taken: taken + 1 } : { hour: hour + hourMs, taken: 1 };
}
