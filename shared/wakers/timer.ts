import type { EpochMs } from '../runs/run.ts';
import type { Waker } from './waker.ts';

/** Node's timers hold at most 2^31-1 ms; one that is set for later is set again on the way. */
const longestTimerMs = 3_600_000;

export type TimerWaker = Waker & {
  readonly wakeAt: (at: EpochMs) => void;
  readonly stop: () => void;
};

/** One timer for the earliest date: `onDue` then asks the ledger which runs are meant. */
export function createTimerWaker(onDue: () => void, now: () => EpochMs): TimerWaker {
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

  function wakeAt(at: EpochMs): void {
    if (stopped || at >= earliest) return;
    earliest = at;
    arm();
  }

  return {
    wakeAt,
    async wake({ dueAt }) {
      if (dueAt !== undefined) wakeAt(dueAt);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
