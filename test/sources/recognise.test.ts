import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceName } from '../../shared/events/trigger-event.ts';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { manual } from '../../shared/sources/manual.ts';
import { recognise } from '../../shared/sources/recognise.ts';
import { schedule } from '../../shared/sources/schedule.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation } from '../contract/source.ts';

const event = {
  version: '0',
  id: 'b0a1c2d3-e4f5-4678-9abc-def012345678',
  'detail-type': 'Order Placed',
  source: 'acme.shop',
  account: '123456789012',
  time: '2026-11-20T10:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:events:eu-west-1:123456789012:rule/orders'],
  detail: { orderId: 7 },
};
const { version: _version, ...unversioned } = event;
const tick = { ...event, 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };
const tickOfScheduler = { ...tick, source: 'aws.scheduler', detail: '{}' };
const marker = { rule: 'pack-order/0' };

const format2 = {
  version: '2.0',
  routeKey: 'POST /orders',
  rawPath: '/orders',
  headers: { host: 'a1b2.execute-api.eu-west-1.amazonaws.com' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2',
    domainName: 'a1b2.execute-api.eu-west-1.amazonaws.com',
    http: { method: 'POST', path: '/orders' },
  },
};
const format1 = {
  version: '1.0',
  resource: '/orders',
  path: '/orders',
  httpMethod: 'POST',
  headers: {},
  requestContext: { accountId: '123456789012', apiId: 'a1b2', stage: '$default' },
};
const { version: _one, ...restApi } = format1;
const { domainName: _domain, ...withoutDomain } = format2.requestContext;
const loadBalancer = {
  httpMethod: 'GET',
  path: '/',
  headers: {},
  requestContext: {
    elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/1' },
  },
};
const records = (...all: unknown[]) => ({ Records: all });
const window = (eventSourceARN: string) => ({
  Records: [],
  state: {},
  isFinalInvokeForWindow: true,
  eventSourceARN,
});

const ours: readonly (readonly [string, SourceName, object])[] = [
  ['an HTTP API, format 2.0', 'http-api-gateway', format2],
  ['an HTTP API, format 1.0', 'http-api-gateway', format1],
  ['a load balancer', 'application-load-balancer', loadBalancer],
  [
    'messages of a queue',
    'sqs',
    records({ eventSource: 'aws:sqs', messageId: 'a' }, { eventSource: 'aws:sqs' }),
  ],
  ['a message of a topic', 'sns', records({ EventSource: 'aws:sns', Sns: { MessageId: 'a' } })],
  ['an event', 'event-bus', event],
  ['an event without a version', 'event-bus', unversioned],
  ['a state change', 'event-bus', { ...event, 'detail-type': 'ECS Task State Change', source: 'aws.ecs' }],
  ['a scheduled event that is not of AWS', 'event-bus', { ...tick, source: 'acme.calendar' }],
  ['a marked event', 'event-bus', { signalbox: marker, event }],
  ['a marked event that is none', 'event-bus', { signalbox: marker, event: 'text' }],
  ['a tick of a rule', 'schedule', tick],
  ['a tick of Scheduler', 'schedule', tickOfScheduler],
  ['a marked change in a bucket', 's3', { signalbox: { ...marker, source: 's3' }, event }],
  ['a marked change that is none', 's3', { signalbox: { ...marker, source: 's3' } }],
  ['a marked tick of a rule', 'schedule', { signalbox: marker, event: tick }],
  ['a marker without an event', 'schedule', { signalbox: marker }],
  [
    'a marker with a time',
    'schedule',
    { signalbox: { ...marker, scheduledTime: 'soon' }, event: { any: 1 } },
  ],
  ['a change in a bucket', 's3', records({ eventSource: 'aws:s3', s3: {} })],
  ['the test event of a bucket', 's3', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'uploads' }],
  ['records of a stream', 'kinesis-stream', records({ eventSource: 'aws:kinesis', kinesis: {} })],
  ['the end of a stream window', 'kinesis-stream', window('arn:aws:kinesis:eu-west-1:123456789012:stream/a')],
  ['changes of a table', 'dynamo-db-stream', records({ eventSource: 'aws:dynamodb', dynamodb: {} })],
  [
    'the end of a window of a table',
    'dynamo-db-stream',
    window('arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000'),
  ],
  ['log lines', 'cloudwatch-log', { awslogs: { data: 'H4sIAAAAAAAAAw==' } }],
  ['a run by hand', 'manual', { job: 'word-index', input: null }],
];

