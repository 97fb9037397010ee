import { isDeepStrictEqual } from 'node:util';
import type { Announcement } from './effect.ts';
import { type Cause, isStartFailure } from './failure.ts';
import { isLoop, isReported } from './hops.ts';
import { toRenewed, withEffect } from './outbox.ts';
import { freeInterruptions, isRetried, toHeldWaitMs, toRetryWaitMs, toSetbackWaitMs } from './retry.ts';
import {
  type Attempt,
  type Details,
  type EpochMs,
  type FinishedStatus,
  liveAttempt,
  type Run,
  type StopReason,
  type Try,
} from './run.ts';

/** Replaces the attempt of that number, or adds it as the newest. */
export function withAttempt(run: Run, attempt: Attempt): Run {
  return { ...run, attempts: [...run.attempts.filter(({ number }) => number !== attempt.number), attempt] };
}

/** Notes what the target said of the live attempt, beside what matters to the engine. */
export function withDetails(run: Run, news: Details | undefined): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined || news === undefined) return run;
  const details = { ...attempt.details, ...news };
  return isDeepStrictEqual(attempt.details, details) ? run : withAttempt(run, { ...attempt, details });
}

/**
 * Notes what became of a try, also after the run has ended: the news of a try and of what submitted it race each other.
 * One that has ended is not overwritten by older news.
 */
export function withTry(run: Run, token: string, news: Try): Run {
  const attempt = run.attempts.find(({ start }) => start.token === token);
  if (attempt === undefined) return run;
  const { tries = [] } = attempt;
  const known = tries.find(({ externalId }) => externalId === news.externalId);
  const merged = { ...known, ...news };
  if (known?.endedAt !== undefined || isDeepStrictEqual(known, merged)) return run;
  const others = tries.filter((each) => each !== known);
  const sorted = [...others, merged].sort((one, other) => one.number - other.number);
  const attempts = run.attempts.map((each) => (each === attempt ? { ...each, tries: sorted } : each));
  return { ...run, attempts };
}

/** queued or waiting → starting. */
export function beginAttempt(run: Run, next: NonNullable<Run['next']>, token: string, now: EpochMs): Run {
  const { next: _, held: __, ...rest } = run;
  const begun = run.attempts.find(({ number }) => number === next.attempt);
  // Only an interrupted attempt can come here late, when it had to wait for its turn: it gets its time all the same.
  const startBy = begun && begun.startBy > now ? begun.startBy : now + run.plan.startTimeoutSeconds * 1000;
  const deadlineAt = startBy + run.plan.timeoutSeconds * 1000;
  const start = { number: next.start, token, askedAt: now, deadlineAt, unknownAnswers: 0 };
  const fresh = { number: next.attempt, askedAt: now, refusals: 0, interruptions: 0 };
  return withEffect(withAttempt({ ...rest, status: 'starting' }, { ...fresh, ...begun, startBy, start }), {
    kind: 'start',
    key: `start:${token}`,
    token,
    notBefore: now,
  });
}

/** starting → running. What is being stopped goes on being stopped. */
export function toRunning(run: Run, startedAt: EpochMs, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined || attempt.startedAt !== undefined) return run;
  const started = withAttempt(run, { ...attempt, startedAt: Math.min(startedAt, now) });
  return run.status === 'starting' ? announce({ ...started, status: 'running' }, 'started', now) : started;
}

/** starting → waiting, or failed at once when starting again can't help. Uses no attempt. */
export function refuseStart(run: Run, cause: Cause, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined) return run;
  const { startedAt: _, details: __, ...unstarted } = attempt;
  const refused = { ...unstarted, refusals: attempt.refusals + 1, lastSetback: cause };
  const free = withAttempt(withoutEffectsOf(run, attempt), refused);
  if (!isStartFailure(cause.class))
    return endRun(
      withAttempt(free, { ...refused, endedAt: now, endUnseen: true, failure: cause }),
      'failed',
      cause,
      now,
    );
  const at = Math.min(
    now + toSetbackWaitMs(attempt.start.token, refused.refusals),
    Math.max(attempt.startBy, now),
  );
  return {
    ...free,
    status: 'waiting',
    next: { attempt: attempt.number, start: attempt.start.number + 1, at },
  };
}

