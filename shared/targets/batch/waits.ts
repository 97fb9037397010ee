import type { Retry } from '../../runs/plan.ts';
import { toRetryWaitMs } from '../../runs/retry.ts';

/** The waits between a run's attempts, in whole seconds, as a Wait state takes them: one fewer than attempts. */
export function toWaits(retry: Retry, runId: string): readonly number[] {
  return Array.from({ length: retry.attempts - 1 }, (_, index) =>
    Math.round(toRetryWaitMs(retry, runId, index + 1) / 1000),
  );
}
