import { describe, expect, it } from 'vitest';
import { toLongestJson } from '../../../../shared/deploy/cloudformation/longest.ts';
import { toStateChanges } from '../../../../shared/deploy/stack/base/state-changes.ts';
import { batchJob, build, machine, many, stackOf, task } from '../stack-of.ts';

type Pattern = { readonly detail: Readonly<Record<string, readonly unknown[]>> };

function rulesOf(jobs: Readonly<Record<string, object>>) {
  const stack = stackOf({ jobs });
  const { resources } = toStateChanges(stack.context, stack.jobs);
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::Events::Rule'
      ? [{ id, ...Properties, pattern: Properties?.['EventPattern'] as Pattern }]
      : [],
  );
}

const patternsOf = (jobs: Readonly<Record<string, object>>) => rulesOf(jobs).map(({ pattern }) => pattern);

describe('a rule for state changes', () => {
  it("matches tasks that run or have stopped, of the stack's definitions in its cluster", () => {
    expect(patternsOf({ thumbnail: task })).toEqual([
      {
        source: ['aws.ecs'],
        'detail-type': ['ECS Task State Change'],
        detail: {
          lastStatus: ['RUNNING', 'STOPPED'],
          clusterArn: [
            { 'Fn::Sub': 'arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:cluster/media-prod' },
          ],
          taskDefinitionArn: [
            {
              prefix: {
                'Fn::Sub':
                  'arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task-definition/media-prod-',
              },
            },
          ],
        },
      },
    ]);
  });

  it("matches tasks of somebody else's definition in the cluster that the job names", () => {
    const clusterArn = 'arn:aws:ecs:eu-west-1:123456789012:cluster/shared';
    const { container: _, resources: __, ...others } = task;
    const existing = {
      ...others,
      taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/report:3',
      containerName: 'main',
      clusterArn,
    };
    expect(patternsOf({ report: existing })[0]?.detail).toEqual({
      lastStatus: ['RUNNING', 'STOPPED'],
      clusterArn: [clusterArn],
      taskDefinitionArn: [{ prefix: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/report:' }],
    });
  });

  it("matches builds of the stack's projects, whatever their status", () => {
    expect(patternsOf({ compile: build })).toEqual([
      {
        source: ['aws.codebuild'],
        'detail-type': ['CodeBuild Build State Change'],
        detail: { 'project-name': [{ prefix: 'media-prod-' }] },
      },
    ]);
  });

  it('matches executions of the machines that jobs name', () => {
    expect(patternsOf({ orders: machine })).toEqual([
      {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: ['arn:aws:states:eu-west-1:123456789012:stateMachine:orders'] },
      },
    ]);
  });

  it('matches jobs of a Batch queue once they may run, and executions of their machines', () => {
    const patterns = patternsOf({ train: batchJob, predict: batchJob });
    expect(patterns.map(({ detail }) => Object.keys(detail))).toEqual([
      ['status', 'jobQueue'],
      ['stateMachineArn'],
    ]);
    expect(patterns[0]?.detail['status']).toEqual(['RUNNABLE', 'RUNNING', 'SUCCEEDED', 'FAILED']);
    const own = (service: string, resource: string) => ({
      prefix: {
        'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
      },
    });
    expect(patterns.map(({ detail }) => Object.values(detail).at(-1))).toEqual([
      [own('batch', 'job-queue/media-prod-')],
      [own('states', 'stateMachine:media-prod-')],
    ]);
  });

  it('keeps what could not be told', () => {
    expect(rulesOf({ thumbnail: task })[0]).toMatchObject({
      Name: 'media-prod-state-change-task-1',
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['StateChangeLambdaFunction', 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } },
        },
      ],
    });
  });

  it("is the same for a hundred of the stack's own jobs as for one, and for one that is there no longer", () => {
    expect(rulesOf(many(100, task))).toEqual(rulesOf({ thumbnail: task }));
  });

  it('has no pattern that EventBridge would refuse, however many machines of others there are; each is in one', () => {
    const arnOf = (index: number) => `${machine.stateMachineArn}-with-a-rather-long-name-${index}`;
    const jobs = Array.from({ length: 100 }, (_, index) => [
      `job-${index}`,
      { ...machine, stateMachineArn: arnOf(index) },
    ]);
    const rules = rulesOf(Object.fromEntries(jobs));
    expect(rules.map(({ id }) => id).slice(0, 2)).toEqual([
      'StateChangeExecutionRule',
      'StateChangeExecutionRule2',
    ]);
    for (const { id, pattern } of rules) expect(toLongestJson(pattern), id).toBeLessThanOrEqual(2048);
    const machines = rules.flatMap(({ pattern }) => pattern.detail['stateMachineArn'] ?? []);
    expect(new Set(machines).size).toBe(100);
    expect(machines).toHaveLength(100);
    expect(rules.length).toBeLessThan(10);
  });

  it('may call the function, as all of them may by their name', () => {
    const { context, jobs } = stackOf({ jobs: { thumbnail: task, compile: build } });
    expect(toStateChanges(context, jobs).resources['StateChangePermission']?.Properties).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': ['StateChangeLambdaFunction', 'Arn'] },
      Principal: 'events.amazonaws.com',
      SourceArn: {
        'Fn::Sub':
          'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/media-prod-state-change-*',
      },
    });
  });

  it('is not there where nothing runs in AWS', () => {
    const local = { target: 'process', local: { command: ['true'] }, events: [{ type: 'manual' }] };
    const { context, jobs } = stackOf({ jobs: { a: local } });
    expect(toStateChanges(context, jobs)).toEqual({ resources: {} });
  });
});
