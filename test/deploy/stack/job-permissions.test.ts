import { describe, expect, it } from 'vitest';
import { toJobPermissions } from '../../../shared/deploy/stack/job-permissions.ts';
import type { Permission } from '../../../shared/deploy/stack/part.ts';
import { batchJob, build, machine, many, stackOf, task } from './stack-of.ts';

const queue = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
const topic = [{ type: 'sns', properties: { snsTopicName: 'orders' } }];

type Jobs = Readonly<Record<string, object>>;

function permissionsOf(jobs: Jobs): readonly Permission[] {
  const stack = stackOf({ jobs });
  return toJobPermissions(stack.context, stack.jobs);
}

/** The ARNs that a function may do something to, as they are in the template; each once. */
function resourcesIn(all: readonly Permission[], name: string, action: string): readonly unknown[] {
  const found = all.flatMap(({ functions, statement }) =>
    functions.some((each) => each === name) && statement.actions.includes(action) && 'resources' in statement
      ? statement.resources.map((resource) => JSON.stringify(resource))
      : [],
  );
  return [...new Set(found)].map((text) => JSON.parse(text));
}

function resourcesOf(name: string, action: string, jobs: Jobs): readonly unknown[] {
  return resourcesIn(permissionsOf(jobs), name, action);
}

const own = (service: string, resource: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`,
});
const ecs = (resource: string) => own('ecs', resource);

const ownRoles = ['job', 'execution'].map((kind) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/signalbox/media/prod/${kind}/*`,
}));

describe('a function may start and follow', () => {
  const jobs = { a: { ...task, events: queue }, b: { ...build, events: topic } };

  it('the jobs of its own source, if it is a trigger', () => {
    const all = permissionsOf(jobs);
    const servicesOf = (name: string) =>
      all
        .filter(({ functions }) => functions.some((each) => each === name))
        .flatMap(({ statement }) => statement.actions.map((action) => action.split(':')[0]));
    expect(new Set(servicesOf('sqs'))).toEqual(new Set(['ecs', 'iam']));
    expect(new Set(servicesOf('sns'))).toEqual(new Set(['codebuild']));
  });

  it('all jobs, if it goes on with runs or is asked by a person', () => {
    const all = permissionsOf(jobs);
    for (const name of ['manual', 'wake', 'sweep', 'state-change']) {
      expect(resourcesIn(all, name, 'ecs:StopTask'), name).toEqual([ecs('task/media-prod/*')]);
      // The next start of a run that a state change is about is the wake queue's.
      const starts = name === 'state-change' ? 0 : 1;
      expect(resourcesIn(all, name, 'codebuild:StartBuild'), name).toHaveLength(starts);
    }
  });

  it("with the roles of the stack's jobs, whichever they were when the run was planned", () => {
    expect(resourcesOf('sqs', 'iam:PassRole', jobs)).toEqual(ownRoles);
    expect(resourcesOf('sns', 'iam:PassRole', jobs)).toEqual([]);
  });

  it('runs of jobs that are there no longer, if it goes on with runs or is asked by a person', () => {
    const all = permissionsOf({ ...jobs, c: { ...batchJob, events: queue }, orders: machine });
    const { stateMachineArn } = machine;
    const ofOthers = stateMachineArn.replace('stateMachine', 'execution');
    for (const name of ['manual', 'wake', 'sweep', 'state-change']) {
      expect(resourcesIn(all, name, 'codebuild:StopBuild'), name).toEqual([
        own('codebuild', 'project/media-prod-*'),
      ]);
      expect(resourcesIn(all, name, 'states:StopExecution'), name).toEqual([
        own('states', 'execution:media-prod-*:*'),
        `${ofOthers}:*`,
      ]);
    }
    // What it starts is of today's jobs.
    expect(resourcesIn(all, 'wake', 'codebuild:StartBuild')).toEqual([
      own('codebuild', 'project/media-prod-b'),
    ]);
    // A trigger follows what was delivered to it again.
    expect(resourcesIn(all, 'sns', 'codebuild:StopBuild')).toEqual([
      own('codebuild', 'project/media-prod-b'),
    ]);
  });

  it("runs of the stack's own projects, where only somebody else's is left", () => {
    const { build: _, ...others } = build;
    expect(resourcesOf('wake', 'codebuild:StopBuild', { b: { ...others, projectName: 'legacy' } })).toEqual([
      own('codebuild', 'project/media-prod-*'),
      own('codebuild', 'project/legacy'),
    ]);
  });
});

describe('of more than 25 jobs', () => {
  it('definitions are named by what all of the stack have in common', () => {
    const all = permissionsOf(many(26, { ...task, events: queue }));
    expect(resourcesIn(all, 'sqs', 'ecs:RunTask')).toEqual([ecs('task-definition/media-prod-*:*')]);
    expect(resourcesIn(all, 'sqs', 'iam:PassRole')).toEqual(ownRoles);
    expect(resourcesOf('sqs', 'ecs:RunTask', many(25, { ...task, events: queue }))).toHaveLength(25);
  });

  it('the same goes for projects, machines and executions', () => {
    const builds = many(26, { ...build, events: queue });
    expect(resourcesOf('sqs', 'codebuild:StartBuild', builds)).toEqual([
      {
        'Fn::Sub': 'arn:${AWS::Partition}:codebuild:${AWS::Region}:${AWS::AccountId}:project/media-prod-*',
      },
    ]);
    const machines = permissionsOf(many(26, { ...batchJob, events: queue }));
    const states = 'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}';
    expect(resourcesIn(machines, 'sqs', 'states:StartExecution')).toEqual([
      { 'Fn::Sub': `${states}:stateMachine:media-prod-*` },
    ]);
    expect(resourcesIn(machines, 'sqs', 'states:StopExecution')).toEqual([
      { 'Fn::Sub': `${states}:execution:media-prod-*:*` },
    ]);
  });

  it('those of others are named all the same', () => {
    const jobs = { ...many(26, { ...task, events: queue }), orders: { ...machine, events: queue } };
    expect(resourcesOf('sqs', 'states:StartExecution', jobs)).toEqual([machine.stateMachineArn]);
  });

  it('those of a function with few are named one by one', () => {
    const jobs = { ...many(26, { ...task, events: queue }), news: { ...task, events: topic } };
    expect(resourcesOf('sns', 'ecs:RunTask', jobs)).toEqual([
      ecs('task-definition/media-prod-news-????????:*'),
    ]);
  });
});
