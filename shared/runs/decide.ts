import type { Report, StartAnswer, StopAnswer } from '../targets/target.ts';
import { settle } from './due.ts';
import { type Cause, isStartFailure } from './failure.ts';
import { toNoPlaceCause } from './held.ts';
import type { Input } from './input.ts';
import { withEffect, withoutEffect, withPostponedEffect } from './outbox.ts';
import { toSetbackWaitMs } from './retry.ts';
import { type Attempt, type EpochMs, isFinished, liveAttempt, type Run, type Try, toToken } from './run.ts';
import {
  askToStop,
  beginAttempt,
  endAttempt,
  endRun,
  endStopping,
  refuseStart,
  toRunning,
  withAttempt,
  withDetails,
  withPlace,
  withTry,
} from './transitions.ts';

/** How long a target may show no trace of what it started before that is taken for lost, in milliseconds. */
const lostAfterMs = 600_000;
/** What was started may not be seen for so long, in milliseconds; far beyond what AWS needs. */
const visibleAfterMs = 120_000;
/** How old a look that found no trace may be to count, in milliseconds. */
const freshMs = 60_000;

/**
 * The engine: what a run becomes when something happens to it.
 *
 * Pure: no I/O, no clock, no randomness. What is to be done in the world is in the outbox of the run it gives;
 * the shell saves the run, then performs that. An input that changes nothing gives the very same run.
 */
export function decide(run: Run, input: Input, now: EpochMs): Run {
  const decided = toNext(run, input, now);
  return decided === run ? run : settle(decided, now);
}

function toNext(run: Run, input: Input, now: EpochMs): Run {
  switch (input.kind) {
    case 'accepted':
      return run.status === 'collecting'
        ? {
            ...run,
            status: 'queued',
            lostRecords: [...run.lostRecords, ...input.lostRecords],
            next: { attempt: 1, start: 1, at: now },
          }
        : run;
    case 'start-answered':
      return onStartAnswered(run, input.token, input.answer, now);
    case 'stop-answered':
      return onStopAnswered(run, input.key, input.token, input.answer, now);
    case 'reported':
      return onReported(run, input.report, now);
    case 'look-asked':
      return onLookAsked(run, input.token, input.externalId, now);
    case 'due':
      return isDue(run, now) ? onDue(run, now) : run;
    case 'placed':
      return onPlaced(run, input.hour, input.most, now);
    case 'cancel-asked':
      return onCancelAsked(run, now);
    case 'effect-done':
      return withoutEffect(run, input.key);
    case 'effect-failed':
      return withPostponedEffect(run, input.key, now);
  }
}

function onStartAnswered(run: Run, token: string, answer: StartAnswer, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt?.start.token !== token) {
    return answer.kind === 'started' ? stopStranger(run, token, answer.externalId, now) : run;
  }
  switch (answer.kind) {
    case 'started': {
      if (isOther(attempt, answer.externalId)) return stopStranger(run, token, answer.externalId, now);
      const known = identify(withoutEffect(run, `start:${token}`), attempt, answer.externalId, now);
      const { startedAt, endedAt } = answer;
      const running = startedAt === undefined ? known : toRunning(known, startedAt, now);
      return endedAt === undefined ? running : endAttempt(running, { endedAt }, now);
    }
    case 'refused':
      // Seen alive already: the refusal is of a repeated call, not of the start.
      if (attempt.start.externalId !== undefined || attempt.startedAt !== undefined) return run;
      if (attempt.start.unknownAnswers > 0 && !isDefinite(attempt, answer.cause, now)) {
        return repeatStart(run, attempt, now);
      }
      if (run.status === 'stopping') return endStopping(run, now);
      return run.status === 'starting' && owesStart(run, token) ? refuseStart(run, answer.cause, now) : run;
    case 'unknown':
      return repeatStart(run, { ...attempt, start: { ...attempt.start, unknownAt: now } }, now);
  }
}

/** The same order with the same token, a little later. */
function repeatStart(run: Run, attempt: Attempt, now: EpochMs): Run {
  const { token } = attempt.start;
  if (run.status !== 'starting' || !owesStart(run, token)) return run;
  const unknownAnswers = attempt.start.unknownAnswers + 1;
  const counted = withAttempt(run, { ...attempt, start: { ...attempt.start, unknownAnswers } });
  const notBefore = now + toSetbackWaitMs(token, unknownAnswers);
  return withEffect(counted, { kind: 'start', key: `start:${token}`, token, notBefore });
}

