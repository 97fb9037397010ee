import { toReason } from '../aws/errors.ts';
import type { Details } from '../runs/run.ts';

const longestCode = 256;
const digestShape = /^sha256:[0-9a-f]{64}$/;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
const logGroupShape = /^[\w.\-/#]{1,512}$/;
const logStreamShape = /^[^:*\p{Cc}]{1,512}$/u;

/**
 * What is kept of what a service says, whatever that is: texts are cut, and what is empty or has another shape is left
 * out. A log stream is kept with its group, or not at all. Spread it: a finding of which nothing is told has no details.
 */
export function toDetails(told: { readonly [Name in keyof Details]?: unknown }): {
  readonly details?: Details;
} {
  const { exitCode, stopCode, stopReason, imageDigest, logGroup, logStream } = told;
  const details: Details = {
    ...(isInteger(exitCode) && { exitCode }),
    ...(isText(stopCode) && { stopCode: stopCode.slice(0, longestCode) }),
    ...(isText(stopReason) && { stopReason: toReason(stopReason) }),
    ...(isText(imageDigest) && digestShape.test(imageDigest) && { imageDigest }),
    ...(isText(logGroup) &&
      isText(logStream) &&
      logGroupShape.test(logGroup) &&
      logStreamShape.test(logStream) && { logGroup, logStream }),
  };
  return Object.keys(details).length === 0 ? {} : { details };
}

/** What several fields say of one thing, each once. */
export function toStopReason(...texts: readonly string[]): string {
  return [...new Set(texts.filter((text) => text !== ''))].join('; ');
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
