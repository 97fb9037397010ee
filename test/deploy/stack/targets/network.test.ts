import { expect, it } from 'vitest';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { toNetworkValues } from '../../../../shared/deploy/stack/targets/network.ts';
import { container, toContext } from './fargate-stack.ts';

const onBatch = `target: batch, ${container}, compute: { type: fargate }`;

it('is the one of jobs.yml, references and all', () => {
  const settings = 'network: { subnets: [subnet-0a, !ImportValue subnet-b], securityGroups: [sg-0c] }';
  expect(toNetworkValues(toContext({ a: onBatch }, settings))).toEqual({
    subnets: ['subnet-0a', { 'Fn::ImportValue': 'subnet-b' }],
    securityGroups: ['sg-0c'],
    assignPublicIp: false,
  });
});

it('is the one that the stack makes when jobs.yml has none', () => {
  expect(toNetworkValues(toContext({ a: onBatch }))).toEqual({
    subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
    securityGroups: [{ Ref: 'JobSecurityGroup' }],
    assignPublicIp: true,
  });
});

it('says which jobs need a security group that jobs.yml does not have', () => {
  const existing = `target: batch, compute: { existing: {
    jobQueueArn: 'arn:aws:batch:eu-west-1:123456789012:job-queue/science',
    jobDefinitionArn: 'arn:aws:batch:eu-west-1:123456789012:job-definition/train:3' } }`;
  const jobs = { a: onBatch, b: existing, c: `target: fargate, ${container}`, d: onBatch };
  const context = toContext(jobs, 'network: { subnets: [subnet-0a] }');
  const expected = (name: string, line: number) => ({
    line,
    message: `the batch job ${name} needs a security group, and network has none; expected network.securityGroups with at least one, such as sg-0a1b2c3d`,
  });
  expect(() => toNetworkValues(context)).toThrow(StackError);
  expect(() => toNetworkValues(context)).toThrow(
    expect.objectContaining({ problems: [expected('a', 4), expected('d', 9)] }),
  );
});