/**
 * Whether a refusal of a repeated call says that nothing was started by the calls before it, whose answers were lost. A
 * busy target never says so; another one does once the look that came before it would have seen what was started by the
 * last of them.
 */
function isDefinite({ start }: Attempt, { class: failure }: Cause, now: EpochMs): boolean {
  if (failure === 'throttled' || failure === 'target-unavailable') return false;
  return now - (start.unknownAt ?? start.askedAt) >= visibleAfterMs;
}

function onStopAnswered(run: Run, key: string, token: string, answer: StopAnswer, now: EpochMs): Run {
  if (answer.kind === 'unknown') return withPostponedEffect(run, key, now);
  const told = withoutEffect(run, key);
  const isLive = liveAttempt(run)?.start.token === token;
  return answer.kind === 'never-started' && isLive && run.status === 'stopping'
    ? endStopping(told, now)
    : told;
}

function onReported(run: Run, report: Report, now: EpochMs): Run {
  if (report.state === 'tried') return onTried(run, report.token, report.try, now);
  const attempt = liveAttempt(run);
  if (attempt?.start.token !== report.token || isOther(attempt, report.externalId)) {
    const lives = report.state === 'pending' || report.state === 'running';
    return lives ? stopStranger(run, report.token, report.externalId, now) : run;
  }
  if (report.state === 'absent') return onAbsent(run, attempt, report.lookedAt, now);
  const seen = withDetails(
    identify(
      withoutEffect(withoutEffect(run, `describe:${report.token}`), `start:${report.token}`),
      attempt,
      report.externalId,
      now,
    ),
    'details' in report ? report.details : undefined,
  );
  if (!waitsForEnd(run) && (report.state === 'running' || report.state === 'ended')) {
    return endAttempt(toRunning(seen, report.startedAt ?? now, now), { endedAt: now }, now);
  }
  switch (report.state) {
    case 'pending':
      return seen;
    case 'running':
      return toRunning(seen, report.startedAt, now);
    case 'ended':
      return endAttempt(seen, report, now);
    case 'never-started':
      if (run.status === 'stopping') return endStopping(seen, now);
      return run.status === 'starting' ? refuseStart(seen, report.cause, now) : run;
  }
}

/** An execution that is only started: that it was is all there is to know. */
function waitsForEnd({ plan: { work } }: Run): boolean {
  return work.target !== 'state-machine' || work.waitsForEnd;
}

/**
 * Of two tries that live with one number, one is a duplicate, which a look ends. And one that was stopped may be what
 * kept an execution from having ended.
 */
function onTried(run: Run, token: string, news: Try, now: EpochMs): Run {
  const noted = withTry(run, token, news);
  if (noted === run) return run;
  const attempt = liveAttempt(noted);
  if (attempt?.start.token !== token) return stopStray(noted, token, news, now);
  if (attempt.start.externalId === undefined) return noted;
  const same = attempt.tries?.filter(
    ({ number, endedAt }) => number === news.number && endedAt === undefined,
  );
  const isDouble = same !== undefined && same.length > 1;
  return isDouble || news.failure?.class === 'stopped'
    ? onLookAsked(noted, token, attempt.start.externalId, now)
    : noted;
}

/**
 * A job that its target could not see when the attempt was stopped, and that lives on: the stop is asked for again, of
 * all that was started with the token.
 */
function stopStray(run: Run, token: string, { externalId, endedAt }: Try, now: EpochMs): Run {
  const stopped = run.attempts.find(({ start }) => start.token === token)?.start.externalId;
  if (endedAt !== undefined || stopped === undefined) return run;
  const key = `stop:${token}:${externalId}`;
  return withEffect(run, { kind: 'stop', key, token, externalId: stopped, notBefore: now });
}

/**
 * Only of the live start: whatever else there may be is told apart by its own reports. A look that is under way may
 * have been too early, so this is another one.
 */
function onLookAsked(run: Run, token: string, externalId: string, now: EpochMs): Run {
  const key = `look:${token}:${now}`;
  if (liveAttempt(run)?.start.token !== token || run.outbox.some((owed) => owed.key === key)) return run;
  return withEffect(run, { kind: 'describe', key, token, externalId, notBefore: now });
}

