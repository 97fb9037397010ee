import { toConsole } from '../console.ts';
import { parseExecutionArn } from './execution-arn.ts';
import { parseRedriveId } from './redrive.ts';

/** Where AWS's console shows an execution; undefined for what is no ARN of one. */
export function toExecutionConsole(externalId: string): string | undefined {
  const { arn } = parseRedriveId(externalId);
  const parsed = parseExecutionArn(arn);
  if (parsed === undefined) return undefined;
  const { partition, region } = parsed;
  return toConsole(partition, region, `states/home?region=${region}#/v2/executions/details/${arn}`);
}
