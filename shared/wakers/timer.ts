import type { EpochMs } from '../runs/run.ts';
import type { Waker } from './waker.ts';

/** Node's timers hold at most 2^31-1 ms; one that is set for later is set again on the way. */
const longestTimerMs = 3_600_000;

/** One timer for the earliest date: `onDue` then asks the ledger which runs are meant. */
export function createTimerWaker(
  onDue: () => void,
  now: () => EpochMs,
): Waker & { readonly stop: () => void } {
  let earliest = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function arm(): void {
    clearTimeout(timer);
    timer = setTimeout(fire, Math.min(Math.max(earliest - now(), 0), longestTimerMs));
  }

  function fire(): void {
    if (now() < earliest) {
      arm();
      return;
    }
    earliest = Number.POSITIVE_INFINITY;
    onDue();
  }

  return {
    async wake(_runId, at) {
      if (stopped || at >= earliest) return;
      earliest = at;
      arm();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
