import type { StartAnswer } from '../targets/target.ts';
import type { Cause } from './failure.ts';
import { identify, isOther, owesStart, stopStranger } from './live-start.ts';
import { withEffect, withoutEffect } from './outbox.ts';
import { toSetbackWaitMs } from './retry.ts';
import { type Attempt, type EpochMs, liveAttempt, type Run } from './run.ts';
import { endAttempt, endStopping, refuseStart, toRunning, withAttempt } from './transitions.ts';

/** What was started may not be seen for so long, in milliseconds; far beyond what AWS needs. */
const visibleAfterMs = 120_000;

export function onStartAnswered(run: Run, token: string, answer: StartAnswer, now: EpochMs): Run {
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
  const { taken: _, ...start } = attempt.start;
  const unknownAnswers = start.unknownAnswers + 1;
  const counted = withAttempt(run, { ...attempt, start: { ...start, unknownAnswers } });
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
