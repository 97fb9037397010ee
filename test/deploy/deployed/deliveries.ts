import { gzipSync } from 'node:zlib';
import type { SourceName } from '../../../shared/events/trigger-event.ts';
import { toBusEvent, toChange, toQueueMessage, toTopicRecord } from '../../support/aws-messages.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const queue = arn('sqs', 'orders');
const topic = arn('sns', 'news');
const stream = arn('kinesis', 'stream/clicks');
const table = arn('dynamodb', 'table/orders/stream/2026-01-01T00:00:00.000');
const bucket = 'arn:aws:s3:::uploads';

/** A source that one delivery of starts all jobs by, or as many deliveries as there are jobs. */
export type Delivering = {
  /** Of jobs.yml; the number is the job's. */
  readonly toEvent: (job: number) => { readonly type: string; readonly properties: object };
  /** What Lambda receives: the same text is the same delivery. `rules`: of the jobs, in their order. */
  readonly toPayloads: (
    text: string,
    rules: readonly string[],
    jobs: readonly string[],
  ) => readonly unknown[];
};

/** Subscriptions to what is somebody else's, so that all of it can be told apart by names alone. */
export const deliveries: Readonly<Record<SourceName, Delivering>> = {
  'http-api-gateway': {
    toEvent: (job) => ({
      type: 'http-api-gateway',
      properties: { httpApiGatewayName: 'shop', method: 'POST', path: `/jobs/${job}`, payloadFormat: '2.0' },
    }),
    toPayloads: (text, rules) =>
      rules.map((_, job) => ({
        version: '2.0',
        routeKey: `POST /jobs/${job}`,
        rawPath: `/jobs/${job}`,
        rawQueryString: '',
        headers: {
          'content-type': 'text/plain',
          'idempotency-key': `${text.length}-${text.slice(0, 20)}`.replaceAll('"', ''),
        },
        requestContext: {
          accountId: '123456789012',
          // Of the API of the stack, as its id is made up.
          apiId: 'stackshophttpapi1a2b3c',
          domainName: 'shop.example.com',
          domainPrefix: 'shop',
          http: {
            method: 'POST',
            path: `/jobs/${job}`,
            protocol: 'HTTP/1.1',
            sourceIp: '192.0.2.7',
            userAgent: 'x',
          },
          requestId: `request-${text.length}`,
          routeKey: `POST /jobs/${job}`,
          stage: '$default',
          time: '20/Nov/2026:10:00:00 +0000',
          timeEpoch: 1_795_168_800_000,
        },
        body: text,
        isBase64Encoded: false,
      })),
  },

  'application-load-balancer': {
    toEvent: (job) => ({
      type: 'application-load-balancer',
      properties: {
        listenerArn: arn('elasticloadbalancing', 'listener/app/front/50dc6c495c0c9188/fedcba9876543210'),
        priority: job + 1,
        paths: [`/jobs/${job}`],
      },
    }),
    toPayloads: (text, rules) =>
      rules.map((_, job) => ({
        requestContext: {
          elb: { targetGroupArn: arn('elasticloadbalancing', 'targetgroup/front/73e2d6bc24d8a067') },
        },
        httpMethod: 'POST',
        path: `/jobs/${job}`,
        queryStringParameters: {},
        headers: {
          'content-type': 'text/plain',
          'idempotency-key': `${text.length}-${text.slice(0, 20)}`.replaceAll('"', ''),
        },
        body: text,
        isBase64Encoded: false,
      })),
  },

  sqs: {
    toEvent: () => ({ type: 'sqs', properties: { sqsQueueArn: queue } }),
    toPayloads: (text) => [
      { Records: [toQueueMessage(text, { messageId: toId(text), eventSourceARN: queue })] },
    ],
  },

  sns: {
    toEvent: () => ({ type: 'sns', properties: { snsTopicArn: topic } }),
    toPayloads: (text) => [{ Records: [toTopicRecord(text, { MessageId: toId(text) })] }],
  },

  'event-bus': {
    toEvent: () => ({
      type: 'event-bus',
      properties: { useDefaultBus: true, eventPattern: { source: ['acme.shop'] } },
    }),
    toPayloads: (text, rules) =>
      rules.map((rule) => ({ signalbox: { rule }, event: toBusEvent({ text }, { id: toId(text) }) })),
  },

  schedule: {
    // What they say is in jobs.yml.
    toEvent: (job) => ({
      type: 'schedule',
      properties: { scheduleRate: 'rate(1 minute)', input: { text: job === 5 ? hugeInput : long } },
    }),
    toPayloads: (text, rules) =>
      rules.map((rule) => ({
        signalbox: { rule, scheduledTime: new Date(1_795_168_800_000 + text.length * 60_000).toISOString() },
      })),
  },

  s3: {
    toEvent: () => ({
      type: 's3',
      properties: { bucketArn: bucket, s3EventType: 's3:ObjectCreated:*', filterRule: { prefix: 'in/' } },
    }),
    // The event has the key four times.
    toPayloads: (text) => [
      { Records: [toChange(encodeURIComponent(`in/${text.slice(text.length * 0.75)}`))] },
    ],
  },

  'kinesis-stream': {
    toEvent: () => ({ type: 'kinesis-stream', properties: { streamArn: stream } }),
    toPayloads: (text) => [
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: '1.0',
              partitionKey: 'one',
              sequenceNumber: `495903382714902566085596925383615710959215759891365${10_000 + text.length}`,
              data: Buffer.from(text).toString('base64'),
              approximateArrivalTimestamp: 1_795_168_800,
            },
            eventSource: 'aws:kinesis',
            eventVersion: '1.0',
            eventID: `shardId-000000000006:495903382714902566085596925383615710959215759891365${10_000 + text.length}`,
            eventName: 'aws:kinesis:record',
            invokeIdentityArn: 'arn:aws:iam::123456789012:role/signalbox',
            awsRegion: 'eu-west-1',
            eventSourceARN: stream,
          },
        ],
      },
    ],
  },

  'dynamo-db-stream': {
    toEvent: () => ({ type: 'dynamo-db-stream', properties: { streamArn: table } }),
    toPayloads: (text) => [
      {
        Records: [
          {
            eventID: toId(text),
            eventName: 'INSERT',
            eventVersion: '1.1',
            eventSource: 'aws:dynamodb',
            awsRegion: 'eu-west-1',
            eventSourceARN: table,
            dynamodb: {
              ApproximateCreationDateTime: 1_795_168_800,
              Keys: { id: { S: 'one' } },
              NewImage: { text: { S: text } },
              SequenceNumber: `4584262000000000015981${10_000 + text.length}`,
              SizeBytes: 26,
              StreamViewType: 'NEW_IMAGE',
            },
          },
        ],
      },
    ],
  },

  'cloudwatch-log': {
    toEvent: () => ({
      type: 'cloudwatch-log',
      properties: { logGroupArn: arn('logs', 'log-group:/acme/web') },
    }),
    toPayloads: (text) => [
      {
        awslogs: {
          data: gzipSync(
            JSON.stringify({
              messageType: 'DATA_MESSAGE',
              owner: '123456789012',
              logGroup: '/acme/web',
              logStream: 'web/0',
              subscriptionFilters: ['all'],
              logEvents: [
                { id: `37194731000000000000${text.length}`, timestamp: 1_795_168_800_000, message: text },
              ],
            }),
          ).toString('base64'),
        },
      },
    ],
  },

  manual: {
    toEvent: () => ({ type: 'manual', properties: {} }),
    toPayloads: (text, _, jobs) => jobs.map((job) => ({ job, input: { text } })),
  },
};

/** Short enough to be started at once, and too long for the overrides of a task, where each quote takes four characters. */
export const long = '"'.repeat(2_600);

/** Stands for an input in jobs.yml that is as long as that may be, and twice as long in an event. */
export const hugeInput = 'an input of quotes';

/** Too long for an item of the ledger's table, so that it is kept in the payload store. */
export const huge = 'x'.repeat(320_000);

function toId(text: string): string {
  return `${text.length}`.padStart(8, '0').padEnd(36, '-0000');
}