/** starting, running or stopping → stopping, with a stop owed (again). */
export function askToStop(run: Run, reason: StopReason, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined) return run;
  const { token, externalId } = attempt.start;
  const about = externalId === undefined ? { token } : { token, externalId };
  const asked = (run.stopping?.asked ?? 0) + 1;
  const stopping = { reason: run.stopping?.reason ?? reason, since: run.stopping?.since ?? now, asked };
  const calm = withoutEffectsOf(run, attempt);
  const stop = { kind: 'stop', key: `stop:${token}`, ...about, notBefore: now } as const;
  const told = withEffect({ ...calm, status: 'stopping', stopping }, toRenewed(run, stop, now));
  // From the second time on it's also looked at: its end may have gone unreported.
  if (asked === 1) return told;
  const look = { kind: 'describe', key: `describe:${token}`, ...about, notBefore: now } as const;
  return withEffect(told, toRenewed(run, look, now));
}

/** The live attempt was seen to end. */
export function endAttempt(run: Run, end: AttemptEnd, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined) return run;
  // A job that ended before it was told to stop ended by itself.
  // Whatever the clocks say, what was stopped was stopped by us.
  const isStopped = end.failure?.class === 'stopped';
  if (run.stopping && (isStopped || end.endedAt >= run.stopping.since)) return endStopping(run, now, end);
  const closed = close(run, attempt, end, end.failure, now);
  if (end.failure === undefined) return endRun(closed, 'succeeded', undefined, now);
  if (run.stopping?.reason === 'cancel') return endRun(closed, 'cancelled', end.failure, now);
  return afterFailure(run, attempt, { ...end, failure: end.failure }, now);
}

/** stopping → its end, once the target has ended or is known never to have started. */
export function endStopping(
  run: Run,
  now: EpochMs,
  end: AttemptEnd = { endedAt: now, endUnseen: true },
): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined || run.stopping === undefined) return run;
  const failure = toStoppedCause(run, run.stopping.reason, end.failure);
  switch (run.stopping.reason) {
    case 'cancel':
      return endRun(close(run, attempt, end, failure, now), 'cancelled', failure, now);
    case 'start-timeout':
      return endRun(close(run, attempt, end, failure, now), 'failed', failure, now);
    case 'timeout':
    case 'lost':
      return afterFailure(run, attempt, { ...end, failure }, now);
  }
}

/** Any unfinished status → a finished one. Only what is to be announced or must be stopped stays owed. */
export function endRun(run: Run, status: FinishedStatus, cause: Cause | undefined, now: EpochMs): Run {
  const { next: _, stopping: __, held: ___, ...rest } = run;
  return announce({ ...rest, status, endedAt: now, ...(cause ? { cause } : {}) }, status, now);
}

type AttemptEnd = {
  readonly startedAt?: EpochMs;
  readonly endedAt: EpochMs;
  readonly endUnseen?: true;
  readonly failure?: Cause;
};

/** An attempt failed: the same attempt again, the next one, or the end of the run. */
function afterFailure(
  run: Run,
  attempt: Attempt,
  end: AttemptEnd & { readonly failure: Cause },
  now: EpochMs,
): Run {
  const { failure } = end;
  const { stopping: _, ...free } = run;
  if (isStartFailure(failure.class)) return refuseStart({ ...free, status: 'starting' }, failure, now);
  if (failure.class === 'interrupted' && attempt.interruptions < freeInterruptions) {
    return interrupt(free, attempt, failure, now);
  }
  const closed = close(free, attempt, end, failure, now);
  const { retry } = run.plan;
  if (
    failure.class === 'rejected' ||
    attempt.number >= retry.attempts ||
    !isRetried(failure, retry.retryOn)
  ) {
    return endRun(closed, failure.class === 'timed-out' ? 'timed-out' : 'failed', failure, now);
  }
  const at = now + toRetryWaitMs(retry, run.id, attempt.number);
  return announce(
    { ...closed, status: 'waiting', next: { attempt: attempt.number + 1, start: 1, at } },
    'retrying',
    now,
  );
}

