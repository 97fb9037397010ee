import { describe, expect, it } from 'vitest';
import { toQueueMappings } from '../../../../shared/deploy/stack/sources/sqs.ts';
import { compileEvents, compileText, propertiesOf } from './compile.ts';

const ordersArn = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const compile = (...properties: readonly object[]) =>
  compileEvents(toQueueMappings, { type: 'sqs', properties });

describe('a queue', () => {
  it('is read with all that its event says, and reports the messages that fail', () => {
    const part = compile({
      sqsQueueArn: ordersArn,
      batchSize: 100,
      maxBatchWindowSeconds: 5,
      maximumConcurrency: 20,
      filterPatterns: [{ body: { kind: ['image'] } }],
    });
    expect(part.resources).toEqual({
      OrdersQueueMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { Ref: 'SqsLambdaFunction' },
          EventSourceArn: ordersArn,
          BatchSize: 100,
          MaximumBatchingWindowInSeconds: 5,
          ScalingConfig: { MaximumConcurrency: 20 },
          FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["image"]}}' }] },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          Tags: [{ Key: 'signalbox:job', Value: 'a' }],
        },
        line: 1,
      },
    });
    expect(part.permissions).toEqual([
      {
        functions: ['sqs'],
        statement: {
          actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
          resources: [ordersArn],
        },
      },
    ]);
  });

  it('is one of the account when it is only named; a FIFO queue has no window', () => {
    expect(propertiesOf(compile({ sqsQueueName: 'payments.fifo' }), 'PaymentsFifoQueueMapping')).toEqual({
      FunctionName: { Ref: 'SqsLambdaFunction' },
      EventSourceArn: {
        'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:payments.fifo`,
      },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      Tags: [{ Key: 'signalbox:job', Value: 'a' }],
    });
    const still = compile({ sqsQueueName: 'payments.fifo', maxBatchWindowSeconds: 0 });
    expect(propertiesOf(still, 'PaymentsFifoQueueMapping')).not.toHaveProperty(
      'MaximumBatchingWindowInSeconds',
    );
  });

  it('may be a resource of the stack, or another one by its export', () => {
    const part = compileText(
      toQueueMappings,
      'sqs',
      `
service: media
resources:
  Orders: { Type: 'AWS::SQS::Queue' }
jobs:
  a:
    target: state-machine
    stateMachineArn: arn:aws:states:eu-west-1:123456789012:stateMachine:reconcile
    events:
      - { type: sqs, properties: { sqsQueueArn: !GetAtt Orders.Arn } }
      - { type: sqs, properties: { sqsQueueArn: !ImportValue shop-queue } }
`,
    );
    const arns = Object.entries(part.resources).map(([id, each]) => [
      id,
      each.Properties?.['EventSourceArn'],
      each.line,
    ]);
    expect(arns).toEqual([
      ['OrdersQueueMapping', { 'Fn::GetAtt': ['Orders', 'Arn'] }, 10],
      ['ShopQueueQueueMapping', { 'Fn::ImportValue': 'shop-queue' }, 11],
    ]);
  });
});

describe('events of one queue', () => {
  const image = { body: { kind: ['image'] } };
  const video = { body: { kind: ['video'] } };

  it('share a mapping with the filters of all, and no tag of one job', () => {
    const part = compile(
      { sqsQueueName: 'orders', filterPatterns: [image, video] },
      { sqsQueueName: 'orders', filterPatterns: [video, { body: { kind: ['text'] } }] },
    );
    expect(Object.keys(part.resources)).toEqual(['OrdersQueueMapping']);
    expect(propertiesOf(part, 'OrdersQueueMapping')).toMatchObject({
      FilterCriteria: {
        Filters: [
          { Pattern: '{"body":{"kind":["image"]}}' },
          { Pattern: '{"body":{"kind":["video"]}}' },
          { Pattern: '{"body":{"kind":["text"]}}' },
        ],
      },
    });
    expect(propertiesOf(part, 'OrdersQueueMapping')).not.toHaveProperty('Tags');
  });

  it('share one without filters when one of them takes every message', () => {
    const part = compile({ sqsQueueName: 'orders', filterPatterns: [image] }, { sqsQueueName: 'orders' });
    expect(propertiesOf(part, 'OrdersQueueMapping')).not.toHaveProperty('FilterCriteria');
  });

  it('share one without filters when these are more than an account has, unless one event says it has more', () => {
    const kinds = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ body: { kind: [from + index] } }));
    const count = (...lists: readonly (readonly object[])[]) => {
      const part = compile(...lists.map((filterPatterns) => ({ sqsQueueName: 'orders', filterPatterns })));
      const { FilterCriteria } = part.resources['OrdersQueueMapping']?.Properties ?? {};
      return (FilterCriteria as { readonly Filters: readonly object[] } | undefined)?.Filters.length;
    };
    expect(count(kinds(0, 3), kinds(3, 5))).toBe(5);
    expect(count(kinds(0, 3), kinds(3, 6))).toBeUndefined();
    expect(count(kinds(0, 8))).toBe(8);
    expect(count(kinds(0, 7), kinds(6, 7))).toBe(7);
  });
});

describe('the id of a mapping', () => {
  const idsOf = (...properties: readonly object[]) => Object.keys(compile(...properties).resources);

  it('stays when an event changes, and when a queue is named by its ARN', () => {
    expect(idsOf({ sqsQueueName: 'orders' })).toEqual(['OrdersQueueMapping']);
    expect(idsOf({ sqsQueueName: 'orders', batchSize: 3 })).toEqual(['OrdersQueueMapping']);
    expect(idsOf({ sqsQueueArn: ordersArn })).toEqual(['OrdersQueueMapping']);
  });

  it('is another one for each queue, though they are called the same', () => {
    const other = ordersArn.replace('123456789012', '210987654321');
    const ids = idsOf({ sqsQueueArn: ordersArn }, { sqsQueueArn: other }, { sqsQueueName: 'or-ders' });
    expect(ids).toEqual([
      'OrdersQueueMapping',
      expect.stringMatching(/^OrdersQueue[0-9a-f]{8}Mapping$/),
      'OrDersQueueMapping',
    ]);
  });
});
