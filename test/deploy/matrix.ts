import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

const queueFailure = { type: 'sqs', arn: arn('sqs', 'failed-records') };
const topicFailure = { type: 'sns', arn: arn('sns', 'failed-records') };
const listener = arn('elasticloadbalancing', 'listener/app/front/50dc6c495c0c9188/f2f7dc8efc522ab2');

/** Each event type, with every property that it has, in as many events as that takes. */
export const events: Readonly<Record<string, readonly object[]>> = {
  'http-api-gateway': [
    { httpApiGatewayName: 'shop', method: 'POST', path: '/a', payloadFormat: '2.0' },
    {
      httpApiGatewayName: 'shop',
      method: 'GET',
      path: '/b/{id}',
      authorizer: {
        type: 'cognito',
        properties: {
          userPoolArn: arn('cognito-idp', 'userpool/eu-west-1_Shop1'),
          clientIds: ['web'],
          identitySources: ['$request.header.Authorization'],
        },
      },
    },
    {
      httpApiGatewayName: 'shop',
      method: '*',
      path: '/c/{rest+}',
      authorizer: {
        type: 'lambda',
        properties: {
          functionArn: arn('lambda', 'function:may-start'),
          identitySources: ['$request.header.Authorization'],
          cacheResultSeconds: 300,
          iamResponse: true,
        },
      },
    },
    { httpApiGatewayName: 'shop', method: 'PUT', path: '/d', authorizer: { type: 'iam' } },
  ],
  'application-load-balancer': [
    {
      listenerArn: listener,
      priority: 1,
      paths: ['/a/*'],
      methods: ['POST'],
      hosts: ['*.shop.example'],
      headers: [{ headerName: 'x-kind', values: ['a'] }],
      queryParams: [{ paramName: 'format', values: ['pdf'] }],
    },
    { listenerArn: listener, priority: 2, sourceIps: ['10.0.0.0/8', 'fd00::/8'] },
  ],
  sqs: [
    {
      sqsQueueArn: arn('sqs', 'one'),
      batchSize: 50,
      maxBatchWindowSeconds: 5,
      maximumConcurrency: 2,
      filterPatterns: [{ body: { kind: ['a'] } }],
      batching: 'record',
    },
    { sqsQueueName: 'two.fifo' },
  ],
  sns: [
    {
      snsTopicArn: arn('sns', 'one'),
      filterPolicy: { state: ['paid'] },
      onDeliveryFailure: { sqsQueueName: 'lost' },
      batching: 'delivery',
    },
    { snsTopicName: 'two', onDeliveryFailure: { sqsQueueArn: arn('sqs', 'lost') } },
  ],
  'event-bus': [
    { useDefaultBus: true, eventPattern: { source: ['acme.a'] }, inputPath: '$.detail' },
    { eventBusName: 'shop', eventPattern: { source: ['acme.b'] }, input: [1, 2, null] },
    {
      eventBusArn: arn('events', 'event-bus/science'),
      eventPattern: { source: ['acme.c'], detail: { total: [{ numeric: ['>', 0] }] } },
      inputTransformer: { inputPathsMap: { id: '$.detail.id' }, inputTemplate: { order: '<id>' } },
      onDeliveryFailure: { sqsQueueArn: arn('sqs', 'lost') },
    },
  ],
  schedule: [
    { scheduleRate: 'cron(0 2 * * ? *)', timezone: 'Europe/Vienna', input: { kind: 'daily' } },
    { scheduleRate: 'rate(7 days)', inputPath: '$.time' },
    {
      scheduleRate: 'rate(1 hour)',
      inputTransformer: { inputPathsMap: { at: '$.time' }, inputTemplate: 'tick at <at>' },
    },
  ],
  s3: [
    {
      bucketArn: 'arn:aws:s3:::uploads',
      s3EventType: 's3:ObjectCreated:*',
      filterRule: { prefix: 'in/', suffix: '.csv' },
      batching: 'record',
    },
  ],
  'kinesis-stream': [
    {
      streamArn: arn('kinesis', 'stream/one'),
      consumerArn: arn('kinesis', 'stream/one/consumer/own:1700000000'),
      batchSize: 500,
      maxBatchWindowSeconds: 60,
      startingPosition: 'LATEST',
      maximumRetryAttempts: 3,
      onFailure: queueFailure,
      parallelizationFactor: 2,
      bisectBatchOnFunctionError: true,
      filterPatterns: [{ data: { kind: ['order'] } }],
      batching: 'delivery',
    },
    { streamArn: arn('kinesis', 'stream/two'), autoCreateConsumer: true },
    { streamArn: arn('kinesis', 'stream/three') },
  ],
  'dynamo-db-stream': [
    {
      streamArn: arn('dynamodb', 'table/prices/stream/2026-02-03T04:05:06.789'),
      batchSize: 1,
      maxBatchWindowSeconds: 1,
      startingPosition: 'TRIM_HORIZON',
      maximumRetryAttempts: 5,
      onFailure: topicFailure,
      parallelizationFactor: 10,
      bisectBatchOnFunctionError: true,
      filterPatterns: [{ eventName: ['INSERT'] }],
      batching: 'record',
    },
  ],
  'cloudwatch-log': [
    {
      logGroupArn: arn('logs', 'log-group:/shop/orders'),
      filter: '{ $.level = "ERROR" }',
      batching: 'record',
    },
  ],
  manual: [{}],
};

