import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems-of.ts';

/** One job for each of the events, which are all of one type. */
const of = (type: string, ...events: readonly object[]) => {
  const jobs = events.map(
    (properties, index) =>
      `  j${index}:\n    target: state-machine\n    stateMachineArn: arn:aws:states:eu-west-1:123456789012:stateMachine:m\n    events:\n      - { type: ${type}, properties: ${JSON.stringify(properties)} }\n`,
  );
  return problemsOf(`service: shop\njobs:\n${jobs.join('')}`);
};

const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:news';
const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';

describe('events of one queue', () => {
  it('agree on how it is read; filters and batching are their own', () => {
    const same = { sqsQueueName: 'orders', maxBatchWindowSeconds: 5 };
    expect(of('sqs', same, { ...same, filterPatterns: [{ body: ['a'] }], batching: 'record' })).toEqual([]);
    expect(
      of('sqs', { sqsQueueName: 'orders' }, { sqsQueueName: 'orders', maxBatchWindowSeconds: 0 }),
    ).toEqual([]);
    expect(of('sqs', { sqsQueueName: 'orders' }, { sqsQueueName: 'others', batchSize: 3 })).toEqual([]);
  });

  it('are a mistake where they do not, with both lines', () => {
    expect(of('sqs', { sqsQueueArn: queueArn }, { sqsQueueArn: queueArn, batchSize: 5 })).toEqual([
      '12:105 jobs.j1.events[0].properties.batchSize: found 5, and 10 on line 7; events of one queue share it, expected the same',
    ]);
    expect(of('sqs', { sqsQueueName: 'orders', maximumConcurrency: 5 }, { sqsQueueName: 'orders' })).toEqual([
      '12:34 jobs.j1.events[0].properties: maximumConcurrency: found nothing, and 5 on line 7; events of one queue share it, expected the same',
    ]);
  });

  it('name it in one way, as its ARN may be that of another account', () => {
    expect(of('sqs', { sqsQueueName: 'orders' }, { sqsQueueArn: queueArn })).toEqual([
      '12:49 jobs.j1.events[0].properties.sqsQueueArn: found the ARN of what may be the queue that line 7 names; expected sqsQueueArn, or sqsQueueName, in both',
    ]);
  });

  it('may differ in jobs that never run in AWS', () => {
    const job = (name: string, size: number) =>
      `  ${name}: { target: process, local: { command: [x] }, events: [{ type: sqs, properties: { sqsQueueName: q, batchSize: ${size} } }] }\n`;
    expect(problemsOf(`service: shop\njobs:\n${job('a', 1)}${job('b', 2)}`)).toEqual([]);
  });
});

describe('events of one topic', () => {
  it('agree on where SNS leaves what it could not deliver, not on the policy', () => {
    const onDeliveryFailure = { sqsQueueArn: queueArn };
    const lost = { snsTopicArn: topicArn, onDeliveryFailure };
    expect(of('sns', lost, { ...lost, filterPolicy: { kind: ['a'] } })).toEqual([]);
    expect(of('sns', lost, { snsTopicArn: topicArn })).toEqual([
      '12:34 jobs.j1.events[0].properties: onDeliveryFailure: found nothing, and a mapping on line 7; events of one topic share it, expected the same',
    ]);
    expect(of('sns', { snsTopicName: 'news' }, { snsTopicArn: topicArn })).toHaveLength(1);
  });
});

describe('events of one stream', () => {
  const settings = {
    batchSize: 7,
    maxBatchWindowSeconds: 1,
    startingPosition: 'LATEST',
    maximumRetryAttempts: 2,
    onFailure: { type: 'sqs', arn: queueArn },
    parallelizationFactor: 3,
    bisectBatchOnFunctionError: true,
  };

  it.each([
    ['kinesis-stream', streamArn, { ...settings, autoCreateConsumer: true }],
    ['kinesis-stream', streamArn, { consumerArn: `${streamArn}/consumer/jobs:1700000000` }],
    ['dynamo-db-stream', tableArn, settings],
  ])('of %s agree on how it is read', (type, arn, all) => {
    expect(of(type, { streamArn: arn, ...all }, { streamArn: arn, ...all })).toEqual([]);
    expect(
      of(type, { streamArn: arn, ...all }, { streamArn: arn })
        .map(toSetting)
        .toSorted(),
    ).toEqual(Object.keys(all).toSorted());
  });

  it('say the same with a default and without', () => {
    const defaults = {
      maxBatchWindowSeconds: 0,
      maximumRetryAttempts: -1,
      parallelizationFactor: 1,
      bisectBatchOnFunctionError: false,
      autoCreateConsumer: false,
    };
    expect(of('kinesis-stream', { streamArn }, { streamArn, ...defaults })).toEqual([]);
  });
});

function toSetting(problem: string): string | undefined {
  return /properties[.:] ?([A-Za-z]+)/.exec(problem)?.[1];
}
