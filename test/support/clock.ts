import type { EpochMs } from '../../shared/runs/run.ts';
import { start } from './draft.ts';

/** Time that only passes when the test says so. */
export type Clock = {
  readonly now: () => EpochMs;
  readonly pass: (seconds: number) => void;
  /** Never goes back. */
  readonly passTo: (at: EpochMs) => void;
};

export function createClock(from: EpochMs = start): Clock {
  let time = from;
  return {
    now: () => time,
    pass(seconds) {
      time += seconds * 1000;
    },
    passTo(at) {
      time = Math.max(time, at);
    },
  };
}