const strangers: readonly (readonly [string, object])[] = [
  ['an event of a REST API', restApi],
  ['an event of the beta of HTTP APIs, of December 2019', { ...restApi, version: 2 }],
  [
    'an event of a Lambda function URL',
    {
      ...format2,
      requestContext: { ...format2.requestContext, domainName: 'x7.lambda-url.eu-west-1.on.aws' },
    },
  ],
  [
    'an event of a Lambda function URL',
    { ...format2, requestContext: { ...withoutDomain, accountId: 'anonymous' } },
  ],
  [
    'an event of a Lambda function URL',
    { ...format2, headers: { host: 'x7.lambda-url.eu-west-1.on.aws' }, requestContext: withoutDomain },
  ],
  ['an event of VPC Lattice', { raw_path: '/orders', method: 'GET', headers: {} }],
  [
    'an event of VPC Lattice',
    { version: '2.0', path: '/', requestContext: { serviceNetworkArn: 'arn:x', serviceArn: 'arn:y' } },
  ],
  ['a request to a Lambda authorizer', { ...format1, type: 'REQUEST', methodArn: 'arn:x' }],
  ['a request to a Lambda authorizer', { ...format2, type: 'REQUEST', routeArn: 'arn:x' }],
  ['a request to a Lambda authorizer', { type: 'TOKEN', authorizationToken: 'a', methodArn: 'arn:x' }],
  [
    'an event of a WebSocket API',
    { ...restApi, requestContext: { connectionId: 'c=', eventType: 'MESSAGE' } },
  ],
  ['an Amazon MSK event', { eventSource: 'aws:kafka', records: { 'orders-0': [] } }],
  ['an event of Apache Kafka', { eventSource: 'SelfManagedKafka', records: { 'orders-0': [] } }],
  ['an Amazon MQ event, of ActiveMQ', { eventSource: 'aws:mq', messages: [] }],
  ['an Amazon MQ event, of RabbitMQ', { eventSource: 'aws:rmq', rmqMessagesByQueue: {} }],
  ['a DocumentDB event', { eventSource: 'aws:docdb', events: [] }],
  ['a Firehose event', { invocationId: 'a', deliveryStreamArn: 'arn:x', records: [] }],
  ['a CodeCommit event', records({ eventSource: 'aws:codecommit', codecommit: {} })],
  ['an SES event', records({ eventSource: 'aws:ses', ses: {} })],
  ['an event of CloudFront', records({ cf: { config: {}, request: {} } })],
  ['a job of CodePipeline', { 'CodePipeline.job': { id: 'a' } }],
  ['a trigger of a Cognito user pool', { triggerSource: 'PreSignUp_SignUp', userPoolId: 'a', version: '1' }],
  ['an AppSync event', { arguments: {}, source: null, info: { fieldName: 'order' } }],
  ['an event of an AWS Config rule', { version: '1.0', configRuleArn: 'arn:x', invokingEvent: '{}' }],
  ['an Amazon Connect event', { Name: 'ContactFlowExecution', Details: {} }],
  ['an event of an IoT button', { serialNumber: 'A1', clickType: 'SINGLE' }],
  ['an Amazon Lex event', { sessionId: 'a', sessionState: {}, interpretations: [] }],
  ['an Amazon Lex event, of version 1', { currentIntent: {}, bot: {}, messageVersion: '1.0' }],
  [
    'a request of a CloudFormation custom resource',
    { RequestType: 'Create', ResponseURL: 'https://example.com' },
  ],
  ['an event of S3 Object Lambda', { xAmzRequestId: 'a', getObjectContext: {}, userRequest: {} }],
  ['a task of S3 Batch Operations', { invocationId: 'a', job: { id: 'b' }, tasks: [] }],
];

