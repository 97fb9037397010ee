import type { Run } from './run.ts';

type Hops = Pick<Run, 'hops'>;

/**
 * A job that its own announcements start, directly or by way of others, would go on for ever. One that two of each run's
 * announcements start doubles with each hop: 127 runs, once this many are taken.
 */
export const mostHops = 6;

/** So many announcements in a row led to the run that it's taken for a loop: it is not started, nor announced. */
export function isLoop({ hops = 0 }: Hops): boolean {
  return hops > mostHops;
}

/** A loop may go through failure destinations too: the first run that was not started for it is the last reported. */
export function isReported({ hops = 0 }: Hops): boolean {
  return hops <= mostHops + 1;
}
