import type { SFNClient } from '@aws-sdk/client-sfn';
import { call } from '../../aws/call.ts';
import { toAwsFailure, toReason } from '../../aws/errors.ts';
import type { Handle, StopAnswer } from '../target.ts';
import { findExecution } from './execution-token.ts';

/**
 * Asks Step Functions to end an execution, and with it the job that a `.sync` task waits for, as far as it can. One
 * that has ended answers just so. Never throws.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
 */
export async function stopExecution(
  getClient: () => Promise<SFNClient>,
  handle: Handle,
  toName: (token: string) => string | undefined,
  callSeconds?: number,
): Promise<StopAnswer> {
  const found = findExecution(handle, toName);
  if (found === undefined) return { kind: 'unknown', reason: 'its execution has no name' };
  const why = { error: 'Signalbox.Stopped', cause: `Signalbox asked for the end of ${handle.token}` };
  const { arn: executionArn } = found;
  try {
    const [client, { StopExecutionCommand }] = await Promise.all([
      getClient(),
      import('@aws-sdk/client-sfn'),
    ]);
    const stop = (command: InstanceType<typeof StopExecutionCommand>) =>
      call((options) => client.send(command, options), callSeconds);
    try {
      await stop(new StopExecutionCommand({ executionArn, ...why }));
    } catch (error) {
      // The reason would be encrypted, with a key that this caller may not use; without one there's no need for it.
      if (!toAwsFailure(error).name.startsWith('Kms')) throw error;
      await stop(new StopExecutionCommand({ executionArn }));
    }
    return { kind: 'asked' };
  } catch (error) {
    // Also when there's no such execution: whether a start of that name is under way is not known.
    return { kind: 'unknown', reason: toReason(toAwsFailure(error).message) };
  }
}
