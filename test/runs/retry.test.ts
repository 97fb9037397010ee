import { describe, expect, it } from 'vitest';
import type { Retry } from '../../shared/runs/plan.ts';
import { isRetried, toRetryWaitMs, toSetbackWaitMs } from '../../shared/runs/retry.ts';
import { runId, toPlan, toRunId } from '../support/draft.ts';
import { exited } from '../support/story.ts';

function toRetry(change: Partial<Retry>): Retry {
  return toPlan({ retry: change }).retry;
}

describe('the wait before the next attempt', () => {
  const waits = (change: Partial<Retry>, attempts: readonly number[]) =>
    attempts.map((failed) => toRetryWaitMs(toRetry(change), runId, failed) / 1000);

  it('is 5, 10, 20 s with an interval of 5 s and a multiplier of 2', () => {
    expect(waits({ intervalSeconds: 5, multiplier: 2 }, [1, 2, 3])).toEqual([5, 10, 20]);
  });

  it('is always the interval with a multiplier of 1', () => {
    expect(waits({ intervalSeconds: 7, multiplier: 1 }, [1, 2, 50])).toEqual([7, 7, 7]);
  });

  it('is never longer than the cap', () => {
    const capped = { intervalSeconds: 5, multiplier: 2, maxIntervalSeconds: 12 };
    expect(waits(capped, [1, 2, 3, 4])).toEqual([5, 10, 12, 12]);
  });

  it('is nothing without an interval, and the cap after a hundred attempts with the largest multiplier', () => {
    expect(waits({ intervalSeconds: 0, multiplier: 100 }, [1, 99])).toEqual([0, 0]);
    expect(waits({ intervalSeconds: 1, multiplier: 100, maxIntervalSeconds: 60 }, [99])).toEqual([60]);
  });

  it('is in whole milliseconds', () => {
    expect(waits({ intervalSeconds: 1, multiplier: 1.1 }, [5])).toEqual([1.464]);
  });

  it('is anywhere between nothing and all of it with full jitter, differently for each run and attempt', () => {
    const jittered = toRetry({ intervalSeconds: 100, jitter: 'full' });
    const found = Array.from({ length: 200 }, (_, index) => toRetryWaitMs(jittered, toRunId(index), 1));
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...found)).toBeLessThan(20_000);
    expect(Math.max(...found)).toBeGreaterThan(80_000);
    expect(Math.max(...found)).toBeLessThanOrEqual(100_000);
    expect(new Set(found).size).toBeGreaterThan(190);
    expect(toRetryWaitMs(jittered, runId, 1)).not.toBe(toRetryWaitMs(jittered, runId, 2));
  });

  it('is the same each time it is computed for one run and attempt', () => {
    const jittered = toRetry({ intervalSeconds: 100, jitter: 'full' });
    expect(toRetryWaitMs(jittered, runId, 1)).toBe(toRetryWaitMs({ ...jittered }, runId, 1));
  });
});

describe('the wait after a setback with the target', () => {
  it('doubles from a second to a minute, of which between a half and all', () => {
    for (const [setbacks, seconds] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [6, 32],
      [7, 60],
      [8, 60],
      [5000, 60],
    ] as const) {
      const waitMs = toSetbackWaitMs(`${runId}-1-1`, setbacks);
      expect(waitMs).toBeGreaterThanOrEqual(seconds * 500);
      expect(waitMs).toBeLessThanOrEqual(seconds * 1000);
    }
  });
});

describe('retryOn', () => {
  it('gives another attempt for the classes it names and for no other', () => {
    expect(isRetried(exited(1), ['exit-code'])).toBe(true);
    expect(isRetried({ class: 'out-of-memory', reason: '' }, ['exit-code'])).toBe(false);
    expect(isRetried({ class: 'timed-out', reason: '' }, ['exit-code', 'timed-out'])).toBe(true);
    expect(isRetried(exited(1), [])).toBe(false);
  });

  it('gives another attempt for the exit codes it names and for no other', () => {
    expect(isRetried(exited(75), [{ exitCodes: [75, 111] }])).toBe(true);
    expect(isRetried(exited(111), [{ exitCodes: [75, 111] }])).toBe(true);
    expect(isRetried(exited(1), [{ exitCodes: [75, 111] }])).toBe(false);
  });

  it('takes an exit code only of a job that exited, not of one that ran out of memory or of time', () => {
    expect(isRetried({ class: 'out-of-memory', reason: '', exitCode: 137 }, [{ exitCodes: [137] }])).toBe(
      false,
    );
    expect(isRetried({ class: 'timed-out', reason: '', exitCode: 143 }, [{ exitCodes: [143] }])).toBe(false);
    expect(isRetried({ class: 'exit-code', reason: 'no code' }, [{ exitCodes: [1] }])).toBe(false);
  });

  it('may mix classes and exit codes', () => {
    const retryOn = ['lost', { exitCodes: [75] }] as const;
    expect(isRetried({ class: 'lost', reason: '' }, retryOn)).toBe(true);
    expect(isRetried(exited(75), retryOn)).toBe(true);
    expect(isRetried(exited(76), retryOn)).toBe(false);
  });
});
