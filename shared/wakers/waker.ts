import type { Run } from '../runs/run.ts';

/** A turn that is further off than this need not be waited for: the sweep asks again when it comes near. */
export const longestWakeMs = 900_000;

/**
 * Looks at a run again when it's due. Only a help: the run's `dueAt` in the ledger is the truth,
 * and a wake-up that gets lost is made up for by whoever asks the ledger what is due.
 */
export interface Waker {
  wake(run: Run): Promise<void>;
}