/** "I don't see it" is not "it's gone": what was started a moment ago may not be visible yet. */
function onAbsent(run: Run, attempt: Attempt, lookedAt: EpochMs, now: EpochMs): Run {
  const told = withoutEffect(run, `describe:${attempt.start.token}`);
  // The start itself is still being repeated, and its answer will tell more.
  if (owesStart(run, attempt.start.token)) return told;
  // Whoever looked was held up since: what was true then says nothing of now.
  if (now - lookedAt > freshMs) return told;
  const { absentSince } = attempt.start;
  if (absentSince === undefined) {
    return withAttempt(told, { ...attempt, start: { ...attempt.start, absentSince: lookedAt } });
  }
  if (lookedAt - absentSince < lostAfterMs) return told;
  return run.status === 'stopping' ? endStopping(told, now) : askToStop(told, 'lost', now);
}

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
function onPlaced(run: Run, hour: EpochMs | undefined, most: number, now: EpochMs): Run {
  if (!isBeforeFirstStart(run)) return run;
  if (run.place !== undefined && (hour === undefined || hour >= run.place)) return run;
  return hour === undefined
    ? endRun(run, 'failed', toNoPlaceCause(run, most), now)
    : withPlace(run, hour, most, now);
}

function onDue(run: Run, now: EpochMs): Run {
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
  if (owesStart(run, token)) return { ...run };
  const about = externalId === undefined ? { token } : { token, externalId };
  return withEffect(run, { kind: 'describe', key: `describe:${token}`, ...about, notBefore: now });
}

/** What was asked to stop is asked again, and looked at: a stop that got lost must not leave it living. */
function onStillStopping(run: Run, now: EpochMs): Run {
  const attempt = liveAttempt(run);
  if (attempt === undefined || run.stopping === undefined) return { ...run };
  return askToStop(run, run.stopping.reason, now);
}

function onCancelAsked(run: Run, now: EpochMs): Run {
  if (isFinished(run)) return run;
  switch (run.status) {
    case 'starting':
    case 'running':
      return askToStop(run, 'cancel', now);
    case 'stopping':
      return run.stopping && run.stopping.reason !== 'cancel'
        ? { ...run, stopping: { ...run.stopping, reason: 'cancel' } }
        : run;
    default:
      return endRun(run, 'cancelled', { class: 'stopped', reason: 'cancelled before it was started' }, now);
  }
}

/** A task that lives and isn't the run's live one is stopped, unless it is known to have ended: then it's old news. */
function stopStranger(run: Run, token: string, externalId: string | undefined, now: EpochMs): Run {
  const ended = run.attempts.some(({ start, endedAt, endUnseen }) => {
    const isSame =
      externalId === undefined || start.externalId === undefined || start.externalId === externalId;
    return start.token === token && isSame && endedAt !== undefined && !endUnseen;
  });
  if (ended) return run;
  const key = `stop:${token}:${externalId ?? ''}`;
  if (run.outbox.some((effect) => effect.key === key)) return run;
  const about = externalId === undefined ? { token } : { token, externalId };
  return withEffect(run, { kind: 'stop', key, ...about, notBefore: now });
}

/** Notes the target's own name for the live start; one that is being stopped is stopped by that name too. */
function identify(run: Run, attempt: Attempt, externalId: string | undefined, now: EpochMs): Run {
  const { absentSince, ...start } = attempt.start;
  const isNew = externalId !== undefined && start.externalId === undefined;
  if (!isNew && absentSince === undefined) return run;
  const known = withAttempt(run, { ...attempt, start: isNew ? { ...start, externalId } : start });
  return isNew && run.stopping ? askToStop(known, run.stopping.reason, now) : known;
}

/** Its start is to be asked for (again): the target has not been seen to know of it. */
function owesStart(run: Run, token: string): boolean {
  return run.outbox.some((effect) => effect.key === `start:${token}`);
}

function isOther(attempt: Attempt, externalId: string | undefined): boolean {
  return (
    externalId !== undefined &&
    attempt.start.externalId !== undefined &&
    attempt.start.externalId !== externalId
  );
}

function toEndBy(run: Run, attempt: Attempt): EpochMs {
  return (attempt.startedAt ?? attempt.askedAt) + run.plan.timeoutSeconds * 1000;
}
