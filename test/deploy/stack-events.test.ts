import { randomUUID } from 'node:crypto';
import {
  type CloudFormationClient,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import { markStack, readFailures } from '../../shared/deploy/stack-events.ts';

const id = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-prod/1';
const nestedId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-prod-JobStack1-ABC/2';

type ChangeSet = { readonly ChangeSetId: string; readonly Status: string; readonly StatusReason?: string };

/** CloudFormation, with two events on a page, the newest first, as it answers. */
function createCloudFormation(
  events: Readonly<Record<string, readonly StackEvent[]>>,
  changeSet?: ChangeSet,
): CloudFormationClient {
  const missing = (name: string) =>
    Object.assign(new Error(`Stack [${name}] does not exist`), { name: 'ValidationError' });
  const send = async (command: unknown) => {
    if (command instanceof DescribeStackEventsCommand) {
      const { StackName = '', NextToken } = command.input;
      const all = events[StackName]?.toReversed();
      if (all === undefined) throw missing(StackName);
      const start = Number(NextToken ?? 0);
      return {
        StackEvents: all.slice(start, start + 2),
        NextToken: start + 2 < all.length ? String(start + 2) : undefined,
      };
    }
    if (!(command instanceof DescribeChangeSetCommand)) throw new Error('no such call');
    if (changeSet === undefined)
      throw Object.assign(new Error('ChangeSet does not exist'), { name: 'ChangeSetNotFoundException' });
    return changeSet;
  };
  return { send } as unknown as CloudFormationClient;
}

const at = (second: number, event: Partial<StackEvent>, stack = id): StackEvent => ({
  EventId: randomUUID(),
  StackId: stack,
  StackName: 'shop-prod',
  Timestamp: new Date(Date.UTC(2026, 10, 21, 12, 0, second)),
  ...event,
});
const ofStack = (second: number, ResourceStatus: string, stack = id) =>
  at(
    second,
    {
      LogicalResourceId: 'shop-prod',
      PhysicalResourceId: stack,
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus,
    } as Partial<StackEvent>,
    stack,
  );
const failed = (second: number, LogicalResourceId: string, ResourceStatusReason: string, stack = id) =>
  at(
    second,
    {
      LogicalResourceId,
      ResourceType: 'AWS::Lambda::EventSourceMapping',
      ResourceStatus: 'CREATE_FAILED',
      ResourceStatusReason,
    },
    stack,
  );

const before = [
  ofStack(0, 'UPDATE_IN_PROGRESS'),
  failed(1, 'OldMapping', 'of a deploy before this one'),
  ofStack(2, 'UPDATE_ROLLBACK_COMPLETE'),
];

describe('the failures of a deploy', () => {
  test('are those of its resources since it began, without what was given up because of them', async () => {
    const mark = await markStack(createCloudFormation({ 'shop-prod': before }), 'shop-prod');
    const events = [
      ...before,
      ofStack(10, 'UPDATE_IN_PROGRESS'),
      failed(11, 'OrdersMapping', 'Queue orders does not exist'),
      failed(12, 'OtherMapping', 'Resource creation cancelled'),
      failed(13, 'ThirdMapping', 'Rate exceeded'),
      { ...ofStack(14, 'UPDATE_ROLLBACK_FAILED'), ResourceStatusReason: 'The following resource(s) failed' },
    ];
    expect(await readFailures(createCloudFormation({ 'shop-prod': events }), 'shop-prod', mark)).toEqual([
      {
        id: 'OrdersMapping',
        type: 'AWS::Lambda::EventSourceMapping',
        reason: 'Queue orders does not exist',
      },
      { id: 'ThirdMapping', type: 'AWS::Lambda::EventSourceMapping', reason: 'Rate exceeded' },
    ]);
  });

  test('in a nested stack are told in place of that of the stack', async () => {
    const events = {
      'shop-prod': [
        ofStack(10, 'UPDATE_IN_PROGRESS'),
        at(15, {
          LogicalResourceId: 'JobStack1',
          PhysicalResourceId: nestedId,
          ResourceType: 'AWS::CloudFormation::Stack',
          ResourceStatus: 'UPDATE_FAILED',
          ResourceStatusReason: `Embedded stack ${nestedId} was not successfully updated.`,
        }),
      ],
      [nestedId]: [
        failed(3, 'OldRule', 'of a deploy before this one', nestedId),
        ofStack(11, 'UPDATE_IN_PROGRESS', nestedId),
        failed(12, 'TrainRule', 'Event pattern is not valid', nestedId),
      ],
    };
    expect(await readFailures(createCloudFormation(events), 'shop-prod', {})).toEqual([
      { id: 'TrainRule', type: 'AWS::Lambda::EventSourceMapping', reason: 'Event pattern is not valid' },
    ]);
  });

  test('are what CloudFormation has against the change, when it touched no resource', async () => {
    const reason = 'Template error: instance of Fn::GetAtt references undefined resource Orders';
    const changeSet = { ChangeSetId: 'new', Status: 'FAILED', StatusReason: reason };
    const client = createCloudFormation({ 'shop-prod': before }, changeSet);
    const { eventId } = await markStack(client, 'shop-prod');
    const mark = { ...(eventId !== undefined && { eventId }), changeSetId: 'old' };
    expect(await readFailures(client, 'shop-prod', mark)).toEqual([{ reason }]);
    expect(await readFailures(client, 'shop-prod', { ...mark, changeSetId: 'new' })).toEqual([]);
  });

  test('are none when there is no stack', async () => {
    const client = createCloudFormation({});
    const mark = await markStack(client, 'shop-prod');
    expect(mark).toEqual({});
    expect(await readFailures(client, 'shop-prod', mark)).toEqual([]);
  });
});
