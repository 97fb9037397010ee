import { type Attempt, type EpochMs, liveAttempt, type Run } from './run.ts';

/** Effects are performed at once by whoever saved them; one that is still owed after this is done by another. */
const leaseMs = 30_000;
const pendingLookMs = 30_000;
const shortestLookMs = 60_000;
const longestLookMs = 900_000;

/** Sets when the engine looks at the run next: at the earliest thing that can come due. */
export function settle(run: Run, now: EpochMs): Run {
  const { dueAt: _, ...rest } = run;
  const dates = [...toOwed(run, now), ...toStatusDates(run, now)];
  return { ...rest, updatedAt: now, ...(dates.length > 0 ? { dueAt: Math.min(...dates) } : {}) };
}

function toOwed(run: Run, now: EpochMs): EpochMs[] {
  return run.outbox.map(({ notBefore }) => (notBefore <= now ? now + leaseMs : notBefore));
}

function toStatusDates(run: Run, now: EpochMs): EpochMs[] {
  const attempt = liveAttempt(run);
  switch (run.status) {
    case 'collecting':
      return [now + leaseMs];
    case 'queued':
    case 'waiting':
      return [run.next?.at ?? now];
    case 'starting':
      return [...toLook(run, [now + pendingLookMs]), ...(attempt ? [Math.max(attempt.startBy, now)] : [])];
    case 'running':
      return attempt ? toRunningDates(run, attempt, now) : [now + shortestLookMs];
    case 'stopping':
      return toLook(run, [now + run.plan.stopTimeoutSeconds * 1000 + pendingLookMs]);
    default:
      return [];
  }
}

/** The end of its time; before that a look now and then, rarer the longer it runs, in case its end was not reported. */
function toRunningDates(run: Run, attempt: Attempt, now: EpochMs): EpochMs[] {
  const startedAt = attempt.startedAt ?? attempt.askedAt;
  const lookMs = Math.min(Math.max((now - startedAt) / 4, shortestLookMs), longestLookMs);
  const endsAt = startedAt + run.plan.timeoutSeconds * 1000;
  const looks = [now + Math.round(lookMs), ...toTryDates(run, attempt, now)];
  return [Math.max(endsAt, now), ...toLook(run, looks)];
}

/** A look that is owed has a date of its own, which is later each time that it fails. */
function toLook({ outbox }: Run, dates: EpochMs[]): EpochMs[] {
  return outbox.some(({ kind }) => kind === 'describe') ? [] : dates;
}

/**
 * When the newest try has waited in its queue for too long: a queue may have no time limit of its own, so it's a look
 * that ends the try. After that a look each minute, until it is seen to have started or ended.
 */
function toTryDates({ plan: { work } }: Run, { tries = [] }: Attempt, now: EpochMs): EpochMs[] {
  if (work.target !== 'batch') return [];
  const newest = tries
    .toSorted((one, other) => one.number - other.number || (one.createdAt ?? 0) - (other.createdAt ?? 0))
    .at(-1);
  if (newest?.createdAt === undefined) return [];
  if (newest.startedAt !== undefined || newest.endedAt !== undefined) return [];
  // Late from the millisecond after that.
  const lateAt = newest.createdAt + work.tryStartTimeoutSeconds * 1000 + 1;
  return [lateAt > now ? lateAt : now + shortestLookMs];
}
