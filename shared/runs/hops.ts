import type { Run } from './run.ts';

/** A job that its own announcements start, directly or by way of others, would go on for ever. */
export const mostHops = 16;

/** So many announcements in a row led to the run that it's taken for a loop: it is not started, nor announced. */
export function isLoop({ hops = 0 }: Pick<Run, 'hops'>): boolean {
  return hops > mostHops;
}
