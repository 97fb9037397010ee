import type { Cause } from './failure.ts';
import { placeHours } from './place.ts';
import type { Run } from './run.ts';

/** Until when a run waits because the hours before are full; `until` is ISO 8601. */
export type HeldView = { readonly until: string; readonly maxRunsPerHour: number; readonly reason: string };

/** Undefined for a run that isn't held. */
export function toHeldView({ job, held }: Pick<Run, 'job' | 'held'>): HeldView | undefined {
  if (held === undefined) return undefined;
  const { most } = held;
  const until = new Date(held.until).toISOString();
  const reason = `held until ${until}: ${toRuns(job, most)} may begin in an hour (maxRunsPerHour), and the hours before are full`;
  return { until, maxRunsPerHour: most, reason };
}

/** Of a run that would have to wait too long. */
export function toNoPlaceCause({ job }: Pick<Run, 'job'>, most: number): Cause {
  const taken = `all ${most * placeHours} places of the next ${placeHours / 24} days are taken`;
  const reason = `${toRuns(job, most)} may begin in an hour (maxRunsPerHour), and ${taken}: replay it later`;
  return { class: 'throttled', reason };
}

function toRuns(job: string, most: number): string {
  return most === 1 ? `1 run of ${job}` : `${most} runs of ${job}`;
}
