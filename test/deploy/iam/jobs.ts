import { type SourceName, sourceNames } from '../../../shared/events/trigger-event.ts';
import { deliveries, hugeInput } from '../deployed/deliveries.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const resources = { cpu: 0.25, memory: 512 };

/** What is not made with the stack. Queues and topics are in the account that fauxqs has. */
export const existing = {
  taskDefinitions: ['archive:3'],
  stateMachines: ['publishing'],
  queues: ['failed-jobs'],
  topics: ['failed-jobs'],
};

/** A job for each way to be started; their failures go to a queue, a topic and a bus. */
const jobs = {
  task: {
    target: 'fargate',
    container: { image: 'public.ecr.aws/docker/library/busybox' },
    resources,
    onFailure: { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:000000000000:failed-jobs' },
  },
  archive: {
    target: 'fargate',
    taskDefinitionArn: arn('ecs', 'task-definition/archive:3'),
    containerName: 'job',
    taskRoleArn: 'arn:aws:iam::123456789012:role/archive',
    executionRoleArn: 'arn:aws:iam::123456789012:role/archive-execution',
    onFailure: { type: 'sns', arn: 'arn:aws:sns:eu-west-1:000000000000:failed-jobs' },
  },
  build: {
    target: 'codebuild',
    build: {
      image: 'aws/codebuild/standard:7.0',
      computeType: 'BUILD_GENERAL1_SMALL',
      commands: ['sleep 600'],
    },
    onFailure: { type: 'event-bus', arn: arn('events', 'event-bus/failed-jobs') },
  },
  batch: {
    target: 'batch',
    container: { image: 'public.ecr.aws/docker/library/busybox' },
    resources,
    compute: { type: 'fargate' },
  },
  impatient: {
    target: 'batch',
    container: { image: 'public.ecr.aws/docker/library/busybox' },
    resources,
    compute: { type: 'fargate' },
  },
  machine: { target: 'state-machine', stateMachineArn: arn('states', 'stateMachine:publishing') },
} as const;

export const jobNames = Object.keys(jobs);

/** A jobs.yml whose jobs are all started by each of these sources. */
export function toJobsYml(sources: readonly SourceName[] = sourceNames): string {
  const all = Object.entries(jobs).map(([name, job], number) => [
    name,
    { ...job, events: sources.map((source) => deliveries[source].toEvent(number)) },
  ]);
  const text = JSON.stringify({
    service: 'iam',
    network: { subnets: ['subnet-0a'], securityGroups: ['sg-0c'], assignPublicIp: true },
    httpApis: { shop: {} },
    runsApi: { httpApiName: 'shop', authorizer: { type: 'iam' } },
    announcements: { eventBusName: 'default' },
    jobs: Object.fromEntries(all),
  });
  return text.replace(`"${hugeInput}"`, `'${'"'.repeat(170_000)}'`);
}
