import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource } from '../../shared/jobs/rules/every-source.ts';
import type { Plan, Work } from '../../shared/runs/plan.ts';
import { arns } from './payloads.ts';
import type { Random } from './random.ts';

const sqs = (name: string, more: object = {}) => ({
  events: [{ type: 'sqs', properties: { sqsQueueArn: arns.queue(name), ...more } }],
});

/** Jobs of every kind of source that delivers again; two of them share the bus. */
const declared = {
  'on-queue': sqs('orders'),
  'on-message': sqs('letters', { batching: 'record' }),
  'on-fifo': sqs('ledger.fifo'),
  'on-topic': { events: [{ type: 'sns', properties: { snsTopicArn: arns.topic } }] },
  'on-bus': {
    events: [
      { type: 'event-bus', properties: { useDefaultBus: true, eventPattern: { source: ['acme.shop'] } } },
    ],
  },
  'on-bus-too': {
    events: [
      { type: 'event-bus', properties: { useDefaultBus: true, eventPattern: { source: ['acme.shop'] } } },
    ],
  },
  'on-bucket': {
    events: [{ type: 's3', properties: { bucketArn: arns.bucket, s3EventType: 's3:ObjectCreated:*' } }],
  },
  'on-stream': { events: [{ type: 'kinesis-stream', properties: { streamArn: arns.stream('clicks') } }] },
  'on-stream-at-once': {
    events: [
      {
        type: 'kinesis-stream',
        properties: { streamArn: arns.stream('views'), parallelizationFactor: 2 },
      },
    ],
  },
  'on-table': { events: [{ type: 'dynamo-db-stream', properties: { streamArn: arns.table } }] },
  'on-request': {
    forwardCredentials: true,
    events: [
      {
        type: 'http-api-gateway',
        properties: { httpApiGatewayName: 'shop', method: 'POST', path: '/orders', payloadFormat: '2.0' },
      },
    ],
  },
} as const;

export type JobName = keyof typeof declared;

const file = parseJobs(
  JSON.stringify({
    service: 'simulated',
    jobs: Object.fromEntries(
      Object.entries(declared).map(([name, job]) => [
        name,
        { target: 'process', local: { command: ['true'] }, ...job },
      ]),
    ),
  }),
  '/simulated/jobs.yml',
);

export const jobs = file.jobs;
export const routingTable = createRoutingTable(file.jobs, everySource);

const works = {
  task: {
    target: 'fargate',
    cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/simulated',
    taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/simulated:1',
    container: 'main',
    network: { subnets: ['subnet-1'], securityGroups: [], assignPublicIp: true },
    isSpot: true,
  },
  build: { target: 'codebuild', project: 'simulated' },
  execution: {
    target: 'state-machine',
    stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:simulated',
    waitsForEnd: true,
  },
  'execution that is left alone': {
    target: 'state-machine',
    stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:started-only',
    waitsForEnd: false,
  },
} as const satisfies Readonly<Record<string, Work>>;

const shares: Readonly<Record<keyof typeof works, number>> = {
  task: 4,
  build: 4,
  execution: 3,
  'execution that is left alone': 1,
};

/** What the runs of a job need, in one schedule. */
export function drawPlan(random: Random): Plan {
  const attempts = random.between(1, 3);
  return {
    work: works[random.weigh(shares)],
    retry: {
      attempts,
      intervalSeconds: random.pick([0, 0, 5, 60, 600, 7200]),
      multiplier: random.pick([1, 2]),
      maxIntervalSeconds: 7200,
      jitter: random.pick(['none', 'full']),
      retryOn: ['exit-code', 'timed-out', 'interrupted', 'out-of-memory', 'image-pull', 'lost'],
    },
    timeoutSeconds: random.pick([60, 300, 300, 1800, 7200]),
    startTimeoutSeconds: random.pick([120, 600, 3600]),
    stopTimeoutSeconds: random.pick([2, 30, 120]),
    ...(random.chance(0.1) && { maxRunsPerHour: random.between(1, 2) }),
    ...(random.chance(0.4) && {
      onFailure: { type: 'sqs', arn: arns.queue('failures') } as const,
    }),
  };
}
