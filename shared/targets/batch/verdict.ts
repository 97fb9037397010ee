import { toReason } from '../../aws/errors.ts';
import type { Cause, FailureClass } from '../../runs/failure.ts';

/** What a job of Batch that ended in FAILED says of its end. Texts are empty, and the exit code -1, when it says nothing. */
export type JobEnd = {
  readonly statusReason: string;
  readonly containerReason: string;
  readonly exitCode: number;
  /** A person, the queue's time limit or Signalbox cancelled or terminated it. */
  readonly isStopped: boolean;
};

/** A text that starts with, or contains, another. */
export type TextTest = { readonly starts: string } | { readonly contains: string };

/** What is in the reason that the target gives for ending a job which waited in its queue for too long. */
export const startTimeoutText = 'Signalbox ended it: it did not run within its startTimeout';

export type Verdict = {
  readonly class: FailureClass;
  /** One of them is enough. */
  readonly when: readonly (
    | { readonly statusReason: TextTest }
    | { readonly containerReason: TextTest }
    | { readonly exitCode: 'not 0' }
    | { readonly isStopped: true }
  )[];
};

/**
 * How a failed job is judged, the first that applies; a job of which none does is `lost`. The state machine and the
 * target both go by this table, so that a job is retried by the class that the ledger shows.
 *
 * Spot's "Host EC2" and the timeout's text: https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html,
 * https://docs.aws.amazon.com/batch/latest/userguide/bestpractice6.html; CAPACITY and MISCONFIGURATION are what a
 * queue's time limit ends jobs for that stay RUNNABLE, "Canceled by JobStateTimeLimit action due to reason: …"; where the
 * queue has none, the target ends them, with the same words if Batch has any:
 * https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_capacity.html
 */
export const verdicts: readonly Verdict[] = [
  {
    class: 'bad-event',
    when: [{ statusReason: { contains: 'Container Overrides length must be at most' } }],
  },
  { class: 'timed-out', when: [{ statusReason: { starts: 'Job attempt duration exceeded timeout' } }] },
  {
    class: 'interrupted',
    when: [
      { statusReason: { starts: 'Host EC2' } },
      { statusReason: { starts: 'Your Spot Task was interrupted' } },
    ],
  },
  { class: 'rejected', when: [{ statusReason: { contains: 'MISCONFIGURATION:' } }] },
  {
    class: 'no-capacity',
    when: [{ statusReason: { contains: 'CAPACITY:' } }, { statusReason: { contains: startTimeoutText } }],
  },
  {
    class: 'out-of-memory',
    when: [
      { containerReason: { starts: 'OutOfMemoryError' } },
      { statusReason: { starts: 'OutOfMemoryError' } },
    ],
  },
  {
    class: 'image-pull',
    when: [
      { containerReason: { starts: 'CannotPullContainer' } },
      { statusReason: { contains: 'CannotPullContainer' } },
    ],
  },
  { class: 'stopped', when: [{ isStopped: true }] },
  { class: 'exit-code', when: [{ exitCode: 'not 0' }] },
];

export function judge(end: JobEnd): Cause {
  const found = verdicts.find(({ when }) => when.some((test) => applies(test, end)));
  const reason = toReason(end.containerReason || end.statusReason || 'Batch gave no reason');
  return {
    class: found?.class ?? 'lost',
    reason,
    ...(end.exitCode === -1 ? {} : { exitCode: end.exitCode }),
  };
}

function applies(test: Verdict['when'][number], end: JobEnd): boolean {
  if ('isStopped' in test) return end.isStopped;
  if ('exitCode' in test) return end.exitCode !== -1 && end.exitCode !== 0;
  return 'statusReason' in test
    ? passes(end.statusReason, test.statusReason)
    : passes(end.containerReason, test.containerReason);
}

function passes(text: string, test: TextTest): boolean {
  return 'starts' in test ? text.startsWith(test.starts) : text.includes(test.contains);
}
