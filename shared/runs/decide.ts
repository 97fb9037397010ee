import type { StopAnswer } from '../targets/target.ts';
import { settle } from './due.ts';
import type { Input } from './input.ts';
import { isDue, onDue, onPlaced } from './on-due.ts';
import { onLookAsked, onReported } from './on-reported.ts';
import { onStartAnswered } from './on-start-answered.ts';
import { withoutEffect, withPostponedEffect } from './outbox.ts';
import { type EpochMs, isFinished, liveAttempt, type Run } from './run.ts';
import { askToStop, endRun, endStopping } from './transitions.ts';

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

function onStopAnswered(run: Run, key: string, token: string, answer: StopAnswer, now: EpochMs): Run {
  if (answer.kind === 'unknown') return withPostponedEffect(run, key, now);
  const told = withoutEffect(run, key);
  const isLive = liveAttempt(run)?.start.token === token;
  return answer.kind === 'never-started' && isLive && run.status === 'stopping'
    ? endStopping(told, now)
    : told;
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
