import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { JobsFileError } from '../../shared/jobs/problem.ts';
import type { JobsFile } from '../../shared/jobs/schema/file.ts';

const text = readFileSync(new URL('fixtures/everything.yml', import.meta.url), 'utf8');
const smallest =
  'service: shop\njobs:\n  a: { target: process, local: { command: [x] }, events: [{ type: manual }] }\n';

describe('jobs.yml', () => {
  it('gives every job under its name, in the order and with the lines of the file', () => {
    const { file, service, jobs } = parseJobs(text, 'jobs.yml');

    expect({ file, service }).toEqual({ file: 'jobs.yml', service: 'shop-jobs' });
    expect(jobs.map((job) => [job.line, job.name, job.target])).toEqual([
      [24, 'render-invoice', 'fargate'],
      [123, 'import-orders', 'fargate'],
      [152, 'nightly-export', 'codebuild'],
      [168, 'legacy-export', 'codebuild'],
      [178, 'train-prices', 'batch'],
      [198, 'resize-photos', 'batch'],
      [214, 'simulate', 'batch'],
      [230, 'reconcile', 'state-machine'],
      [245, 'word-count', 'process'],
    ]);
  });

  it('keeps what is written, under the names that the file uses', () => {
    const job = jobOf(parseJobs(text, 'jobs.yml'), 'render-invoice');

    expect(job.resources).toEqual({ cpu: 4, memory: 30720, storage: 50, architecture: 'arm64' });
    expect(job.retryConfig).toEqual({
      attempts: 4,
      retryIntervalSeconds: 5,
      retryIntervalMultiplier: 1.5,
      maxIntervalSeconds: 60,
      jitter: 'full',
      retryOn: ['interrupted', 'out-of-memory', { exitCodes: [75, 111] }],
    });
    expect(job).toMatchObject({ timeout: 1800, startTimeout: 600, stopTimeout: 120, eventFormat: 'native' });
    expect(job.onFailure).toEqual({
      type: 'sns',
      arn: 'arn:aws:sns:eu-central-1:210987654321:failed-invoices',
    });
  });

  it('applies the defaults, with a day of timeout on batch', () => {
    const file = parseJobs(text, 'jobs.yml');
    const job = jobOf(file, 'word-count');

    expect(job).toEqual({
      name: 'word-count',
      line: 245,
      target: 'process',
      timeout: 3600,
      startTimeout: 3600,
      stopTimeout: 30,
      retryConfig: {
        attempts: 1,
        retryIntervalSeconds: 0,
        retryIntervalMultiplier: 1,
        maxIntervalSeconds: 3600,
        jitter: 'none',
      },
      logging: { retentionDays: 90 },
      eventFormat: 'normalized',
      forwardCredentials: false,
      redact: [],
      local: { command: ['node', 'word-count.mjs'], workingDirectory: '.', environment: {} },
      events: job.events,
    });
    expect(jobOf(file, 'simulate').timeout).toBe(86_400);
  });

  it('applies the defaults of events', () => {
    const { jobs } = parseJobs(text, 'jobs.yml');
    const properties = (job: string, index: number) =>
      jobs.find(({ name }) => name === job)?.events[index]?.properties;

    expect(properties('resize-photos', 0)).toEqual({
      sqsQueueName: 'photos.fifo',
      batchSize: 10,
      batching: 'delivery',
    });
    expect(properties('reconcile', 1)).toEqual({
      streamArn: 'arn:aws:kinesis:eu-central-1:210987654321:stream/payments',
      autoCreateConsumer: true,
      batchSize: 10,
      startingPosition: 'TRIM_HORIZON',
      batching: 'delivery',
    });
    expect(properties('reconcile', 2)).toMatchObject({ payloadFormat: '1.0' });
    expect(properties('word-count', 0)).toEqual({});
  });

  it('gathers 100 changes of a table unless told otherwise', () => {
    const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-02-03T04:05:06.789';
    const event = `{ type: dynamo-db-stream, properties: { streamArn: '${arn}' } }`;
    const { jobs } = parseJobs(smallest.replace('{ type: manual }', event), 'jobs.yml');

    expect(jobs[0]?.events[0]?.properties).toEqual({
      streamArn: arn,
      batchSize: 100,
      startingPosition: 'TRIM_HORIZON',
      batching: 'delivery',
    });
  });

  it('waits for the end of a state machine unless told otherwise', () => {
    const arn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:m';
    const waiting = `service: shop\njobs:\n  a: { target: state-machine, stateMachineArn: ${arn}, events: [{ type: manual }] }\n`;

    expect(jobOf(parseJobs(waiting, 'jobs.yml'), 'a').waitForEnd).toBe(true);
    expect(jobOf(parseJobs(text, 'jobs.yml'), 'reconcile').waitForEnd).toBe(false);
    expect(jobOf(parseJobs(smallest, 'jobs.yml'), 'a')).not.toHaveProperty('waitForEnd');
  });

  it('takes numbers and booleans of an environment as the text that is written', () => {
    const file = parseJobs(text, 'jobs.yml');

    expect(jobOf(file, 'render-invoice').container?.environment).toEqual([
      { name: 'PAGE_WIDTH', value: '210' },
      { name: 'TEMPLATE_VERSION', value: '1.10' },
      { name: 'DRAFT', value: 'false' },
      { name: 'GREETING', value: 'Dobrý deň' },
    ]);
    expect(jobOf(file, 'render-invoice').local?.environment).toEqual({
      DEBUG: '1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    });
  });

  it('takes an environment of big and odd numbers as written, and leaves numbers elsewhere numbers', () => {
    const job = `{ target: process, local: { command: [x], environment: { A: 0123, B: 12345678901234567890, C: True } }, events: [{ type: schedule, properties: { scheduleRate: rate(1 day), input: { environment: { x: 1.10 } } } }] }`;
    const [parsed] = parseJobs(`service: shop\njobs:\n  a: ${job}\n`, 'jobs.yml').jobs;

    expect(parsed?.local?.environment).toEqual({ A: '0123', B: '12345678901234567890', C: 'True' });
    expect(parsed?.events[0]?.properties).toMatchObject({ input: { environment: { x: 1.1 } } });
  });

  it('lower-cases header names, turns "*" into ANY and single policy texts into lists', () => {
    const job = jobOf(parseJobs(text, 'jobs.yml'), 'render-invoice');

    expect(job.redact).toEqual(['x-shop-session', 'x-device-id']);
    expect(job.events[0]?.properties).toMatchObject({ method: 'ANY', path: '/invoices/{id}/{rest+}' });
    expect(job.iamRoleStatements?.[0]).toMatchObject({
      Action: ['dynamodb:GetItem'],
      Resource: ['arn:aws:dynamodb:eu-central-1:210987654321:table/orders'],
    });
  });

  it('is frozen, down to the events', () => {
    const file = parseJobs(text, 'jobs.yml');

    expect(everything(file).filter((part) => !Object.isFrozen(part))).toEqual([]);
    expect(everything(file).length).toBeGreaterThan(150);
  });

  it('declares the HTTP APIs that are named when the file declares none', () => {
    const event = (api: string) =>
      `{ type: http-api-gateway, properties: { httpApiGatewayName: ${api}, method: GET, path: /x } }`;
    const job = `{ target: process, local: { command: [x] }, events: [${event('one')}, ${event('two')}] }`;
    const runsApi = 'runsApi: { httpApiName: three, authorizer: { type: iam } }';
    const file = parseJobs(`service: shop\n${runsApi}\njobs:\n  a: ${job}\n`, 'jobs.yml');

    expect(file.httpApis).toEqual({ one: { cors: false }, two: { cors: false }, three: { cors: false } });
    expect(parseJobs(text, 'jobs.yml').httpApis).toEqual({
      shopApi: { cors: true },
      adminApi: { cors: false },
    });
    expect(parseJobs(smallest, 'jobs.yml').httpApis).toEqual({});
  });

  it('follows aliases of whole values', () => {
    const { jobs } = parseJobs(
      'service: shop\njobs:\n  a: { target: process, local: &l { command: [x] }, events: &e [{ type: manual }] }\n' +
        '  b: { target: process, local: *l, events: *e }\n',
      'jobs.yml',
    );

    expect(jobs.map(({ name, local }) => [name, local?.command])).toEqual([
      ['a', ['x']],
      ['b', ['x']],
    ]);
  });
});

describe('rule ids', () => {
  const job = (...events: string[]) =>
    parseJobs(
      `service: shop\njobs:\n  load:\n    target: process\n    local: { command: [x] }\n    events:\n${events
        .map((event) => `      - ${event}\n`)
        .join('')}`,
      'jobs.yml',
    ).jobs[0]?.events.map(({ id }) => id);
  const queue = '{ type: sqs, properties: { sqsQueueName: orders, batchSize: 5 } }';

  it('are the name of the job and eight hexadecimal digits', () => {
    expect(job('type: manual')).toEqual(['load-a3444280']);
  });

  it('depend on what an event says, not on where it stands or in which order its properties are', () => {
    const [alone] = job(queue) ?? [];
    const [, second] =
      job('type: manual', '{ properties: { batchSize: 5, sqsQueueName: orders }, type: sqs }') ?? [];
    const [other] = job(queue.replace('5', '6')) ?? [];

    expect(alone).toMatch(/^load-[0-9a-f]{8}$/);
    expect(second).toBe(alone);
    expect(other).not.toBe(alone);
  });

  it('are the same whether a default is written or left out', () => {
    expect(
      job('{ type: sqs, properties: { sqsQueueName: orders, batchSize: 10, batching: delivery } }'),
    ).toEqual(job('{ type: sqs, properties: { sqsQueueName: orders } }'));
  });
});

describe('JobsFileError', () => {
  it('has every problem on a line of its own, with file, line and column', () => {
    const parse = () => parseJobs('service: 7\njobs: []\n', 'config/jobs.yml');

    expect(parse).toThrow(JobsFileError);
    expect(parse).toThrow(
      'config/jobs.yml:1:10 service: found 7, expected a name of 2 to 20 lower-case letters, digits and "-" that starts with a letter\n' +
        'config/jobs.yml:2:7 jobs: found an empty list, expected a mapping of job names to jobs',
    );
  });
});

function jobOf(file: JobsFile, name: string) {
  const job = file.jobs.find((candidate) => candidate.name === name);
  if (job === undefined) throw new Error(`no job ${name}`);
  return job;
}

function everything(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null
    ? [value, ...Object.values(value).flatMap(everything)]
    : [];
}
