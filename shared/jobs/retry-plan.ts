import type { FailureClass } from '../runs/failure.ts';
import type { Retry } from '../runs/plan.ts';
import type { RunnableJob } from './runnable.ts';

/** What a failed attempt is tried again after, unless the job says otherwise: all but what a person or a mistake caused. */
const retriedByDefault: readonly FailureClass[] = [
  'exit-code',
  'timed-out',
  'interrupted',
  'out-of-memory',
  'image-pull',
  'lost',
];

/** A job's retry rules, as its runs have them. */
export function toRetry({ retryConfig }: Pick<RunnableJob, 'retryConfig'>): Retry {
  const { attempts, retryIntervalSeconds, retryIntervalMultiplier, maxIntervalSeconds, jitter, retryOn } =
    retryConfig;
  return {
    attempts,
    intervalSeconds: retryIntervalSeconds,
    multiplier: retryIntervalMultiplier,
    maxIntervalSeconds,
    jitter,
    retryOn: retryOn ?? retriedByDefault,
  };
}
