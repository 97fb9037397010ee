import type { Effect } from './effect.ts';
import type { EpochMs, Run } from './run.ts';

/** How long an effect that could not be performed waits before it's tried again, in milliseconds. */
const postponeMs = 5_000;

/** Owes an effect; one that is owed already under this key is replaced. */
export function withEffect(run: Run, effect: Effect): Run {
  return { ...run, outbox: [...run.outbox.filter(({ key }) => key !== effect.key), effect] };
}

export function withoutEffect(run: Run, key: string): Run {
  return run.outbox.some((effect) => effect.key === key)
    ? { ...run, outbox: run.outbox.filter((effect) => effect.key !== key) }
    : run;
}

export function withPostponedEffect(run: Run, key: string, now: EpochMs): Run {
  const effect = run.outbox.find((owed) => owed.key === key);
  return effect ? withEffect(run, { ...effect, notBefore: now + postponeMs }) : run;
}
