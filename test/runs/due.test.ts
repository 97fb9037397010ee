import { describe, expect, it } from 'vitest';
import { settle } from '../../shared/runs/due.ts';
import type { Work } from '../../shared/runs/plan.ts';
import type { Run, Try } from '../../shared/runs/run.ts';
import { start, toPlan } from '../support/draft.ts';
import { createRunningStory } from '../support/story.ts';

const batch: Work = {
  target: 'batch',
  stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:report',
  jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/reports',
  retry: toPlan().retry,
  tryTimeoutSeconds: 3600,
  tryStartTimeoutSeconds: 600,
};
const hour = 3_600_000;
/** Seconds after the run's start at which it is looked at next, when an hour has passed. */
const looksAt = (tries: readonly Try[], work: Work = batch) => {
  const { dueAt = 0 } = settle(toRunning(tries, work), start + hour);
  return (dueAt - start) / 1000;
};
const toTry = (number: number, submittedAt: number, more: Partial<Try> = {}): Try => ({
  number,
  externalId: `job-${number}`,
  createdAt: start + submittedAt * 1000,
  ...more,
});

function toRunning(tries: readonly Try[], work: Work): Run {
  const run = createRunningStory({ work, timeoutSeconds: 86_400 }).run();
  return { ...run, outbox: [], attempts: run.attempts.map((attempt) => ({ ...attempt, tries })) };
}

describe('a run whose try waits in its queue', () => {
  it('is looked at as soon as that has waited too long', () => {
    expect(looksAt([toTry(1, 3300)])).toBe(3300 + 600.001);
  });

  it('is looked at before that when it is time for a look anyhow', () => {
    expect(looksAt([toTry(1, 3599)])).toBe(4199.001);
    expect(looksAt([toTry(1, 3599)], { ...batch, tryStartTimeoutSeconds: 3600 })).toBe(3600 + 900);
  });

  it('is looked at each minute after that, and not again and again', () => {
    expect(looksAt([toTry(1, 2999)])).toBe(3660);
    expect(looksAt([toTry(1, 60)])).toBe(3660);
  });

  it('is looked at on the date of its newest try, also of two that have one number', () => {
    const older = toTry(1, 3100, { externalId: 'older' });
    expect(looksAt([toTry(1, 3300), older])).toBe(3300 + 600.001);
    expect(looksAt([toTry(1, 3100), toTry(2, 3400)])).toBe(3400 + 600.001);
  });
});

describe('a run whose try does not wait', () => {
  const seldom = 3600 + 900;

  it.each([
    ['has started', { startedAt: start + 3_400_000 }],
    ['has ended without having started', { endedAt: start + 3_400_000 }],
  ])('is looked at as seldom as others when that %s', (_what, change) => {
    expect(looksAt([toTry(1, 3300, change)])).toBe(seldom);
  });

  it('is so too when nobody knows when it was submitted, or none was seen', () => {
    expect(looksAt([{ number: 1, externalId: 'job-1' }])).toBe(seldom);
    expect(looksAt([])).toBe(seldom);
  });

  it('is so when an older try was never seen to start', () => {
    expect(looksAt([toTry(1, 60), toTry(2, 3300, { startedAt: start + 3_350_000 })])).toBe(seldom);
  });

  it('is so on a target that has no queue', () => {
    expect(looksAt([toTry(1, 3300)], toPlan().work)).toBe(seldom);
  });
});
