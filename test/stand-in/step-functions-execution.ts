import type { EpochMs } from '../../shared/runs/run.ts';
import type { Place } from './step-functions-definition.ts';

export type ExecutionStatus =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'PENDING_REDRIVE';

/** An execution as the service keeps it. */
export type Execution = {
  readonly arn: string;
  readonly name: string;
  /** Without a version or an alias. */
  readonly machineArn: string;
  readonly versionArn: string | undefined;
  readonly aliasArn: string | undefined;
  readonly input: string;
  readonly startedAt: EpochMs;
  readonly status: ExecutionStatus;
  readonly stoppedAt: EpochMs | undefined;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly redriveCount: number;
  readonly redrivenAt: EpochMs | undefined;
  /** Where a redriven one goes on. */
  readonly failedAt: Place | undefined;
};

/** What DescribeExecution answers. `isInputHidden`: the caller may not decrypt it. */
export function toDescription(execution: Execution, { isInputHidden }: { readonly isInputHidden: boolean }) {
  const { startedAt, stoppedAt, redrivenAt, status } = execution;
  return withoutUndefined({
    ...toCommon(execution),
    startDate: startedAt / 1000,
    stopDate: stoppedAt && stoppedAt / 1000,
    redriveDate: redrivenAt && redrivenAt / 1000,
    ...(isInputHidden
      ? { inputDetails: { included: false } }
      : { input: execution.input, inputDetails: { included: true } }),
    output: isInputHidden ? undefined : execution.output,
    outputDetails: status === 'SUCCEEDED' ? { included: !isInputHidden } : undefined,
    ...toRedriveStatus(status),
  });
}

/** What an event may hold of input and output together, escaped. */
const longestEventBytes = 248 * 1024;

/**
 * The detail of a "Step Functions Execution Status Change", whose times are in milliseconds.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export function toEventDetail(execution: Execution): Readonly<Record<string, unknown>> {
  const { input, output, startedAt, stoppedAt, redrivenAt, status } = execution;
  const inputBytes = Buffer.byteLength(JSON.stringify(input));
  const outputBytes = output === undefined ? 0 : Buffer.byteLength(JSON.stringify(output));
  const hasInput = inputBytes + outputBytes <= longestEventBytes;
  const hasOutput = output !== undefined && outputBytes <= longestEventBytes;
  return withNull({
    ...toCommon(execution),
    startDate: startedAt,
    stopDate: stoppedAt,
    input: hasInput ? input : undefined,
    inputDetails: { included: hasInput },
    output: hasOutput ? output : undefined,
    outputDetails: output === undefined ? undefined : { included: hasOutput },
    redriveDate: redrivenAt,
    ...toRedriveStatus(status),
  });
}

function toCommon(execution: Execution) {
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    stateMachineVersionArn: execution.versionArn,
    stateMachineAliasArn: execution.aliasArn,
    name: execution.name,
    status: execution.status,
    error: execution.error,
    cause: execution.cause,
    redriveCount: execution.redriveCount,
  };
}

function toRedriveStatus(status: ExecutionStatus) {
  return status === 'RUNNING' || status === 'SUCCEEDED' || status === 'PENDING_REDRIVE'
    ? {
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: `Execution is ${status} and cannot be redriven`,
      }
    : { redriveStatus: 'REDRIVABLE', redriveStatusReason: undefined };
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function withNull(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value ?? null]));
}
