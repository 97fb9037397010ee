/**
 * ISO 8601 in UTC, from epoch milliseconds, rounded; as Date's toISOString, but several times quicker, which counts
 * with many records. `undefined` outside of the years 1970 to 9999, where RFC 3339 ends.
 */
export function toIsoTime(milliseconds: number): string | undefined {
  const rounded = Math.round(milliseconds);
  if (!(rounded >= 0 && rounded < year10000)) return undefined;
  const day = Math.floor(rounded / dayInMilliseconds);
  if (day !== last.day) last = { day, date: new Date(day * dayInMilliseconds).toISOString().slice(0, 10) };
  const rest = rounded - day * dayInMilliseconds;
  const minutes = Math.floor(rest / 60_000);
  const hh = twoDigits[Math.floor(minutes / 60)];
  const mm = twoDigits[minutes % 60];
  const ss = twoDigits[Math.floor(rest / 1000) % 60];
  return `${last.date}T${hh}:${mm}:${ss}.${threeDigits[rest % 1000]}Z`;
}

const year10000 = Date.UTC(10_000, 0);
const dayInMilliseconds = 86_400_000;

/** The date that was last asked for: records that come together are mostly of one day. */
let last = { day: 0, date: '1970-01-01' };

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const threeDigits = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));
