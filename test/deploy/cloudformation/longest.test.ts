import { expect, it } from 'vitest';
import { toLongestJson } from '../../../shared/deploy/cloudformation/longest.ts';
import { arnOf, getAtt, join, ref, sub } from '../../../shared/deploy/cloudformation/value.ts';

it('counts the characters of what is known', () => {
  expect(toLongestJson({ a: ['b', 1, true], c: { d: 'e' } })).toBe('{"a":["b",1,true],"c":{"d":"e"}}'.length);
  expect(toLongestJson({})).toBe(2);
});

it('takes what only CloudFormation knows for as long as an ARN may be', () => {
  for (const value of [
    ref('Queue'),
    getAtt('Queue', 'Arn'),
    join('', ['a', ref('B')]),
    { 'Fn::ImportValue': 'x' },
  ]) {
    expect(toLongestJson({ a: value }), JSON.stringify(value)).toBe(200 + '{"a":""}'.length);
  }
  expect(toLongestJson('{{resolve:ssm:/media/queue}}/x')).toBe(200 + '"/x"'.length);
});

it('knows that no Region, account or partition is longer than its parameter', () => {
  const written = 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders';
  expect(toLongestJson(arnOf('sqs', 'orders'))).toBe(written.length + 2);
  expect('arn:aws-us-gov:sqs:ap-southeast-2:123456789012:orders'.length).toBeLessThan(written.length);
  expect(toLongestJson(sub('${Bucket.Arn}/x'))).toBe(200 + '"/x"'.length);
  expect(toLongestJson(sub('${Of}/x', { Of: getAtt('A', 'Arn') }))).toBe(200 + '"/x"'.length);
});
