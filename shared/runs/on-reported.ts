import type { Report } from '../targets/target.ts';
import { identify, isOther, owesStart, stopStranger } from './live-start.ts';
import { withEffect, withoutEffect } from './outbox.ts';
import { type Attempt, type EpochMs, liveAttempt, type Run, type Try } from './run.ts';
import {
  askToStop,
  endAttempt,
  endStopping,
  refuseStart,
  toRunning,
  withAttempt,
  withDetails,
  withTry,
} from './transitions.ts';

/** How long a target may show no trace of what it started before that is taken for lost, in milliseconds. */
const lostAfterMs = 600_000;
/** How old a look that found no trace may be to count, in milliseconds. */
const freshMs = 60_000;

export function onReported(run: Run, report: Report, now: EpochMs): Run {
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
export function onLookAsked(run: Run, token: string, externalId: string, now: EpochMs): Run {
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
