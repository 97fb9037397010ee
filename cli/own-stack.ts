import type { DeployedStack } from '../shared/deploy/deployed-stack.ts';
import type { Stage } from '../shared/deploy/names.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { StackConnection } from './stack-connection.ts';

/**
 * The stack of a stage; undefined when there is none of its name. Throws CommandError for one of that name which
 * somebody else made: `<service>-<stage>` is what the Serverless Framework calls its stacks, too.
 */
export async function findOwnStack(
  { name, region, client }: Pick<StackConnection, 'name' | 'region' | 'client'>,
  { service, stage }: Stage,
): Promise<DeployedStack | undefined> {
  const { describeStack } = await import('../shared/deploy/deployed-stack.ts');
  const stack = await describeStack(client, name);
  if (stack === undefined) return undefined;
  const { 'signalbox:service': foundService, 'signalbox:stage': foundStage } = stack.tags;
  if (foundService === service && foundStage === stage) return stack;
  throw new CommandError(
    exitCodes.mistake,
    `the stack ${name} in ${region} was not made by Signalbox for stage ${stage} of ${service}: its tag signalbox:service ${toFound(foundService)}, its tag signalbox:stage ${toFound(foundStage)} (it is ${stack.status}). Nothing was done: another service in jobs.yml, --stage, --region or --profile names another stack`,
  );
}

function toFound(value: string | undefined): string {
  return value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`;
}
