import type { Run } from '../../shared/runs/run.ts';
import type { Row } from './row.ts';
import type { SeenJob } from './sites.ts';

/** What is to be seen when all is over. */
export type Seen = {
  readonly run: Run | undefined;
  readonly jobs: readonly SeenJob[];
  readonly mostAlive: number;
  /** The run was in the ledger when the process had died. */
  readonly wasRecorded: boolean;
  /** Its sender was told that the delivery need not come again. */
  readonly isAcknowledged: boolean;
  readonly problems: readonly string[];
};

export type Verdict = {
  /** How many jobs began for each attempt. */
  readonly begun: readonly number[];
  readonly mostAlive: number;
  readonly status: string;
  /** What is not as it must be. */
  readonly problems: readonly string[];
};

/** One job for each of the two attempts, never two at a time, and the run succeeds, or it was never acknowledged. */
export function judge({ leg, again, variant }: Row, seen: Seen): Verdict {
  const { run, jobs, mostAlive, wasRecorded, isAcknowledged } = seen;
  const begun = [1, 2].map((attempt) => jobs.filter((job) => job.attempt === attempt && job.hasBegun).length);
  const problems = [...seen.problems];
  const status = run?.status ?? 'not recorded';
  if (run === undefined) {
    const mayBeLost = leg === 'dispatch' && again === 'never' && !isAcknowledged && !wasRecorded;
    if (!mayBeLost) problems.push('the delivery was lost');
    if (jobs.length > 0) problems.push(`${jobs.length} jobs began for a run that is not recorded`);
    return { begun, mostAlive, status, problems };
  }
  if (run.status !== 'succeeded') problems.push(`the run is ${run.status}: ${run.cause?.reason ?? ''}`);
  // Where nothing can keep a second from being made, it must at least have been stopped; that was looked at before.
  const most = variant === 'blind' ? 2 : 1;
  if (mostAlive > most) problems.push(`${mostAlive} jobs lived at one time`);
  for (const [index, count] of begun.entries()) {
    if (count < 1 || count > most) problems.push(`${count} jobs began for attempt ${index + 1}`);
  }
  if (jobs.length > 2 * most) problems.push(`${jobs.length} jobs were made for two attempts`);
  return { begun, mostAlive, status, problems };
}
