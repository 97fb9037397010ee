import { describe, expect, it } from 'vitest';
import { isAllowed } from '../../iam/policy.ts';
import { compile, container } from './fargate-stack.ts';

const arn = 'arn:aws:ecs:eu-west-1:123456789012';
const role = 'arn:aws:iam::123456789012:role';
const toEcs = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };

describe('whoever starts the tasks of a job', () => {
  const { part, statementsOf } = compile({ a: `target: fargate, ${container}` });
  const may = (action: string, resource: string, keys = {}) =>
    isAllowed(statementsOf(part.starting), { action, resource, keys });
  const inCluster = { 'ecs:cluster': `${arn}:cluster/media-prod` };

  it('may run every definition that the job has had, in the cluster of the stack only', () => {
    const family = `${arn}:task-definition/media-prod-a-3fa9c1d2`;
    expect(may('ecs:RunTask', `${family}:1`, inCluster)).toBe(true);
    expect(may('ecs:RunTask', `${arn}:task-definition/media-prod-a-00000000:12`, inCluster)).toBe(true);
    expect(may('ecs:RunTask', `${family}:1`, { 'ecs:cluster': `${arn}:cluster/others` })).toBe(false);
    expect(may('ecs:RunTask', `${family}:1`)).toBe(false);
  });

  it('may not run those of another job, though its name goes on like this one', () => {
    expect(may('ecs:RunTask', `${arn}:task-definition/media-prod-a-b-3fa9c1d2:1`, inCluster)).toBe(false);
    expect(may('ecs:RunTask', `${arn}:task-definition/media-prod-b-3fa9c1d2:1`, inCluster)).toBe(false);
  });

  it('may tag what it starts, and nothing that runs already', () => {
    const task = `${arn}:task/media-prod/0123456789abcdef`;
    expect(may('ecs:TagResource', task, { 'ecs:CreateAction': 'RunTask' })).toBe(true);
    expect(may('ecs:TagResource', task)).toBe(false);
  });

  it("may pass roles of the stack's jobs, those from before a deploy too, to ECS tasks and to nobody else", () => {
    const [job, execution] = [
      `${role}/signalbox/media/prod/job/stack-AJobRole-1a2b3c`,
      `${role}/signalbox/media/prod/execution/stack-SharedExecution-1a2b3c`,
    ];
    expect(may('iam:PassRole', job, toEcs)).toBe(true);
    expect(may('iam:PassRole', execution, toEcs)).toBe(true);
    expect(may('iam:PassRole', job, { 'iam:PassedToService': 'lambda.amazonaws.com' })).toBe(false);
    expect(may('iam:PassRole', `${role}/signalbox/media/prod/execution/x-AExecutionRole-1a2b3c`, toEcs)).toBe(
      true,
    );
    expect(may('iam:PassRole', `${role}/signalbox/media/test/job/stack-AJobRole-1a2b3c`, toEcs)).toBe(false);
    expect(may('iam:PassRole', `${role}/signalbox/media/prod/function/x-WakeRole-1a2b3c`, toEcs)).toBe(false);
    expect(may('iam:PassRole', `${role}/admin`, toEcs)).toBe(false);
  });

  it("may look for a run's tasks in that cluster first", () => {
    expect(may('ecs:ListTasks', '*', inCluster)).toBe(true);
    expect(may('ecs:ListTasks', '*', { 'ecs:cluster': `${arn}:cluster/others` })).toBe(false);
    expect(may('ecs:DescribeTasks', `${arn}:task/media-prod/0123456789abcdef`)).toBe(true);
  });

  it('needs not read a definition that the stack has made, nor stop anything', () => {
    expect(may('ecs:DescribeTaskDefinition', '*')).toBe(false);
    expect(may('ecs:StopTask', `${arn}:task/media-prod/0123456789abcdef`)).toBe(false);
  });
});

it('lets whoever follows the tasks stop and see those of the cluster', () => {
  const { part, statementsOf } = compile({ a: `target: fargate, ${container}` });
  const may = (action: string, resource: string, keys = {}) =>
    isAllowed(statementsOf(part.following), { action, resource, keys });
  const task = `${arn}:task/media-prod/0123456789abcdef`;
  expect(may('ecs:StopTask', task)).toBe(true);
  expect(may('ecs:DescribeTasks', task)).toBe(true);
  expect(may('ecs:ListTasks', '*', { 'ecs:cluster': `${arn}:cluster/media-prod` })).toBe(true);
  expect(may('ecs:StopTask', `${arn}:task/others/0123456789abcdef`)).toBe(false);
  expect(may('ecs:RunTask', `${arn}:task-definition/media-prod-a-3fa9c1d2:1`)).toBe(false);
});

