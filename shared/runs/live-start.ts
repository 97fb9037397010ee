import { withEffect } from './outbox.ts';
import type { Attempt, EpochMs, Run } from './run.ts';
import { askToStop, withAttempt } from './transitions.ts';

/** A task that lives and isn't the run's live one is stopped, unless it is known to have ended: then it's old news. */
export function stopStranger(run: Run, token: string, externalId: string | undefined, now: EpochMs): Run {
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
export function identify(run: Run, attempt: Attempt, externalId: string | undefined, now: EpochMs): Run {
  const { absentSince, ...start } = attempt.start;
  const isNew = externalId !== undefined && start.externalId === undefined;
  if (!isNew && absentSince === undefined) return run;
  const known = withAttempt(run, { ...attempt, start: isNew ? { ...start, externalId } : start });
  return isNew && run.stopping ? askToStop(known, run.stopping.reason, now) : known;
}

/** Its start is to be asked for (again): the target has not been seen to know of it. */
export function owesStart(run: Run, token: string): boolean {
  return run.outbox.some((effect) => effect.key === `start:${token}`);
}

export function isOther(attempt: Attempt, externalId: string | undefined): boolean {
  return (
    externalId !== undefined &&
    attempt.start.externalId !== undefined &&
    attempt.start.externalId !== externalId
  );
}
