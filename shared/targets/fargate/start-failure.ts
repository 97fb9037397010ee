import type { Failure } from '@aws-sdk/client-ecs';
import { toAwsFailure, toReason, toStartAnswer } from '../../aws/errors.ts';
import type { Cause, FailureClass } from '../../runs/failure.ts';
import type { StartAnswer } from '../target.ts';
import type { EcsTask } from './task.ts';

/** Capacity of Fargate, of the subnet, or of the account; not a capacity provider that isn't there. */
const noCapacity =
  /capacity is unavailable|(?:no|insufficient|not enough) capacity|free (?:ip )?addresses|RESOURCE:|limit on the number|concurrently/i;
/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
const permanent = /\b(?:ATTRIBUTE|LOCATION|MISSING|INACTIVE)\b|not found|does not exist|invalid/i;
const throttled = /rate exceeded|request limit exceeded|throttl|too many requests/i;
/** The service launches no more tasks at a time; it is asked again, and more slowly. */
const tooManyAtOnce = /PROVISIONING/i;
/** The permission or the thing itself is missing, and will be when it's started again. */
const denied =
  /access ?denied|not authorized|unauthorized|forbidden|status code: 403|ResourceNotFoundException/i;
/** The image or its command can't be run; another machine can't either. */
const notRunnable =
  /exec format error|executable file not found|no such file or directory|permission denied|argument list too long/i;

/** What an error of RunTask says; its 4xx are definite, though one name stands for many things. */
export function toRefusal(error: unknown): StartAnswer {
  const answer = toStartAnswer(error);
  if (answer.kind !== 'refused' || answer.cause.class !== 'rejected') return answer;
  // The other names mean one thing each, whatever their text.
  const { name } = toAwsFailure(error);
  if (name !== 'ClientException' && name !== 'InvalidParameterException') return answer;
  const { reason } = answer.cause;
  const isTooMany = name === 'ClientException' && tooManyAtOnce.test(reason);
  return { kind: 'refused', cause: { class: isTooMany ? 'throttled' : toRefusalClass(reason), reason } };
}

/** An entry of `failures` in an answer of 200: no task was started. */
export function toFailureCause({ reason, detail }: Failure): Cause {
  const said = [reason, detail].filter((each) => each !== undefined && each !== '').join(': ');
  return { class: toFailureClass(said), reason: toReason(said || 'ECS started nothing and gave no reason') };
}

/** Most of these pass; a name nobody knows here is taken for one that does. */
function toFailureClass(text: string): FailureClass {
  const refused = toRefusalClass(text);
  return refused === 'rejected' && !permanent.test(text) && !denied.test(text)
    ? 'target-unavailable'
    : refused;
}

function toRefusalClass(text: string): FailureClass {
  if (throttled.test(text)) return 'throttled';
  return noCapacity.test(text) ? 'no-capacity' : 'rejected';
}

/**
 * Why a task that was taken never ran.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export function toStartFailure({ stoppedReason, containers }: EcsTask): Cause {
  const said = [stoppedReason, ...containers.map(({ reason }) => reason)].filter((each) => each !== '');
  const reason = toReason([...new Set(said)].join('; ') || 'the task failed to start');
  return { class: toStartFailureClass(reason), reason };
}

function toStartFailureClass(reason: string): FailureClass {
  if (/CannotPull/.test(reason)) return 'image-pull';
  if (/ResourceInitializationError/.test(reason))
    return denied.test(reason) ? 'rejected' : 'target-unavailable';
  if (/Cannot(?:Start|Create)Container/.test(reason) && notRunnable.test(reason)) return 'rejected';
  return noCapacity.test(reason) ? 'no-capacity' : 'target-unavailable';
}
