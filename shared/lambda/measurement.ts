import type { Swept } from '../router/sweep.ts';
import { type Cause, type FailureClass, isStartFailure } from '../runs/failure.ts';
import { type Attempt, isFinished, type Run } from '../runs/run.ts';

/** What is measured, each in a unit of CloudWatch's. Counts of one metric may be added up; seconds may not. */
export const units = {
  RunsAccepted: 'Count',
  RunsStarted: 'Count',
  RunsSucceeded: 'Count',
  RunsFailed: 'Count',
  AttemptsFailed: 'Count',
  TimeToStart: 'Seconds',
  RunDuration: 'Seconds',
  Waiting: 'Count',
  OldestWaiting: 'Seconds',
} as const;

export type Metric = keyof typeof units;

export type Measurement = {
  readonly metric: Metric;
  readonly value: number;
  /** Left out for what is measured of all jobs together. */
  readonly job?: string;
  /** Of runs that failed. */
  readonly class?: FailureClass;
};

/**
 * What a save says, given the run as it was, undefined for one that is new, and as it was saved. Pure. Each thing that
 * happens to a run is in the difference of one save, and in no other, so that it's measured once however often others
 * were in the way of that save.
 */
export function toMeasurements(before: Run | undefined, after: Run): readonly Measurement[] {
  const { job } = after;
  const about = (metric: Metric, value: number): Measurement => ({ metric, value, job });
  const hasBegun = hasStarted(after) && !(before && hasStarted(before));
  const hasEnded = isFinished(after) && !(before && isFinished(before));
  const failedAttempts = countFailures(after) - (before ? countFailures(before) : 0);
  return [
    ...(before === undefined ? [about('RunsAccepted', 1)] : []),
    ...(hasBegun
      ? [about('RunsStarted', 1), ...secondsOf('TimeToStart', after.createdAt, begunAt(after))]
      : []),
    ...(failedAttempts > 0 ? [about('AttemptsFailed', failedAttempts)] : []),
    ...(hasEnded ? toEnd(after) : []),
  ];

  function toEnd(run: Run): readonly Measurement[] {
    const failed = { ...about('RunsFailed', 1), ...(run.cause && { class: run.cause.class }) };
    const duration = secondsOf('RunDuration', begunAt(run), run.attempts.at(-1)?.endedAt);
    switch (run.status) {
      case 'succeeded':
        return [about('RunsSucceeded', 1), ...duration];
      case 'failed':
      case 'timed-out':
        return [failed, ...duration];
      default:
        // A person cancelled it: that says nothing of the job.
        return [];
    }
  }

  /** Clocks differ: what seems to take less than no time takes none. */
  function secondsOf(
    metric: Metric,
    from: number | undefined,
    to: number | undefined,
  ): readonly Measurement[] {
    return from === undefined || to === undefined ? [] : [about(metric, Math.max(to - from, 0) / 1000)];
  }
}

/** What a pass of the sweep saw. Passes see the same runs again, so these are not to be added up over passes. */
export function toSweepMeasurements({ waiting, oldestWaitingSeconds }: Swept): readonly Measurement[] {
  return [
    { metric: 'Waiting', value: waiting },
    { metric: 'OldestWaiting', value: oldestWaitingSeconds },
  ];
}

/** Its job has run, at least for a while: one that Spot took back has no start any more, but had one. */
function hasStarted({ status, attempts }: Run): boolean {
  return (
    status === 'succeeded' ||
    attempts.some(({ startedAt, interruptions }) => startedAt !== undefined || interruptions > 0)
  );
}

/** Of its first attempt that ran, as far as that is known. */
function begunAt({ attempts }: Run): number | undefined {
  return attempts.find(({ startedAt }) => startedAt !== undefined)?.startedAt;
}

/** Of all attempts so far. */
function countFailures({ attempts }: Run): number {
  return attempts.reduce((sum, attempt) => sum + countFailuresOf(attempt), 0);
}

/** Where the target retries by itself, its tries are what the job saw as attempts; they may be heard of late. */
function countFailuresOf({ failure, tries = [] }: Attempt): number {
  return Math.max(tries.filter((each) => isOfTheJob(each.failure)).length, isOfTheJob(failure) ? 1 : 0);
}

/** The others didn't run, or were stopped by a person. */
function isOfTheJob(failure: Cause | undefined): boolean {
  if (failure === undefined || isStartFailure(failure.class)) return false;
  return failure.class !== 'rejected' && failure.class !== 'stopped';
}
