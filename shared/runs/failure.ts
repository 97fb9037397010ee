/** Why a start was refused, an attempt failed or a run ended without success. */
export const failureClasses = [
  'throttled',
  'no-capacity',
  'target-unavailable',
  'rejected',
  'exit-code',
  'timed-out',
  'interrupted',
  'out-of-memory',
  'image-pull',
  'stopped',
  'lost',
  'bad-event',
] as const;

export type FailureClass = (typeof failureClasses)[number];

/** `reason` is a sentence for a person; `signal` is a name such as SIGKILL. */
export type Cause = {
  readonly class: FailureClass;
  readonly reason: string;
  readonly exitCode?: number;
  readonly signal?: string;
};

/** Classes that say nothing of the job: it is started again, within its budget for starting. */
export function isStartFailure(failure: FailureClass): boolean {
  return failure === 'throttled' || failure === 'no-capacity' || failure === 'target-unavailable';
}
