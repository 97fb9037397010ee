/**
 * A redriven execution keeps its ARN, but is a run of its own here: the one before has ended. Its external id has the
 * count of redrives behind the ARN, where "#" can't be part of a name.
 */
export function toRedriveId(executionArn: string, count: number): string {
  return count === 0 ? executionArn : `${executionArn}#redrive-${count}`;
}

const idShape = /^(.*)#redrive-([1-9][0-9]{0,4})$/s;

/** What an execution's external id says: its ARN for calls, and which of its lives is meant, 0 for the first. */
export function parseRedriveId(externalId: string): { readonly arn: string; readonly redrive: number } {
  const [, arn, count] = idShape.exec(externalId) ?? [];
  return arn === undefined ? { arn: externalId, redrive: 0 } : { arn, redrive: Number(count) };
}