describe('a task definition that is there already', () => {
  const existing = (properties = '', settings = '') =>
    compile(
      { report: `target: fargate, containerName: main, ${properties}` },
      `network: { subnets: [subnet-0a] }\n${settings}`,
    );
  const ofReport = `taskDefinitionArn: '${arn}:task-definition/report:7'`;

  it('makes nothing', () => {
    const { part, place } = existing(`${ofReport}, clusterArn: '${arn}:cluster/others'`);
    expect(part.resources).toEqual({});
    expect(part).not.toHaveProperty('deployed');
    expect(place.resources).toEqual({});
  });

  it('may be run in its cluster with all of its revisions, be read, and be heard of', () => {
    const { part, statementsOf, resolve } = existing(`${ofReport}, clusterArn: '${arn}:cluster/others'`);
    const may = (action: string, resource: string, keys = {}) =>
      isAllowed(statementsOf(part.starting), { action, resource, keys });
    const inCluster = { 'ecs:cluster': `${arn}:cluster/others` };
    expect(may('ecs:RunTask', `${arn}:task-definition/report:7`, inCluster)).toBe(true);
    expect(may('ecs:RunTask', `${arn}:task-definition/report:6`, inCluster)).toBe(true);
    expect(may('ecs:RunTask', `${arn}:task-definition/report-b:6`, inCluster)).toBe(false);
    expect(may('ecs:DescribeTasks', `${arn}:task/others/0123`)).toBe(true);
    expect(may('ecs:DescribeTaskDefinition', '*')).toBe(true);
    expect(resolve.value(part.stateChanges)).toEqual([
      { of: 'task', taskDefinition: { prefix: `${arn}:task-definition/report:` } },
    ]);
  });

  it('runs in the cluster of the stack when jobs.yml names none', () => {
    const { part, place, statementsOf } = existing(ofReport);
    expect(Object.keys(place.resources)).toEqual(['Cluster']);
    expect(
      isAllowed(statementsOf(part.starting), {
        action: 'ecs:RunTask',
        resource: `${arn}:task-definition/report:7`,
        keys: { 'ecs:cluster': `${arn}:cluster/media-prod` },
      }),
    ).toBe(true);
  });

  const passedOf = ({ part, statementsOf }: ReturnType<typeof existing>) =>
    statementsOf(part.starting).filter(({ Action }) => Action.includes('iam:PassRole'));

  it('has its roles passed, which are any that ECS tasks are trusted with when jobs.yml names not both', () => {
    const statement = (Resource: readonly string[]) => [
      { Effect: 'Allow', Action: ['iam:PassRole'], Resource, Condition: { StringEquals: toEcs } },
    ];
    const both = `${ofReport}, taskRoleArn: '${role}/task', executionRoleArn: '${role}/execution'`;
    expect(passedOf(existing(both))).toEqual(statement([`${role}/task`, `${role}/execution`]));
    expect(passedOf(existing(ofReport))).toEqual(statement([`${role}/*`]));
    expect(passedOf(existing(`${ofReport}, taskRoleArn: '${role}/task'`))).toEqual(statement([`${role}/*`]));
  });

  it('has the roles that it has among the resources of jobs.yml', () => {
    const own = (properties: string) =>
      passedOf(
        existing(
          'taskDefinitionArn: !Ref Report',
          `resources:
  Puller: { Type: 'AWS::IAM::Role', Properties: { RoleName: puller } }
  Report: { Type: 'AWS::ECS::TaskDefinition', Properties: { Family: report, ${properties} } }`,
        ),
      ).flatMap(({ Resource }) => Resource);
    expect(own('ExecutionRoleArn: !GetAtt Puller.Arn')).toEqual([`${role}/puller`]);
    expect(own(`TaskRoleArn: '${role}/task', ExecutionRoleArn: !GetAtt Puller.Arn`)).toEqual([
      `${role}/task`,
      `${role}/puller`,
    ]);
    expect(own("Cpu: '256'")).toEqual([]);
    expect(own('TaskRoleArn: !Ref Puller')).toEqual([`${role}/*`]);
    expect(own('ExecutionRoleArn: puller')).toEqual([`${role}/*`]);
  });

  it('is known by a reference', () => {
    const settings = `resources:
  Report: { Type: 'AWS::ECS::TaskDefinition', Properties: { Family: report } }
  Jobs: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: jobs } }`;
    const { part, statementsOf, resolve } = existing(
      'taskDefinitionArn: !Ref Report, clusterArn: !GetAtt Jobs.Arn',
      settings,
    );
    const statements = statementsOf(part.starting);
    const inCluster = { 'ecs:cluster': `${arn}:cluster/jobs` };
    const resource = `${arn}:task-definition/report:3`;
    expect(isAllowed(statements, { action: 'ecs:RunTask', resource, keys: inCluster })).toBe(true);
    expect(isAllowed(statements, { action: 'ecs:DescribeTasks', resource: `${arn}:task/jobs/01` })).toBe(
      true,
    );
    expect(resolve.value(part.stateChanges)).toEqual([
      { of: 'task', taskDefinition: { prefix: `${arn}:task-definition/report:` } },
    ]);
  });

  it('is known by a text with something of the stack in it', () => {
    const { part, statementsOf } = existing(
      `taskDefinitionArn: !Sub 'arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:task-definition/report:7'`,
    );
    expect(statementsOf(part.starting)[0]?.Resource).toEqual([`${arn}:task-definition/report:*`]);
  });
});
