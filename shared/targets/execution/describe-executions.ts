import type { DescribeExecutionCommandOutput, SFNClient } from '@aws-sdk/client-sfn';
import { call } from '../../aws/call.ts';
import { toAwsFailure } from '../../aws/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import type { EpochMs } from '../../runs/run.ts';
import type { Handle, Report } from '../target.ts';
import { type ExecutionState, toExecutionFinding } from './execution-finding.ts';
import { findExecution } from './execution-token.ts';

const mostAtOnce = 10;

/**
 * One report for each handle, in their order, each from a DescribeExecution, ten at a time.
 * An execution that was just started may not be seen by it: it is eventually consistent. Throws when a call fails.
 */
export async function describeExecutions(
  getClient: () => Promise<SFNClient>,
  handles: readonly Handle[],
  toName: (token: string) => string | undefined,
  { now, callSeconds }: { readonly now: () => EpochMs; readonly callSeconds: number | undefined },
): Promise<readonly Report[]> {
  return inParallel(handles, describe, mostAtOnce);

  async function describe(handle: Handle): Promise<Report> {
    const { token, externalId } = handle;
    const lookedAt = now();
    const told = externalId === undefined ? { token } : { token, externalId };
    const found = findExecution(handle, toName);
    const state = found && (await describeExecution(getClient, found.arn, callSeconds));
    if (found === undefined || state === undefined) return { ...told, state: 'absent', lookedAt };
    const named = { token, externalId: externalId ?? found.arn };
    const finding = toExecutionFinding(state, found.redrive, lookedAt);
    if (finding !== undefined) return { ...named, ...finding };
    // An answer from before the redrive, or a status that Step Functions has only since this was written.
    return state.redriveCount < found.redrive
      ? { ...named, state: 'absent', lookedAt }
      : { ...named, state: 'pending' };
  }
}

/** Undefined when there is no such execution, as far as can be seen. */
async function describeExecution(
  getClient: () => Promise<SFNClient>,
  executionArn: string,
  callSeconds?: number,
): Promise<ExecutionState | undefined> {
  const [client, { DescribeExecutionCommand }] = await Promise.all([
    getClient(),
    import('@aws-sdk/client-sfn'),
  ]);
  try {
    const command = new DescribeExecutionCommand({ executionArn });
    return toState(await call((options) => client.send(command, options), callSeconds));
  } catch (error) {
    const { name } = toAwsFailure(error);
    if (name === 'ExecutionDoesNotExist') return undefined;
    // What it was given is encrypted with a key that this caller may not use; how it is can be told all the same.
    if (!name.startsWith('Kms')) throw error;
    const command = new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' });
    return toState(await call((options) => client.send(command, options), callSeconds));
  }
}

function toState(answer: DescribeExecutionCommandOutput): ExecutionState {
  const { status, startDate, stopDate, error, cause, redriveCount, redriveDate } = answer;
  return {
    status: status ?? '',
    ...(startDate === undefined ? {} : { startedAt: startDate.getTime() }),
    ...(stopDate === undefined ? {} : { stoppedAt: stopDate.getTime() }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    redriveCount: redriveCount ?? 0,
    ...(redriveDate === undefined ? {} : { redrivenAt: redriveDate.getTime() }),
  };
}
