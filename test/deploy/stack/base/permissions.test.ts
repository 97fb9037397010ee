import { describe, expect, it } from 'vitest';
import { toBasePermissions } from '../../../../shared/deploy/stack/base/permissions.ts';
import type { FunctionName } from '../../../../shared/deploy/stack/function-name.ts';
import { build, stackOf, task } from '../stack-of.ts';

const queue = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
const topic = [{ type: 'sns', properties: { snsTopicName: 'orders' } }];
const stream = [
  {
    type: 'kinesis-stream',
    properties: { streamArn: 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks' },
  },
];
const tableStream = [
  {
    type: 'dynamo-db-stream',
    properties: {
      streamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000',
    },
  },
];
const runsApi = { httpApiName: 'publicApi', authorizer: { type: 'iam' } };

/** `action resource`, the resource as it is in the template. */
function allowedOf(name: FunctionName, given: Parameters<typeof stackOf>[0]): readonly string[] {
  const { context, jobs } = stackOf(given);
  return toBasePermissions(context, jobs)
    .filter(({ functions }) => functions.includes(name))
    .flatMap(({ statement }) => {
      if (!('resources' in statement)) throw new Error('the base needs no "*"');
      return statement.actions.flatMap((action) =>
        statement.resources.map((of) => `${action} ${toShort(of)}`),
      );
    })
    .toSorted();
}

function toShort(value: unknown): string {
  if (typeof value === 'string') return value;
  const [shown] = Object.values(value as object);
  return Array.isArray(shown)
    ? shown.join('.')
    : String(shown).replace('${AWS::Partition}', '*').replace('${AWS::Region}:${AWS::AccountId}', '*');
}

describe('a trigger', () => {
  it('accepts runs, stores big events, sends wake-ups to the queues of its own jobs, and announces nothing', () => {
    const jobs = { a: { ...task, events: queue }, b: { ...build, events: topic } };
    expect(allowedOf('sqs', { jobs })).toEqual([
      'dynamodb:DeleteItem Ledger.Arn',
      'dynamodb:GetItem Ledger.Arn',
      'dynamodb:PutItem Ledger.Arn',
      'dynamodb:UpdateItem Ledger.Arn',
      's3:DeleteObject ${Payloads.Arn}/payloads/*',
      's3:GetObject ${Payloads.Arn}/payloads/*',
      's3:PutObject ${Payloads.Arn}/payloads/*',
      'sqs:SendMessage WakeFargateQueue.Arn',
    ]);
  });

  it('of what is delivered later gives what fails to the queue of what was not delivered', () => {
    const jobs = { a: { ...task, events: topic } };
    expect(allowedOf('sns', { jobs })).toContain('sqs:SendMessage UndeliveredQueue.Arn');
  });

  it('of a Kinesis stream reads what others have claimed of a shard', () => {
    const jobs = { a: { ...task, events: [...stream, ...tableStream] } };
    expect(allowedOf('kinesis-stream', { jobs })).toContain('dynamodb:Query Ledger.Arn');
    expect(allowedOf('dynamo-db-stream', { jobs }).join()).not.toContain('dynamodb:Query');
  });
});

describe('what goes on with runs', () => {
  const jobs = {
    a: { ...task, onFailure: { type: 'sns', arn: 'arn:aws:sns:eu-west-1:123456789012:alerts' } },
    b: { ...build, onFailure: { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:123456789012:failed' } },
  };

  it('announces to the bus and to the failure destinations of all jobs, and accepts nothing', () => {
    expect(allowedOf('wake', { jobs })).toEqual([
      'dynamodb:GetItem Ledger.Arn',
      'dynamodb:UpdateItem Ledger.Arn',
      'events:PutEvents arn:*:events:*:event-bus/default',
      's3:GetObject ${Payloads.Arn}/payloads/*',
      's3:ListBucket Payloads.Arn',
      's3:PutObject ${Payloads.Arn}/payloads/*',
      'sns:Publish arn:aws:sns:eu-west-1:123456789012:alerts',
      'sqs:DeleteMessage WakeCodebuildQueue.Arn',
      'sqs:DeleteMessage WakeFargateQueue.Arn',
      'sqs:GetQueueAttributes WakeCodebuildQueue.Arn',
      'sqs:GetQueueAttributes WakeFargateQueue.Arn',
      'sqs:ReceiveMessage WakeCodebuildQueue.Arn',
      'sqs:ReceiveMessage WakeFargateQueue.Arn',
      'sqs:SendMessage WakeCodebuildQueue.Arn',
      'sqs:SendMessage WakeFargateQueue.Arn',
      'sqs:SendMessage arn:aws:sqs:eu-west-1:123456789012:failed',
    ]);
  });

  it('asks for what is due only in the sweep', () => {
    expect(allowedOf('sweep', { jobs })).toContain('dynamodb:Query ${Ledger.Arn}/index/by-due');
    for (const name of ['wake', 'state-change', 'manual'] as const) {
      expect(allowedOf(name, { jobs }).join(), name).not.toContain('dynamodb:Query');
    }
  });

  it('announces to the bus that jobs.yml names, or to none', () => {
    const busOf = (announcements: unknown) =>
      allowedOf('sweep', { announcements, jobs: { a: task } }).filter((each) => each.startsWith('events:'));
    expect(busOf('none')).toEqual([]);
    expect(busOf({ eventBusName: 'ops' })).toEqual(['events:PutEvents arn:*:events:*:event-bus/ops']);
    const eventBusArn = 'arn:aws:events:us-east-1:210987654321:event-bus/central';
    expect(busOf({ eventBusArn })).toEqual([`events:PutEvents ${eventBusArn}`]);
  });
});

it('only those that go on with runs, or replay them, are told that an event is gone', () => {
  const given = { runsApi, jobs: { a: { ...task, events: queue } } };
  const told = (['wake', 'sweep', 'state-change', 'manual', 'runs-api', 'sqs'] as const).filter((name) =>
    allowedOf(name, given).includes('s3:ListBucket Payloads.Arn'),
  );
  expect(told).toEqual(['wake', 'sweep', 'state-change', 'manual', 'runs-api']);
});

it('the runs API lists runs by job and by status', () => {
  const lists = allowedOf('runs-api', { runsApi, jobs: { a: task } }).filter((each) =>
    /Query|Batch/.test(each),
  );
  expect(lists).toEqual([
    'dynamodb:BatchGetItem Ledger.Arn',
    'dynamodb:Query ${Ledger.Arn}/index/by-job',
    'dynamodb:Query ${Ledger.Arn}/index/by-status',
  ]);
});
