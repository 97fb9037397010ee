import { describe, expect, it } from 'vitest';
import { toKinesisMappings, toTableMappings } from '../../../../shared/deploy/stack/sources/stream.ts';
import { compileEvents, propertiesOf } from './compile.ts';

const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';
const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:given-up';
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:given-up';

const ofKinesis = (...properties: readonly object[]) =>
  compileEvents(toKinesisMappings, { type: 'kinesis-stream', properties });
const ofTable = (...properties: readonly object[]) =>
  compileEvents(toTableMappings, { type: 'dynamo-db-stream', properties });

describe('a Kinesis stream', () => {
  it('is read with all that its event says', () => {
    const part = ofKinesis({
      streamArn,
      batchSize: 200,
      maxBatchWindowSeconds: 3,
      startingPosition: 'LATEST',
      maximumRetryAttempts: 4,
      onFailure: { type: 'sqs', arn: queueArn },
      parallelizationFactor: 2,
      bisectBatchOnFunctionError: true,
      filterPatterns: [{ data: { kind: ['click'] } }],
    });
    expect(part.resources).toEqual({
      ClicksStreamMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'KinesisStreamLambdaFunction' },
          EventSourceArn: streamArn,
          StartingPosition: 'LATEST',
          BatchSize: 200,
          MaximumBatchingWindowInSeconds: 3,
          ParallelizationFactor: 2,
          BisectBatchOnFunctionError: true,
          MaximumRetryAttempts: 4,
          DestinationConfig: { OnFailure: { Destination: queueArn } },
          FilterCriteria: { Filters: [{ Pattern: '{"data":{"kind":["click"]}}' }] },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          Tags: [{ Key: 'signalbox:job', Value: 'a' }],
        },
        line: 1,
      },
    });
  });

  it('is read from its oldest record on, and as often as it takes, when its event says nothing', () => {
    expect(propertiesOf(ofKinesis({ streamArn }), 'ClicksStreamMapping')).toEqual({
      FunctionName: { Ref: 'KinesisStreamLambdaFunction' },
      EventSourceArn: streamArn,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Tags: [{ Key: 'signalbox:job', Value: 'a' }],
    });
  });

  it('is read by a consumer that is there already', () => {
    const consumerArn = `${streamArn}/consumer/jobs:1700000000`;
    const part = ofKinesis({ streamArn, consumerArn });
    expect(Object.keys(part.resources)).toEqual(['ClicksStreamMapping']);
    expect(propertiesOf(part, 'ClicksStreamMapping')).toMatchObject({ EventSourceArn: consumerArn });
    expect(permissionsOf(part)).toEqual([
      [readKinesis, [streamArn]],
      [['kinesis:SubscribeToShard'], [consumerArn]],
    ]);
  });

  it('is read by a consumer that is made for the stack', () => {
    const part = ofKinesis({ streamArn, autoCreateConsumer: true });
    expect(part.resources['ClicksStreamConsumer']).toEqual({
      Type: 'AWS::Kinesis::StreamConsumer',
      Properties: {
        ConsumerName: 'media-prod',
        StreamARN: streamArn,
        Tags: [{ Key: 'signalbox:job', Value: 'a' }],
      },
      line: 1,
    });
    const consumer = { Ref: 'ClicksStreamConsumer' };
    expect(propertiesOf(part, 'ClicksStreamMapping')).toMatchObject({ EventSourceArn: consumer });
    expect(permissionsOf(part)).toContainEqual([['kinesis:SubscribeToShard'], [consumer]]);
  });

  it('is read once for all its events, with their filters together', () => {
    const part = ofKinesis(
      { streamArn, filterPatterns: [{ partitionKey: ['a'] }] },
      { streamArn, filterPatterns: [{ partitionKey: ['b'] }], batching: 'record' },
      { streamArn: streamArn.replace('clicks', 'views') },
    );
    expect(Object.keys(part.resources)).toEqual(['ClicksStreamMapping', 'ViewsStreamMapping']);
    expect(propertiesOf(part, 'ClicksStreamMapping')).toMatchObject({
      FilterCriteria: {
        Filters: [{ Pattern: '{"partitionKey":["a"]}' }, { Pattern: '{"partitionKey":["b"]}' }],
      },
    });
  });

  it("lets its function's role read it, and nothing else", () => {
    expect(permissionsOf(ofKinesis({ streamArn }))).toEqual([[readKinesis, [streamArn]]]);
  });
});

describe('the stream of a table', () => {
  it('is read like one of Kinesis', () => {
    const part = ofTable({ streamArn: tableArn, maximumRetryAttempts: -1 });
    expect(part.resources).toEqual({
      OrdersTableMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'DynamoDbStreamLambdaFunction' },
          EventSourceArn: tableArn,
          StartingPosition: 'TRIM_HORIZON',
          BatchSize: 100,
          MaximumRetryAttempts: -1,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          Tags: [{ Key: 'signalbox:job', Value: 'a' }],
        },
        line: 1,
      },
    });
    expect(permissionsOf(part)).toEqual([[readTable, [tableArn]]]);
  });

  it('lets its function report what Lambda gives up, to a queue or a topic', () => {
    const failing = (type: string, arn: string) =>
      permissionsOf(ofTable({ streamArn: tableArn, onFailure: { type, arn } }))[1];
    expect(failing('sqs', queueArn)).toEqual([['sqs:SendMessage'], [queueArn]]);
    expect(failing('sns', topicArn)).toEqual([['sns:Publish'], [topicArn]]);
  });
});

const readKinesis = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
  'kinesis:ListStreams',
];
const readTable = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];

function permissionsOf({ permissions = [] }: ReturnType<typeof ofKinesis>) {
  return permissions.map(({ statement }) => [
    statement.actions,
    'resources' in statement ? statement.resources : '*',
  ]);
}
