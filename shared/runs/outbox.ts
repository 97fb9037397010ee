import type { Call, Effect } from './effect.ts';
import { type EpochMs, isFinished, type Run } from './run.ts';

/** How long an effect that could not be performed waits before it's tried again, in milliseconds: 5, 10, 20 … 900 s. */
const shortestPostponeMs = 5_000;
const longestPostponeMs = 900_000;
/** Nothing of the run waits for an announcement. */
const longestUnannouncedMs = 21_600_000;
/** Of a run that has ended: after a day of trying, what can't be stopped is left alone. */
const mostFailuresOfEnded = 100;

/** Owes an effect; one that is owed already under this key is replaced. */
export function withEffect(run: Run, effect: Effect): Run {
  return { ...run, outbox: [...run.outbox.filter(({ key }) => key !== effect.key), effect] };
}

/** As an effect is owed (again): the same request, when it failed before, keeps its count and waits its time. */
export function toRenewed(run: Run, effect: Call, now: EpochMs): Effect {
  const owed = run.outbox.find(({ key }) => key === effect.key);
  if (owed?.failures === undefined || owed.kind !== effect.kind) return effect;
  if (owed.externalId !== effect.externalId) return effect;
  return owed.notBefore > now ? owed : { ...effect, failures: owed.failures };
}

export function withoutEffect(run: Run, key: string): Run {
  return run.outbox.some((effect) => effect.key === key)
    ? { ...run, outbox: run.outbox.filter((effect) => effect.key !== key) }
    : run;
}

export function withPostponedEffect(run: Run, key: string, now: EpochMs): Run {
  const effect = run.outbox.find((owed) => owed.key === key);
  if (effect === undefined) return run;
  const failures = (effect.failures ?? 0) + 1;
  if (effect.kind === 'stop' && isFinished(run) && failures >= mostFailuresOfEnded)
    return withoutEffect(run, key);
  const longestMs = effect.kind === 'announce' ? longestUnannouncedMs : longestPostponeMs;
  const waitMs = Math.min(shortestPostponeMs * 2 ** Math.min(failures - 1, 20), longestMs);
  return withEffect(run, { ...effect, failures, notBefore: now + waitMs });
}
