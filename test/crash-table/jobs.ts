import type { Deployment } from '../../shared/jobs/deployment.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { toRetry } from '../../shared/jobs/retry-plan.ts';
import { toRunId } from '../../shared/runs/identity.ts';
import { toLongestSeconds } from '../../shared/runs/retry.ts';
import { toBatchMachine } from '../../shared/targets/batch/machine.ts';
import { account, region } from '../stand-in/core.ts';

export const targetNames = ['fargate', 'codebuild', 'batch', 'state-machine'] as const;

/** Each target has one job, of its name. */
export type TargetName = (typeof targetNames)[number];

const toArn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const toQueue = (target: TargetName) => toArn('sqs', `for-${target}`);

export const jobQueue = toArn('batch', 'job-queue/crash');
export const jobDefinition = toArn('batch', 'job-definition/crash:1');

/** The first attempt fails, the second one succeeds. An hour is nothing to them. */
const common = `
    timeout: 28800
    startTimeout: 28800
    retryConfig: { attempts: 2, retryIntervalSeconds: 5, retryIntervalMultiplier: 1 }`;

const triggeredBy = (target: TargetName) => `
    events:
      - { type: sqs, properties: { sqsQueueArn: '${toQueue(target)}', batching: record } }`;

export const { jobs } = parseJobs(
  `
service: crash
jobs:
  fargate:
    target: fargate
    container: { image: crash }
    resources: { cpu: 0.25, memory: 512 }${common}${triggeredBy('fargate')}
  codebuild:
    target: codebuild
    projectName: crash${common}${triggeredBy('codebuild')}
  batch:
    target: batch
    compute: { type: fargate }
    container: { image: crash }
    resources: { cpu: 0.25, memory: 512 }${common}${triggeredBy('batch')}
  state-machine:
    target: state-machine
    stateMachineArn: ${toArn('states', 'stateMachine:crash')}${common}${triggeredBy('state-machine')}
`,
  '/crash/jobs.yml',
);

export const deployment: Deployment = {
  cluster: toArn('ecs', 'cluster/crash'),
  network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
  jobs: {
    fargate: { target: 'fargate', taskDefinition: toArn('ecs', 'task-definition/crash:1') },
    batch: { target: 'batch', stateMachine: toArn('states', 'stateMachine:crash'), jobQueue },
  },
};

/** The state machine that a deploy generates for the batch job. */
export function toBatchDefinition() {
  const job = jobs.find(({ name }) => name === 'batch');
  if (job === undefined) throw new Error('jobs.yml has no batch job');
  const retry = toRetry(job);
  return toBatchMachine({
    job: job.name,
    stack: 'crash-test',
    jobQueue,
    jobDefinition,
    retry,
    tryTimeoutSeconds: job.timeout,
    executionTimeoutSeconds: toLongestSeconds(retry, job.timeout, job.startTimeout),
  });
}

const messageId = '0d9d2b4e-8f60-4c13-9e06-3f2c5d6a7b81';

/** The run that the delivery is recorded as. */
export function toIdOfRun(target: TargetName): string {
  return toRunId(target, toQueue(target), messageId);
}

/** The same message each time, as SQS delivers it again. `padding` makes it longer. */
export function toDelivery(target: TargetName, padding = '') {
  return {
    Records: [
      {
        messageId,
        receiptHandle: 'not-used-here',
        body: JSON.stringify({ order: 17, padding }),
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: '1795168800000',
          SenderId: 'crash',
          ApproximateFirstReceiveTimestamp: '1795168800000',
        },
        messageAttributes: {},
        md5OfBody: 'not-used-here',
        eventSource: 'aws:sqs',
        eventSourceARN: toQueue(target),
        awsRegion: region,
      },
    ],
  };
}
