import { isStartFailure } from './failure.ts';
import { toNoPlaceCause } from './held.ts';
import { toLane } from './lane.ts';
import { owesStart } from './live-start.ts';
import { toRenewed, withEffect } from './outbox.ts';
import { type Attempt, type EpochMs, liveAttempt, type Run, toToken } from './run.ts';
import { askToStop, beginAttempt, endRun, withAttempt, withPlace } from './transitions.ts';

/** Whether a wake-up that comes now finds something to do. */
export function isDue({ dueAt }: Run, now: EpochMs): boolean {
  return dueAt !== undefined && now >= dueAt;
}

/** Its turn has come, and it can't begin without a place in an hour: one that can't start takes none from others. */
export function lacksPlace(run: Run, now: EpochMs): boolean {
  const { maxRunsPerHour, work } = run.plan;
  const needsOne = maxRunsPerHour !== undefined && work.target !== 'none' && run.place === undefined;
  return needsOne && isBeforeFirstStart(run) && run.next !== undefined && now >= run.next.at;
}

/** Nothing has been asked of its target yet. */
function isBeforeFirstStart({ status, attempts }: Run): boolean {
  return attempts.length === 0 && (status === 'queued' || status === 'waiting');
}

/** Of two places that were taken for it at once the run keeps the earlier one; the other stays empty. */
export function onPlaced(run: Run, hour: EpochMs | undefined, most: number, now: EpochMs): Run {
  if (!isBeforeFirstStart(run)) return run;
  if (run.place !== undefined && (hour === undefined || hour >= run.place)) return run;
  return hour === undefined
    ? endRun(run, 'failed', toNoPlaceCause(run, most), now)
    : withPlace(run, hour, most, now);
}

export function onDue(run: Run, now: EpochMs): Run {
  switch (run.status) {
    case 'queued':
    case 'waiting':
      return onTurn(run, now);
    case 'starting':
    case 'running':
      return onCheck(run, now);
    case 'stopping':
      return onStillStopping(run, now);
    default:
      // What is owed is performed again; the next look is put off.
      return { ...run };
  }
}

function onTurn(run: Run, now: EpochMs): Run {
  const { next } = run;
  if (next === undefined || now < next.at || lacksPlace(run, now)) return { ...run };
  // What it owes comes first, and is nobody's turn: whoever sees to that keeps no pace.
  if (toLane(run) !== 'line') return { ...run };
  const refused = run.attempts.at(-1);
  if (
    next.start > 1 &&
    refused?.lastSetback &&
    isStartFailure(refused.lastSetback.class) &&
    now >= refused.startBy
  ) {
    const { class: failure, reason } = refused.lastSetback;
    const seconds = run.plan.startTimeoutSeconds;
    return endRun(
      run,
      'failed',
      { class: failure, reason: `did not start within ${seconds} s (startTimeout); last: ${reason}` },
      now,
    );
  }
  return beginAttempt(run, next, toToken(run.id, next.attempt, next.start), now);
}

function onCheck(run: Run, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined) return { ...run };
  if (run.status === 'starting' && now >= attempt.startBy) return askToStop(run, 'start-timeout', now);
  if (run.status === 'running' && now >= toEndBy(run, attempt)) return askToStop(run, 'timeout', now);
  const { token, externalId } = attempt.start;
  if (owesStart(run, token))
    return isAskedForNow(run, token, now) ? takeStart(run, attempt, now) : { ...run };
  const about = externalId === undefined ? { token } : { token, externalId };
  const look = { kind: 'describe', key: `describe:${token}`, ...about, notBefore: now } as const;
  return withEffect(run, toRenewed(run, look, now));
}

/** A start that is owed may have to wait: then this is no more than a look that finds nothing to do. */
function isAskedForNow({ outbox }: Run, token: string, now: EpochMs): boolean {
  return outbox.some((owed) => owed.kind === 'start' && owed.token === token && owed.notBefore <= now);
}

/**
 * The same start is asked for again. Whoever took it before and gave no answer may only be slow: until what he starts
 * would be seen, no refusal of this call says that nothing was started.
 */
function takeStart(run: Run, attempt: Attempt, now: EpochMs): Run {
  const { start } = attempt;
  return withAttempt(run, {
    ...attempt,
    start: { ...start, taken: true, ...(start.taken && { unknownAt: now }) },
  });
}

/** What was asked to stop is asked again, and looked at: a stop that got lost must not leave it living. */
function onStillStopping(run: Run, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined || run.stopping === undefined) return { ...run };
  return askToStop(run, run.stopping.reason, now);
}

function toEndBy(run: Run, attempt: Attempt): EpochMs {
  return (attempt.startedAt ?? attempt.askedAt) + run.plan.timeoutSeconds * 1000;
}
