import { placeHours } from '../../runs/place.ts';
import type { Run } from '../../runs/run.ts';

const daySeconds = 86_400;

/** Claims last 30 days: as long as somebody may ask who has a record, there is an answer. */
const shortestHistoryDays = 31;

/** A run is there for so long after its event has gone, so that an event without a run was never accepted. */
const runOutlivesSeconds = 7 * daySeconds;

/** When a run's event is over, in seconds since 1970: the longest life that its plan allows it, then the history. */
export function toEventExpiry(
  { createdAt, plan }: Pick<Run, 'createdAt' | 'plan'>,
  historyDays: number,
): number {
  const { retry, startTimeoutSeconds, timeoutSeconds, maxRunsPerHour } = plan;
  const heldSeconds = maxRunsPerHour === undefined ? 0 : placeHours * 3600;
  const attemptSeconds = startTimeoutSeconds + timeoutSeconds + retry.maxIntervalSeconds;
  const lifeSeconds = heldSeconds + retry.attempts * attemptSeconds;
  return Math.ceil(createdAt / 1000 + lifeSeconds + toHistorySeconds(historyDays));
}

/** Later than its event's, and at least the history after the run ended, or else was saved last. Seconds since 1970. */
export function toRunExpiry(run: Run, historyDays: number): number {
  const sinceSaved = Math.ceil((run.endedAt ?? run.updatedAt) / 1000 + toHistorySeconds(historyDays));
  return Math.max(toEventExpiry(run, historyDays), sinceSaved) + runOutlivesSeconds;
}

function toHistorySeconds(historyDays: number): number {
  return Math.max(historyDays, shortestHistoryDays) * daySeconds;
}
