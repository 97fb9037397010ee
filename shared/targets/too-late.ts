import type { EpochMs } from '../runs/run.ts';
import type { StartAnswer } from './target.ts';

/**
 * The answer to a start whose time to be asked for is over; undefined while it may be asked for. Made out directly
 * before the call that starts: a look that comes before it may take long, and others may have given the run up since.
 */
export function tooLate(by: EpochMs | undefined, now: EpochMs): StartAnswer | undefined {
  return by !== undefined && now > by
    ? { kind: 'unknown', reason: 'it was held up too long, and was not asked for any more' }
    : undefined;
}
