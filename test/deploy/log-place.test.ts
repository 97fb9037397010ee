import { describe, expect, it } from 'vitest';
import { toLogPlace } from '../../shared/deploy/log-place.ts';
import type { Work } from '../../shared/runs/plan.ts';
import type { Attempt, Details, Try } from '../../shared/runs/run.ts';
import { start, toPlan, toRun } from '../support/draft.ts';

const account = '123456789012';
const fargate = {
  target: 'fargate',
  cluster: `arn:aws:ecs:eu-west-1:${account}:cluster/jobs`,
  taskDefinition: `arn:aws:ecs:eu-west-1:${account}:task-definition/train:1`,
  container: 'job',
  network: { subnets: [], securityGroups: [], assignPublicIp: false },
  isSpot: false,
} satisfies Work;
const task = `arn:aws:ecs:eu-west-1:${account}:task/jobs/0af1`;
const batch = {
  target: 'batch',
  stateMachine: `arn:aws:states:eu-west-1:${account}:stateMachine:train`,
  jobQueue: `arn:aws:batch:eu-west-1:${account}:job-queue/spot`,
  retry: toPlan().retry,
  tryTimeoutSeconds: 60,
  tryStartTimeoutSeconds: 60,
} satisfies Work;
const execution = `arn:aws:states:eu-west-1:${account}:execution:train:x`;

describe('where an attempt has its log', () => {
  it('is what its target said', () => {
    const details = { logGroup: '/a', logStream: 'b' };
    expect(of(fargate, task, { details })).toEqual({ group: '/a', stream: 'b' });
  });

  it('is where the plan of a task says', () => {
    const logs = { group: '/jobs/train', streamPrefix: 'run' };
    expect(of({ ...fargate, logs }, task)).toEqual({ group: '/jobs/train', stream: 'run/job/0af1' });
  });

  it('is not known for a task definition of somebody else', () => {
    expect(of(fargate, task)).toEqual({
      why: 'where it writes is not known',
      page: expect.stringContaining('/tasks/0af1/'),
    });
  });

  it("is CodeBuild's own group for a build", () => {
    const build = `arn:aws:codebuild:eu-west-1:${account}:build/bundle:1b4f`;
    expect(of({ target: 'codebuild', project: 'bundle' }, build)).toEqual({
      group: '/aws/codebuild/bundle',
      stream: '1b4f',
    });
  });

  it('is of one try for a job of Batch', () => {
    const tries: readonly Try[] = [
      { number: 1, externalId: 'j-1', details: { logGroup: '/aws/batch/job', logStream: 'train/default/1' } },
      { number: 2, externalId: 'j-2', details: { logGroup: '/own', logStream: 'train/default/2' } },
      { number: 3, externalId: 'j-3' },
    ];
    expect(of(batch, execution, { tries }, 1)).toEqual({
      group: '/aws/batch/job',
      stream: 'train/default/1',
    });
    expect(of(batch, execution, { tries }, 2)).toEqual({ group: '/own', stream: 'train/default/2' });
    expect(of(batch, execution, { tries }, 3)).toMatchObject({
      why: 'its job of Batch has said of no log yet',
    });
    expect(of(batch, execution, { tries }, 4)).toBeUndefined();
    expect(of(batch, execution)).toMatchObject({ why: 'its execution has not submitted a job yet' });
  });

  it('is nowhere for an execution, which has a page', () => {
    const work: Work = { target: 'state-machine', stateMachine: batch.stateMachine, waitsForEnd: true };
    expect(of(work, execution)).toEqual({
      why: 'an execution of a state machine has no log of its own',
      page: expect.stringContaining('console.aws.amazon.com/states/'),
    });
  });

  it('is nowhere before it is seen to start, and for no attempt', () => {
    expect(of(fargate, undefined)).toEqual({ why: 'it was never seen to start', page: undefined });
    expect(of(fargate, task, {}, 2)).toBeUndefined();
  });
});

type Said = { readonly details?: Details; readonly tries?: readonly Try[] };

function of(work: Work, externalId: string | undefined, said: Said = {}, number = 1) {
  const attempt: Attempt = {
    number: 1,
    askedAt: start,
    startBy: start + 60_000,
    start: {
      number: 1,
      token: 't',
      askedAt: start,
      deadlineAt: start + 120_000,
      unknownAnswers: 0,
      ...(externalId !== undefined && { externalId }),
    },
    refusals: 0,
    interruptions: 0,
    ...said,
  };
  return toLogPlace(toRun({ plan: toPlan({ work }), attempts: [attempt] }), number);
}
