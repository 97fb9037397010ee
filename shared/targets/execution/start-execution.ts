import { isDeepStrictEqual } from 'node:util';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { call } from '../../aws/call.ts';
import { toAwsFailure, toReason, toStartAnswer } from '../../aws/errors.ts';
import { parseJson } from '../../events/json.ts';
import type { FailureClass } from '../../runs/failure.ts';
import type { EpochMs } from '../../runs/run.ts';
import type { StartAnswer } from '../target.ts';
import { tooLate } from '../too-late.ts';
import { toExecutionArn } from './execution-arn.ts';

export type ExecutionRequest = {
  /** ARN; also of a version or an alias. */
  readonly stateMachineArn: string;
  readonly name: string;
  /** JSON. */
  readonly input: string;
};

export type ExecutionStart = {
  /** After that it's not asked for any more. */
  readonly by: EpochMs | undefined;
  readonly now: () => EpochMs;
  readonly callSeconds: number | undefined;
};

/** The most that Step Functions takes as input, in bytes of UTF-8. */
export const longestInputBytes = 262_144;

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const classes: Readonly<Record<string, FailureClass>> = {
  ExecutionLimitExceeded: 'throttled',
  KmsThrottlingException: 'throttled',
};

/**
 * Starts an execution of a STANDARD machine, which has one of a name at most: however often this is called, also after
 * its end, for 90 days. An execution of that name with other input is a definite refusal. Never throws.
 */
export async function startExecution(
  getClient: () => Promise<SFNClient>,
  request: ExecutionRequest,
  { by, now, callSeconds }: ExecutionStart,
): Promise<StartAnswer> {
  try {
    const [client, { StartExecutionCommand }] = await Promise.all([
      getClient(),
      import('@aws-sdk/client-sfn'),
    ]);
    const command = new StartExecutionCommand(request);
    const late = tooLate(by, now());
    if (late !== undefined) return late;
    const { executionArn = '', startDate } = await call(
      (options) => client.send(command, options),
      callSeconds,
    );
    return toStarted(executionArn || toArn(request), startDate);
  } catch (error) {
    if (toAwsFailure(error).name !== 'ExecutionAlreadyExists') return toStartAnswer(error, classes);
    return compare(getClient, request, callSeconds);
  }
}

/** The service says so of one that has ended, or that was given other input. */
async function compare(
  getClient: () => Promise<SFNClient>,
  request: ExecutionRequest,
  callSeconds?: number,
): Promise<StartAnswer> {
  const executionArn = toArn(request);
  try {
    const [client, { DescribeExecutionCommand }] = await Promise.all([
      getClient(),
      import('@aws-sdk/client-sfn'),
    ]);
    const command = new DescribeExecutionCommand({ executionArn });
    const { input, startDate } = await call((options) => client.send(command, options), callSeconds);
    if (typeof input !== 'string' || isSame(input, request.input)) return toStarted(executionArn, startDate);
    const reason = `${executionArn} exists already, and was given another input`;
    return { kind: 'refused', cause: { class: 'rejected', reason: toReason(reason) } };
  } catch (error) {
    const { name, status, message } = toAwsFailure(error);
    const isForbidden =
      status !== undefined && status < 500 && /^(?:AccessDenied|KmsAccessDenied|KmsInvalidState)/.test(name);
    // It can't be read, but its name is made of the run's id, which nobody else would make up.
    if (isForbidden) return toStarted(executionArn, undefined);
    return { kind: 'unknown', reason: toReason(`it exists already, and could not be read: ${message}`) };
  }
}

function isSame(found: string, sent: string): boolean {
  if (found === sent) return true;
  const parsed = parseJson(found);
  return parsed !== undefined && isDeepStrictEqual(parsed, parseJson(sent));
}

function toStarted(externalId: string, startDate: Date | undefined): StartAnswer {
  return startDate === undefined
    ? { kind: 'started', externalId }
    : { kind: 'started', externalId, startedAt: startDate.getTime() };
}

function toArn({ stateMachineArn, name }: ExecutionRequest): string {
  return toExecutionArn(stateMachineArn, name);
}
