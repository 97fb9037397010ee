import { createHash } from 'node:crypto';
import type { Cause } from './failure.ts';
import type { Retry } from './plan.ts';

/** Interruptions of one attempt (a Spot machine that is taken back) that don't use it up. */
export const freeInterruptions = 3;

/** Whether a job's retry rules give a failed attempt another one. */
export function isRetried(failure: Cause, retryOn: Retry['retryOn']): boolean {
  return retryOn.some((rule) =>
    typeof rule === 'string'
      ? rule === failure.class
      : failure.class === 'exit-code' &&
        failure.exitCode !== undefined &&
        rule.exitCodes.includes(failure.exitCode),
  );
}

/**
 * The wait after attempt `failed` (from 1), in milliseconds: interval × multiplier^(n−1), capped, then jitter.
 * An interval of 5 and a multiplier of 2 give 5, 10, 20 seconds.
 */
export function toRetryWaitMs(retry: Retry, runId: string, failed: number): number {
  const seconds = toIntervalSeconds(retry, failed);
  return Math.round(seconds * 1000 * (retry.jitter === 'full' ? toFraction(`${runId}/${failed}`) : 1));
}

const yearSeconds = 31_536_000;

/**
 * The longest that all attempts together can take, in whole seconds, each interrupted so often; at most a year, as long
 * as an execution of a state machine can last. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export function toLongestSeconds(
  retry: Retry,
  timeoutSeconds: number,
  startTimeoutSeconds: number,
  interruptions = 0,
): number {
  let seconds = retry.attempts * (1 + interruptions) * (startTimeoutSeconds + timeoutSeconds);
  for (let failed = 1; failed < retry.attempts; failed++) {
    seconds += toIntervalSeconds(retry, failed);
  }
  return Math.min(Math.ceil(seconds), yearSeconds);
}

/** The wait after attempt `failed` (from 1), before jitter. */
export function toIntervalSeconds(
  { intervalSeconds, multiplier, maxIntervalSeconds }: Retry,
  failed: number,
): number {
  return Math.min(intervalSeconds * multiplier ** (failed - 1), maxIntervalSeconds);
}

/**
 * The wait after the nth setback in a row with the target itself (from 1), in milliseconds:
 * 1, 2, 4 … 60 s, of which between a half and all, so that many runs don't come back at one moment.
 */
export function toSetbackWaitMs(token: string, setbacks: number): number {
  const longest = Math.min(1000 * 2 ** (setbacks - 1), 60_000);
  return Math.round(longest * (0.5 + toFraction(`${token}/${setbacks}`) / 2));
}

/** Within the first five minutes of the hour in which a held run has its place, so that not all come at one moment. */
export function toHeldWaitMs(runId: string): number {
  return Math.floor(300_000 * toFraction(`${runId}/held`));
}

/** From 0 to 1, always the same for one text: `decide` draws no random numbers. */
function toFraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