/** The same attempt is started again, with a new budget for starting. */
function interrupt(run: Run, attempt: Attempt, failure: Cause, now: EpochMs): Run {
  const { startedAt: _, details: __, ...rest } = attempt;
  const interruptions = attempt.interruptions + 1;
  const at = now + toSetbackWaitMs(attempt.start.token, interruptions);
  const startBy = at + run.plan.startTimeoutSeconds * 1000;
  const again = withAttempt(withoutEffectsOf(run, attempt), {
    ...rest,
    interruptions,
    startBy,
    lastSetback: failure,
  });
  return {
    ...again,
    status: 'waiting',
    next: { attempt: attempt.number, start: attempt.start.number + 1, at },
  };
}

function close(run: Run, attempt: Attempt, end: AttemptEnd, failure: Cause | undefined, now: EpochMs): Run {
  const startedAt = attempt.startedAt ?? end.startedAt;
  return withAttempt(withoutEffectsOf(run, attempt), {
    ...attempt,
    ...(startedAt === undefined ? {} : { startedAt }),
    endedAt: Math.min(end.endedAt, now),
    ...(end.endUnseen ? { endUnseen: true } : {}),
    ...(failure ? { failure } : {}),
  });
}

/** Nothing is owed to a start whose fate is known. */
function withoutEffectsOf(run: Run, attempt: Attempt): Run {
  const { token } = attempt.start;
  const keys = [`start:${token}`, `stop:${token}`, `describe:${token}`];
  const isOf = (key: string) => keys.includes(key) || key.startsWith(`look:${token}:`);
  return { ...run, outbox: run.outbox.filter(({ key }) => !isOf(key)) };
}

function toStoppedCause(run: Run, reason: StopReason, ending: Cause | undefined): Cause {
  const { plan } = run;
  const how = {
    ...(ending?.exitCode === undefined ? {} : { exitCode: ending.exitCode }),
    ...(ending?.signal === undefined ? {} : { signal: ending.signal }),
  };
  switch (reason) {
    case 'cancel':
      return { class: 'stopped', reason: 'cancelled', ...how };
    case 'timeout':
      return {
        class: 'timed-out',
        reason: `ran longer than its timeout of ${plan.timeoutSeconds} s`,
        ...how,
      };
    case 'start-timeout':
      return {
        class: 'target-unavailable',
        reason: `did not run within ${plan.startTimeoutSeconds} s (startTimeout)`,
        ...how,
      };
    case 'lost':
      return { class: 'lost', reason: 'the target has no trace of it', ...how };
  }
}

function announce(run: Run, what: Announcement['what'], at: EpochMs): Run {
  const attempt = run.attempts.at(-1)?.number ?? 0;
  const announcement = { what, at, attempt };
  const owed = { kind: 'announce', announcement, notBefore: at } as const;
  const told = isLoop(run)
    ? run
    : withEffect(run, { ...owed, to: 'bus', key: `announce:${what}:${attempt}:${at}` });
  const isFailure = what === 'failed' || what === 'timed-out';
  return isFailure && run.plan.onFailure !== undefined && isReported(run)
    ? withEffect(told, { ...owed, to: 'failure-destination', key: `report:${what}` })
    : told;
}

/**
 * Before the first start: it has a place in that hour. One whose hour has come has its turn now; otherwise queued or
 * waiting → waiting, until then, which is announced once.
 */
export function withPlace(run: Run, hour: EpochMs, most: number, now: EpochMs): Run {
  if (run.next === undefined) return run;
  const { held: _, ...rest } = run;
  if (hour <= now) return { ...rest, place: hour, next: { ...run.next, at: Math.min(run.next.at, now) } };
  const held = {
    ...rest,
    status: 'waiting',
    place: hour,
    held: { until: hour, most },
    next: { ...run.next, at: hour + toHeldWaitMs(run.id) },
  } as const;
  return run.held ? held : announce(held, 'held', now);
}
