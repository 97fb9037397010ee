import type { FailureClass } from '../runs/failure.ts';
import type { StartAnswer } from '../targets/target.ts';
import { toMessage } from '../to-message.ts';

/** What AWS answered with, as far as an error says so; without a status nobody answered. */
export type AwsFailure = {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
};

export function toAwsFailure(error: unknown): AwsFailure {
  const { name = '', $metadata }: { name?: unknown; $metadata?: { httpStatusCode?: unknown } } =
    typeof error === 'object' && error !== null ? error : {};
  const status = $metadata?.httpStatusCode;
  return {
    name: String(name),
    status: typeof status === 'number' ? status : undefined,
    message: toMessage(error),
  };
}

/**
 * Throttling by its name, and the credentials that were just going out of date: the same call may be taken later.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
 */
const common: Readonly<Record<string, FailureClass>> = {
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  SlowDown: 'throttled',
  ExpiredToken: 'target-unavailable',
  ExpiredTokenException: 'target-unavailable',
  RequestExpired: 'target-unavailable',
  InvalidSignatureException: 'target-unavailable',
};

/** Throttling that hides in another error's text, as EC2's does in ECS's InvalidParameterException. */
const throttledText = /\b(?:rate exceeded|request limit exceeded|throttl(?:ed|ing)|too many requests)\b/i;

/**
 * What an error says of a start. An answer of 4xx is a definite refusal, of a class that `classes` names by the error's
 * name, or `rejected`; after anything else it is not known whether something was started.
 */
export function toStartAnswer(
  error: unknown,
  classes: Readonly<Record<string, FailureClass>> = {},
): StartAnswer {
  const failure = toAwsFailure(error);
  const { name, status, message } = failure;
  if (status === undefined || status < 400 || status >= 500 || status === 408) {
    return { kind: 'unknown', reason: toReason(message) };
  }
  return {
    kind: 'refused',
    cause: { class: classOf(failure, classes), reason: toReason(`${name}: ${message}`) },
  };
}

function classOf(
  { name, status, message }: AwsFailure,
  classes: Readonly<Record<string, FailureClass>>,
): FailureClass {
  if (status === 429 || throttledText.test(message)) return 'throttled';
  return classes[name] ?? common[name] ?? 'rejected';
}

/** Longer reasons are cut: a run keeps one for each attempt. */
const longestReason = 1000;

/** A reason that AWS or a job gave, as a run keeps it. */
export function toReason(text: string): string {
  return text.length <= longestReason ? text : `${text.slice(0, longestReason - 1)}…`;
}
