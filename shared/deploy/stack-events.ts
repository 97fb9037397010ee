import {
  type CloudFormationClient,
  DescribeStackEventsCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { call } from '../aws/call.ts';
import { describeChangeSet, isMissingStack } from './deployed-stack.ts';

/** A resource that CloudFormation could not make, change or delete. Without an id it's the whole change that failed. */
export type StackFailure = { readonly id?: string; readonly type?: string; readonly reason: string };

/** What a stack has gone through so far. */
export type StackMark = { readonly eventId?: string; readonly changeSetId?: string };

/** What it says of resources that it gave up on because of another. */
const consequence =
  /^Resource (?:creation|update) cancelled|was not successfully (?:created|updated|deleted)/i;

const nestedStack = 'AWS::CloudFormation::Stack';

/** To be taken before something is done to a stack, so that its failures can be told from those before. */
export async function markStack(client: CloudFormationClient, stack: string): Promise<StackMark> {
  const { value: page } = await pagesOf(client, stack).next();
  const changeSet = await describeChangeSet(client, stack);
  return {
    ...(page?.[0]?.EventId !== undefined && { eventId: page[0].EventId }),
    ...(changeSet?.ChangeSetId !== undefined && { changeSetId: changeSet.ChangeSetId }),
  };
}

/**
 * What failed since a mark, in the order of time: resources of the stack and of those nested in it, or the change as a
 * whole, which CloudFormation refuses before it touches a resource.
 */
export async function readFailures(
  client: CloudFormationClient,
  stack: string,
  mark: StackMark,
): Promise<readonly StackFailure[]> {
  const events = await readUntil(client, stack, ({ EventId }) => EventId === mark.eventId);
  const failures = await toFailures(client, events);
  if (failures.length > 0) return failures;
  const changeSet = await describeChangeSet(client, stack);
  const isNew = changeSet?.Status === 'FAILED' && changeSet.ChangeSetId !== mark.changeSetId;
  return isNew && changeSet.StatusReason !== undefined ? [{ reason: changeSet.StatusReason }] : [];
}

async function toFailures(
  client: CloudFormationClient,
  events: readonly StackEvent[],
): Promise<readonly StackFailure[]> {
  const [first] = events;
  const failures: StackFailure[] = [];
  const nested = new Set<string>();
  for (const { LogicalResourceId: id, ResourceType: type, ...event } of events) {
    const isOfItself = event.PhysicalResourceId === event.StackId;
    if (!event.ResourceStatus?.endsWith('_FAILED') || isOfItself) continue;
    const reason = event.ResourceStatusReason ?? event.ResourceStatus;
    if (type === nestedStack && event.PhysicalResourceId) nested.add(event.PhysicalResourceId);
    if (!consequence.test(reason) && !(type === nestedStack && event.PhysicalResourceId))
      failures.push({ ...(id !== undefined && { id }), ...(type !== undefined && { type }), reason });
  }
  // Its times are CloudFormation's own, as those of its parent are.
  const since = first?.Timestamp?.getTime() ?? 0;
  for (const id of nested) {
    const inside = await readUntil(client, id, ({ Timestamp }) => (Timestamp?.getTime() ?? 0) < since);
    failures.push(...(await toFailures(client, inside)));
  }
  return failures;
}

/** Oldest first. */
async function readUntil(
  client: CloudFormationClient,
  stack: string,
  isBefore: (event: StackEvent) => boolean,
): Promise<readonly StackEvent[]> {
  const events: StackEvent[] = [];
  for await (const page of pagesOf(client, stack)) {
    const end = page.findIndex(isBefore);
    events.push(...(end === -1 ? page : page.slice(0, end)));
    if (end !== -1) break;
  }
  return events.toReversed();
}

/** Newest first. A stack that is not there has none. */
async function* pagesOf(
  client: CloudFormationClient,
  stack: string,
): AsyncGenerator<readonly StackEvent[], undefined> {
  let NextToken: string | undefined;
  do {
    const command = new DescribeStackEventsCommand({ StackName: stack, NextToken });
    const page = await call((limits) => client.send(command, limits)).catch((error) => {
      if (isMissingStack(error)) return { StackEvents: [], NextToken: undefined };
      throw error;
    });
    yield page.StackEvents ?? [];
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
}
