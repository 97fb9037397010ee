import type { BatchWork } from '../../runs/plan.ts';
import type { EpochMs } from '../../runs/run.ts';
import type { FoundJob } from './jobs.ts';
import { startTimeoutText } from './verdict.ts';

/** A living job that is to be ended while its execution goes on, and what Batch is told as the reason. */
export type Unwanted = {
  readonly id: string;
  readonly reason: string;
  /** It has not begun; should it begin meanwhile, it's left alone. */
  readonly isWaiting: boolean;
};

/**
 * Of an execution's jobs, those that must not go on: the duplicates, and what has waited in its queue for longer than
 * the job's startTimeout, as a queue may have no time limit of its own.
 */
export function toUnwanted(
  jobs: readonly FoundJob[],
  { tryStartTimeoutSeconds }: BatchWork,
  now: EpochMs,
): readonly Unwanted[] {
  const living = jobs.filter(({ hasEnded }) => !hasEnded);
  return living.flatMap((job): readonly Unwanted[] => {
    if (hasNewer(job, living)) {
      const reason = 'Signalbox ended it: another job was submitted for the same attempt';
      return [{ id: job.id, reason, isWaiting: false }];
    }
    // A time that isn't told is not long ago.
    const isLate = job.createdAt > 0 && now - job.createdAt > tryStartTimeoutSeconds * 1000;
    if (!job.isWaiting || !isLate) return [];
    return [{ id: job.id, reason: toLateReason(job, tryStartTimeoutSeconds), isWaiting: true }];
  });
}

/** A submission acted twice, and the machine waits for the job that it was told of last. */
function hasNewer(job: FoundJob, living: readonly FoundJob[]): boolean {
  const same = living
    .filter(({ name }) => name === job.name)
    .toSorted((one, other) => other.createdAt - one.createdAt);
  return same[0] !== job;
}

/** Batch's own word for why it waits comes first, as it would when the queue's time limit ended it. */
function toLateReason({ statusReason }: FoundJob, seconds: number): string {
  const said = statusReason === '' ? '' : `${statusReason.slice(0, 500)}; `;
  return `${said}${startTimeoutText} of ${seconds} s`;
}
