import { isLoop } from './hops.ts';
import type { Run } from './run.ts';

/**
 * It has no event that a job could be given: what came could not be read, or was too large to be kept. A loop's run has
 * the class of such ones, but keeps its event.
 */
export function isEventless(run: Pick<Run, 'cause' | 'hops' | 'tooLarge'>): boolean {
  return run.tooLarge === true || (run.cause?.class === 'bad-event' && !isLoop(run));
}