describe('recognising a payload', () => {
  it.each(ours)('knows %s as %s', (_name, source, payload) => {
    expect(recognise(payload)).toEqual({ source });
  });

  it.each(strangers)('refuses %s by its name: %.60j', (name, payload) => {
    expect(recognise(payload)).toEqual({
      refused: `the payload looks like ${name}, which is none of http-api-gateway, application-load-balancer, sqs, sns, event-bus, schedule, s3, kinesis-stream, dynamo-db-stream, cloudwatch-log, manual`,
    });
  });

  it.each([
    [null, 'the payload is missing, expected an object'],
    ['text', 'the payload is a string, expected an object'],
    [[format2], 'the payload is a list, expected an object'],
    [{}, 'the payload has nothing in it, which looks like nothing that is known'],
    [{ kind: 'nightly' }, 'the payload has "kind", which looks like nothing that is known; expected one of'],
    [
      Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`key${at}`, at])),
      'the payload has "key0", "key1", "key2", "key3", "key4", "key5", "key6", "key7" and 22 more, which',
    ],
    [{ job: 'word-index', input: 1, more: 2 }, 'the payload has "job", "input", "more", which'],
    [{ job: 7, input: 1 }, 'the payload has "job", "input", which'],
    [{ ...event, version: '1' }, 'looks like nothing that is known'],
    [{ signalbox: 'pack-order/0' }, 'the payload has "signalbox", which'],
    [{ Records: [] }, 'the payload has "Records", which'],
    [window('arn:aws:sqs:eu-west-1:123456789012:orders'), 'looks like nothing that is known'],
    [{ awslogs: { data: 7 } }, 'the payload has "awslogs", which'],
    [records({ eventSource: 'aws:new' }), 'Records[0].eventSource is "aws:new", expected aws:sqs, aws:sns'],
    [records({ eventSource: 'constructor' }), 'Records[0].eventSource is "constructor", expected aws:sqs'],
    [records(7), 'Records[0] is a number, expected aws:sqs, aws:sns'],
    [{ ...format2, version: '3.0' }, 'looks like nothing that is known'],
  ])('says what it found of what it does not know: %.60j', (payload, message) => {
    const recognised = recognise(payload);
    expect('refused' in recognised && recognised.refused).toContain(message);
  });

  it.each([
    [
      records({ eventSource: 'aws:sqs' }, { EventSource: 'aws:sns' }),
      'Records[1].eventSource is "aws:sns", expected "aws:sqs" as in Records[0]',
    ],
    [
      records({ eventSource: 'aws:s3' }, { eventSource: 'aws:s3' }, null),
      'Records[2] is missing, expected "aws:s3" as in Records[0]',
    ],
  ])('refuses records of several sources: %j', (payload, message) => {
    expect(recognise(payload)).toEqual({ refused: message });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withMap: true, withNullPrototype: true, withBigInt: true }), (junk) => {
        for (const payload of [junk, { Records: junk }, records(junk), { signalbox: junk, event: junk }]) {
          const recognised = recognise(payload);
          expect('source' in recognised || recognised.refused.length > 0).toBe(true);
        }
      }),
    );
  });

  it('says the same as the sources do: what one takes is recognised as its own, however payloads are mixed', () => {
    const payloads = [...ours.map(([, , payload]) => payload), ...strangers.map(([, payload]) => payload)];
    const any = fc.constantFrom(...payloads);
    fc.assert(
      fc.property(any, any, any, (first, second, third) => {
        const payload = { ...first, ...second, ...third };
        const recognised = recognise(payload);
        for (const source of [eventBus, schedule, manual]) {
          if (!isTaken(source, payload)) continue;
          expect(recognised).toEqual({ source: source.name });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function isTaken(source: typeof manual, payload: unknown): boolean {
  try {
    source.parse(payload, invocation);
    return true;
  } catch (error) {
    if (error instanceof EventParseError) return false;
    throw error;
  }
}
