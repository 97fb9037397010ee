import { describe, expect, test } from 'vitest';
import { isAllowed, type ResolvedStatement } from './policy.ts';

const queue = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const cluster = 'arn:aws:ecs:eu-west-1:123456789012:cluster/media-prod';
const task = 'arn:aws:ecs:eu-west-1:123456789012:task/media-prod/1234';

function toStatement(change: Partial<ResolvedStatement> = {}): ResolvedStatement {
  return { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [queue], ...change };
}

describe('a policy of a test', () => {
  test('allows what it names, and nothing else', () => {
    const statements = [toStatement()];
    expect(isAllowed(statements, { action: 'sqs:SendMessage', resource: queue })).toBe(true);
    expect(isAllowed(statements, { action: 'sqs:DeleteMessage', resource: queue })).toBe(false);
    expect(isAllowed(statements, { action: 'sqs:SendMessage', resource: `${queue}-2` })).toBe(false);
    expect(isAllowed([], { action: 'sqs:SendMessage', resource: queue })).toBe(false);
  });

  test('takes an action in capitals or small letters, and a resource only as it is', () => {
    const statements = [toStatement({ Action: 'SQS:sendmessage' })];
    expect(isAllowed(statements, { action: 'sqs:SendMessage', resource: queue })).toBe(true);
    expect(isAllowed(statements, { action: 'sqs:SendMessage', resource: queue.toUpperCase() })).toBe(false);
  });

  test('has * for any text and ? for one character; a dot is a dot', () => {
    const statements = [toStatement({ Resource: 'arn:aws:sqs:eu-west-1:123456789012:order?-v1.*' })];
    const resource = 'arn:aws:sqs:eu-west-1:123456789012:orders-v1.new';
    expect(isAllowed(statements, { action: 'sqs:SendMessage', resource })).toBe(true);
    expect(isAllowed(statements, { action: 'sqs:SendMessage', resource: resource.replace('.', '_') })).toBe(
      false,
    );
  });

  test('gives an action without resources only to a statement for all', () => {
    const need = { action: 'batch:ListJobs', resource: '*' };
    expect(isAllowed([toStatement({ Action: 'batch:ListJobs' })], need)).toBe(false);
    expect(isAllowed([toStatement({ Action: 'batch:ListJobs', Resource: '*' })], need)).toBe(true);
  });

  test('has every condition met, by a key that the request has', () => {
    const statements = [
      toStatement({
        Action: 'ecs:StopTask',
        Resource: 'arn:aws:ecs:eu-west-1:123456789012:task/media-prod/*',
        Condition: {
          ArnEquals: { 'ecs:cluster': cluster },
          StringEquals: { 'aws:RequestTag/a': ['1', '2'] },
        },
      }),
    ];
    const need = { action: 'ecs:StopTask', resource: task };
    const keys = { 'ECS:Cluster': cluster, 'aws:RequestTag/a': '2' };
    expect(isAllowed(statements, { ...need, keys })).toBe(true);
    expect(isAllowed(statements, { ...need, keys: { ...keys, 'aws:RequestTag/a': '3' } })).toBe(false);
    expect(isAllowed(statements, { ...need, keys: { 'ecs:cluster': cluster } })).toBe(false);
    expect(isAllowed(statements, need)).toBe(false);
  });

  test('compares ARNs part by part', () => {
    const statements = [
      toStatement({
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:123456789012:rule/media-*' } },
      }),
    ];
    const allows = (arn: string) =>
      isAllowed(statements, { action: 'sqs:SendMessage', resource: queue, keys: { 'aws:SourceArn': arn } });
    expect(allows('arn:aws:events:eu-west-1:123456789012:rule/media-prod-1')).toBe(true);
    expect(allows('arn:aws:events:eu-west-1:999999999999:x:123456789012:rule/media-1')).toBe(false);
    expect(allows('rule/media-1')).toBe(false);
  });

  test('is not guessed at: what is unknown is an error', () => {
    const need = { action: 'sqs:SendMessage', resource: queue, keys: { a: '1' } };
    expect(() => isAllowed([toStatement({ Condition: { NumericEquals: { a: '1' } } })], need)).toThrow(
      'the operator NumericEquals is not understood',
    );
    const denying = { ...toStatement(), Effect: 'Deny' } as unknown as ResolvedStatement;
    expect(() => isAllowed([denying], need)).toThrow('not understood: {"Effect":"Deny"');
  });
});
