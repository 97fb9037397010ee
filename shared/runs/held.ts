import type { Run } from './run.ts';

/** Until when a run waits because as many of its job's runs have begun as may; `until` is ISO 8601. */
export type HeldView = { readonly until: string; readonly maxRunsPerHour: number; readonly reason: string };

/** Undefined for a run that isn't held. */
export function toHeldView({ job, held }: Pick<Run, 'job' | 'held'>): HeldView | undefined {
  if (held === undefined) return undefined;
  const until = new Date(held.until).toISOString();
  const runs = held.most === 1 ? '1 run' : `${held.most} runs`;
  const have = held.most === 1 ? 'has' : 'have';
  const reason = `held until ${until}: ${runs} of ${job} ${have} begun in this hour (maxRunsPerHour)`;
  return { until, maxRunsPerHour: held.most, reason };
}
