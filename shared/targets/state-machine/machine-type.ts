import type { SFNClient } from '@aws-sdk/client-sfn';
import { call } from '../../aws/call.ts';
import { toAwsFailure } from '../../aws/errors.ts';
import { toMachineArn } from '../execution/execution-arn.ts';

/** Whether a machine is known to be EXPRESS, by its ARN or that of a version or an alias. Never throws. */
export type MachineTypes = { readonly isExpress: (stateMachineArn: string) => Promise<boolean> };

/** A start waits for this once per machine and process; it does not wait long. */
const mostSeconds = 3;

/**
 * Asks Step Functions once for each machine, whose type can't change. A machine that this caller may not describe is
 * not asked for again; after any other failure the next start asks.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
 */
export function createMachineTypes(
  getClient: () => Promise<SFNClient>,
  callSeconds: number = mostSeconds,
): MachineTypes {
  const known = new Map<string, Promise<boolean>>();
  return {
    isExpress(stateMachineArn) {
      const machine = toMachineArn(stateMachineArn);
      const asked = known.get(machine) ?? ask(machine);
      known.set(machine, asked);
      return asked;
    },
  };

  async function ask(machine: string): Promise<boolean> {
    try {
      const [client, { DescribeStateMachineCommand }] = await Promise.all([
        getClient(),
        import('@aws-sdk/client-sfn'),
      ]);
      const command = new DescribeStateMachineCommand({
        stateMachineArn: machine,
        includedData: 'METADATA_ONLY',
      });
      const seconds = Math.min(callSeconds, mostSeconds);
      const { type } = await call((options) => client.send(command, options), seconds);
      return type === 'EXPRESS';
    } catch (error) {
      if (!toAwsFailure(error).name.startsWith('AccessDenied')) known.delete(machine);
      return false;
    }
  }
}
