import type { Run } from '../runs/run.ts';

/**
 * Looks at a run again when it's due. Only a help: the run's `dueAt` in the ledger is the truth,
 * and a wake-up that gets lost is made up for by whoever asks the ledger what is due.
 */
export interface Waker {
  wake(run: Run): Promise<void>;
}