const secret = { name: 'TOKEN', valueFrom: arn('ssm', 'parameter/token') };
const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/invoice:2.3';
const common = {
  timeout: 1800,
  startTimeout: 600,
  retryConfig: {
    attempts: 4,
    retryIntervalSeconds: 5,
    retryIntervalMultiplier: 2,
    maxIntervalSeconds: 60,
    jitter: 'full',
    retryOn: ['exit-code', 'timed-out'],
  },
  logging: { retentionDays: 14 },
  iamRoleStatements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::invoices/*'] }],
  onFailure: { type: 'sqs', arn: arn('sqs', 'failed-jobs') },
};

/** Each target, in the ways that it can be had, with every property that it has. */
export const targets: Readonly<Record<string, object>> = {
  'fargate, of its own': {
    ...common,
    target: 'fargate',
    container: {
      image,
      command: ['node', 'render.mjs'],
      environment: [{ name: 'PAGE_WIDTH', value: 210 }],
      secrets: [secret, { name: 'KEY', valueFrom: arn('secretsmanager', 'secret:invoice-k9abcd:key::') }],
    },
    sidecars: [
      {
        name: 'proxy',
        image: 'public.ecr.aws/docker/library/nginx:1',
        command: ['nginx'],
        secrets: [secret],
      },
    ],
    resources: { cpu: 4, memory: 30_720, storage: 50, architecture: 'arm64' },
    useSpotInstances: true,
    stopTimeout: 120,
    forwardCredentials: true,
    maxRunsPerHour: 60,
  },
  'fargate, a task definition that is there': {
    target: 'fargate',
    taskDefinitionArn: arn('ecs', 'task-definition/import:12'),
    containerName: 'import',
    clusterArn: arn('ecs', 'cluster/legacy'),
    taskRoleArn: 'arn:aws:iam::123456789012:role/import',
    executionRoleArn: 'arn:aws:iam::123456789012:role/ecs',
    onFailure: { type: 'event-bus', arn: arn('events', 'event-bus/shop') },
  },
  'codebuild, of its own': {
    ...common,
    target: 'codebuild',
    retryConfig: { attempts: 2 },
    build: {
      image: 'aws/codebuild/amazonlinux2-x86_64-standard:5.0',
      computeType: 'BUILD_GENERAL1_MEDIUM',
      commands: ['npm ci', 'node export.mjs'],
      environment: [{ name: 'FORMAT', value: 'parquet' }],
      secrets: [secret],
    },
  },
  'codebuild, a project that is there': { target: 'codebuild', projectName: 'legacy-export' },
  'batch on EC2 with a GPU': {
    ...common,
    target: 'batch',
    container: { image, secrets: [secret], environment: [{ name: 'EPOCHS', value: 3 }] },
    resources: { cpu: 8, memory: 30_000, gpu: 2 },
    compute: { type: 'ec2' },
    onFailure: { type: 'sns', arn: arn('sns', 'failed-jobs') },
  },
  'batch on Spot': {
    target: 'batch',
    container: { image: 'ghcr.io/shop/photos:3' },
    resources: { cpu: 2, memory: 4_000 },
    compute: { type: 'ec2' },
    useSpotInstances: true,
  },
  'batch on Fargate': {
    ...common,
    target: 'batch',
    container: { image: 'ghcr.io/shop/photos:3', command: ['shrink'] },
    resources: { cpu: 1, memory: 3_072 },
    compute: { type: 'fargate' },
  },
  'batch on Fargate Spot': {
    target: 'batch',
    container: { image: 'ghcr.io/shop/photos:3' },
    resources: { cpu: 1, memory: 3_072 },
    compute: { type: 'fargate' },
    useSpotInstances: true,
  },
  'batch, a queue and a definition that are there': {
    target: 'batch',
    compute: {
      existing: {
        jobQueueArn: arn('batch', 'job-queue/science'),
        jobDefinitionArn: arn('batch', 'job-definition/simulate:4'),
      },
    },
  },
  'state-machine': {
    target: 'state-machine',
    stateMachineArn: arn('states', 'stateMachine:reconcile'),
    waitForEnd: false,
  },
  process: { target: 'process', local: { command: ['true'] } },
};

const network = { subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'], assignPublicIp: true };
const simple = { target: 'state-machine', stateMachineArn: arn('states', 'stateMachine:reconcile') };

/** jobs.yml texts of every kind, by what is in them. All of them can be deployed. */
export const matrix: Readonly<Record<string, string>> = {
  ...named('the event', Object.keys(events), (type) => ({ job: { ...simple, events: toEvents(type) } })),
  ...named('the target', Object.keys(targets), (target) => ({
    job: { ...targets[target], events: [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }] },
  })),
  'all events and all targets': toFile(
    Object.fromEntries(
      Object.values(targets).map((target, number) => [
        `job-${number}`,
        { ...target, events: number === 0 ? Object.keys(events).flatMap(toEvents) : toEvents('manual') },
      ]),
    ),
    { announcements: { eventBusName: 'shop' }, historyDays: 45 },
  ),
  'a VPC of its own': toFile(
    { task: { ...targets['fargate, of its own'], events: toEvents('manual') } },
    { network: undefined },
  ),
  'a runs API with each authorizer': toFile(
    { job: { ...simple, events: toEvents('manual') } },
    {
      runsApi: {
        httpApiName: 'shop',
        authorizer: { type: 'lambda', properties: { functionArn: arn('lambda', 'function:may-see') } },
      },
    },
  ),
  'no announcements': toFile({ job: { ...simple, events: toEvents('sqs') } }, { announcements: 'none' }),
  'the example': read('../../examples/deploy-jobs.yml'),
  'the example of the demo': read('../../examples/cloud-jobs.yml'),
  '1 job': toMany(1),
  '10 jobs': toMany(10),
  '100 jobs': toMany(100),
};

/** So many Fargate jobs with a container of their own, each for a queue and a schedule. */
export function toMany(count: number): string {
  const jobs = Array.from({ length: count }, (_, number) => [
    `job-${number}`,
    {
      target: 'fargate',
      container: { image: `ghcr.io/acme/job-${number}:1` },
      resources: { cpu: 0.25, memory: 512 },
      events: [
        { type: 'sqs', properties: { sqsQueueName: `queue-${number}` } },
        { type: 'schedule', properties: { scheduleRate: `cron(${number % 60} 2 * * ? *)` } },
      ],
    },
  ]);
  return toFile(Object.fromEntries(jobs), count > 50 ? { jobStacks: 2 } : {});
}

function named(
  what: string,
  names: readonly string[],
  toJobs: (name: string) => object,
): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [`${what} ${name}`, toFile(toJobs(name))]));
}

function toFile(jobs: object, change: object = {}): string {
  return JSON.stringify({
    service: 'matrix',
    network,
    httpApis: { shop: { cors: true } },
    runsApi: { httpApiName: 'shop', authorizer: { type: 'iam' } },
    ...change,
    jobs,
  });
}

function toEvents(type: string): readonly object[] {
  return (events[type] ?? []).map((properties) => ({ type, properties }));
}
