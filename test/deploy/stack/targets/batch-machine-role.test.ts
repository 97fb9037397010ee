import { describe, expect, it } from 'vitest';
import { toJobMachine } from '../../../../shared/deploy/batch-machine.ts';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { many, stackOf } from '../stack-of.ts';
import { onEc2, onFargate, placeOf, thereAlready } from './batch-stack.ts';
import { own, resourcesOf, statementsOf } from './role-of.ts';

describe("the role of the Batch jobs' machines", () => {
  it('may do what their states call, on the queues and definitions of the stack', () => {
    const role = placeOf({ train: onEc2, there: thereAlready })['BatchMachineRole'];
    expect(resourcesOf(role, 'batch:SubmitJob')).toEqual([
      own('batch', 'job-queue/media-prod-ec2'),
      'arn:aws:batch:eu-west-1:123456789012:job-queue/science',
      own('batch', 'job-definition/media-prod-train:*'),
      'arn:aws:batch:eu-west-1:123456789012:job-definition/train',
      'arn:aws:batch:eu-west-1:123456789012:job-definition/train:*',
      own('batch', 'job/*'),
    ]);
    expect(resourcesOf(role, 'batch:TagResource')).toEqual([own('batch', 'job/*')]);
    expect(resourcesOf(role, 'batch:TerminateJob')).toEqual([own('batch', 'job/*')]);
    expect(resourcesOf(role, 'batch:ListJobs')).toEqual(['*']);
    expect(resourcesOf(role, 'batch:DescribeJobs')).toEqual(['*']);
    expect(resourcesOf(role, 'events:PutRule')).toEqual([
      own('events', 'rule/StepFunctionsGetEventsForBatchJobsRule'),
    ]);
    expect(statementsOf(role).flatMap(({ Action }) => Action)).toHaveLength(8);
  });

  it('names a few definitions, and many by how their names begin, so that it stays within a policy', () => {
    const jobs = (count: number) => placeOf(many(count, onFargate))['BatchMachineRole'];
    expect(resourcesOf(jobs(25), 'batch:SubmitJob')).toContainEqual(
      own('batch', 'job-definition/media-prod-task-25:*'),
    );
    expect(resourcesOf(jobs(26), 'batch:SubmitJob')).toEqual([
      own('batch', 'job-queue/media-prod-fargate'),
      own('batch', 'job-definition/media-prod-*:*'),
      own('batch', 'job/*'),
    ]);
  });

  it('is refused when the queues of others that jobs name take more room than a role has', () => {
    const jobs = Array.from({ length: 150 }, (_, index) => {
      const jobQueueArn = `${thereAlready.compute.existing.jobQueueArn}-with-a-rather-long-name-${index}`;
      return [
        `job-${index}`,
        { ...thereAlready, compute: { existing: { ...thereAlready.compute.existing, jobQueueArn } } },
      ];
    });
    expect(() => placeOf(Object.fromEntries(jobs))).toThrow(StackError);
    expect(() => placeOf(Object.fromEntries(jobs))).toThrow(
      /the role for states\.amazonaws\.com would have a policy of up to \d+ characters, and IAM takes 10240/,
    );
  });

  it('ends jobs of this stack alone', () => {
    const role = placeOf({ train: onEc2 })['BatchMachineRole'];
    const [ending] = statementsOf(role).filter(({ Action }) => Action.includes('batch:TerminateJob'));
    expect(ending?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/signalbox:stack': 'media-prod' },
    });
    const { jobs } = stackOf({ jobs: { train: onEc2 } });
    expect(JSON.stringify(jobs[0]?.part.resources['TrainStateMachine'])).toContain(
      '\\"signalbox:stack\\":\\"media-prod\\"',
    );
  });

  it('gives jobs the tag of this stack alone', () => {
    const role = placeOf({ train: onEc2 })['BatchMachineRole'];
    const [tagging] = statementsOf(role).filter(({ Action }) => Action.includes('batch:TagResource'));
    expect(tagging?.Condition).toEqual({
      StringEquals: { 'aws:RequestTag/signalbox:stack': 'media-prod' },
    });
  });

  it('is for machines of this stack alone', () => {
    const role = placeOf({ train: onEc2 })['BatchMachineRole'];
    expect(role?.Properties?.['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'states.amazonaws.com' },
          Condition: { ArnLike: { 'aws:SourceArn': own('states', 'stateMachine:media-prod-*') } },
        },
      ],
    });
  });

  it('knows of all calls that a machine makes', () => {
    const { context } = stackOf({ jobs: { train: onEc2 } });
    const [job] = context.file.jobs;
    if (job === undefined) throw new Error('there is no job');
    const { States } = toJobMachine(job, context.stage, {
      jobQueue: 'queue',
      jobDefinition: 'definition',
    });
    const calls = Object.values(States).flatMap((state) => (state.Type === 'Task' ? [state.Resource] : []));
    expect(new Set(calls)).toEqual(
      new Set([
        'arn:aws:states:::batch:submitJob.sync',
        'arn:aws:states:::aws-sdk:batch:listJobs',
        'arn:aws:states:::aws-sdk:batch:describeJobs',
      ]),
    );
  });
});
