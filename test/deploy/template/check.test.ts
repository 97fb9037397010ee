import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../shared/deploy/cloudformation/template.ts';
import { checkTemplate } from './check.ts';

const queue: Resource = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } };
const mapping: Resource = {
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    FunctionName: 'a',
    EventSourceArn: { 'Fn::GetAtt': ['Orders', 'Arn'] },
    ScalingConfig: { MaximumConcurrency: 2 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  },
};

function problemsOf(...resources: readonly Resource[]): readonly string[] {
  return checkTemplate({
    Resources: { Orders: queue, ...Object.fromEntries(resources.map((each, at) => [`Id${at}`, each])) },
  });
}

function withProperties(resource: Resource, change: Readonly<Record<string, unknown>>): Resource {
  return { ...resource, Properties: { ...resource.Properties, ...change } };
}

describe('a template that is checked', () => {
  test('has nothing wrong', () => {
    expect(problemsOf(mapping)).toEqual([]);
  });

  test('has a type or a property that there is not', () => {
    expect(problemsOf({ Type: 'AWS::SQS::Queues' })).toEqual(['Id0: CloudFormation has no AWS::SQS::Queues']);
    expect(problemsOf(withProperties(mapping, { BatchSizes: 1 }))).toEqual([
      'Id0.Properties.BatchSizes: there is no such property',
    ]);
    expect(problemsOf(withProperties(mapping, { ScalingConfig: { Maximum: 2 } }))).toEqual([
      'Id0.Properties.ScalingConfig.Maximum: there is no such property',
    ]);
  });

  test('lacks a property, or has one of another type', () => {
    expect(problemsOf({ Type: 'AWS::Lambda::EventSourceMapping' })).toEqual([
      'Id0.Properties: FunctionName is missing',
    ]);
    expect(problemsOf(withProperties(mapping, { BatchSize: '10' }))).toEqual([
      'Id0.Properties.BatchSize: expected a whole number, found "10"',
    ]);
    expect(problemsOf(withProperties(mapping, { FunctionResponseTypes: 'ReportBatchItemFailures' }))).toEqual(
      ['Id0.Properties.FunctionResponseTypes: expected a list, found "ReportBatchItemFailures"'],
    );
    expect(problemsOf(withProperties(mapping, { FunctionName: undefined }))).toEqual([
      'Id0.Properties.FunctionName: is undefined',
    ]);
  });

  test('leads to what is not there', () => {
    const sub = { 'Fn::Sub': [`\${a}-\${Orders.Name}-\${AWS::Region}-\${!b}`, { a: { Ref: 'Nothing' } }] };
    expect(problemsOf(withProperties(mapping, { FunctionName: sub }))).toEqual([
      'Id0: Orders (AWS::SQS::Queue) has no Name',
      "Id0: Nothing isn't there",
    ]);
    expect(problemsOf({ ...queue, DependsOn: ['Orders', 'Other'] })).toEqual([
      "Id0: DependsOn Other, which isn't there",
    ]);
  });

  test('goes round in a circle', () => {
    const one = { ...queue, DependsOn: 'Id1' };
    const other = withProperties(queue, { QueueName: { Ref: 'Id0' } });
    expect(problemsOf(one, other)).toEqual(['a circle: Id0 → Id1 → Id0']);
  });

  test('is larger than CloudFormation takes', () => {
    expect(problemsOf(...Array.from({ length: 500 }, () => ({ Type: 'AWS::SQS::Queue' })))).toEqual([
      '501 resources, expected at most 500',
    ]);
    const role = (length: number): Resource => ({
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {},
        Policies: [{ PolicyName: 'a', PolicyDocument: { Statement: ['x'.repeat(length)] } }],
      },
    });
    expect(problemsOf(role(9_000))).toEqual([]);
    expect(problemsOf(role(10_240))).toEqual([
      '10296 characters in the policies of Id0, expected at most 10240',
    ]);
    expect(problemsOf(withProperties(queue, { QueueName: 'a'.repeat(81) }))).toEqual([
      `Id0: QueueName ${'a'.repeat(81)} has 81 characters, expected at most 80`,
    ]);
  });
});
