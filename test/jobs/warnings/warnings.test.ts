import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toDetailType } from '../../../shared/announcers/message.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import { toWarningLine } from '../../../shared/jobs/problem.ts';
import { announcedTypes } from '../../../shared/jobs/warnings/links.ts';
import { toWarnings } from '../../../shared/jobs/warnings/warnings.ts';
import { allow, deny, job, type TestStatement, warningsOf } from './warnings-of.ts';

const zone = 'eu-west-1:123456789012';
const sqs = (name: string, more = {}) => ({ type: 'sqs', properties: { sqsQueueName: name, ...more } });
const s3 = (prefix?: string, suffix?: string, s3EventType = 's3:ObjectCreated:*') => ({
  type: 's3',
  properties: {
    bucketArn: 'arn:aws:s3:::uploads',
    s3EventType,
    ...((prefix ?? suffix) !== undefined && {
      filterRule: { ...(prefix && { prefix }), ...(suffix && { suffix }) },
    }),
  },
});
const bus = (eventPattern: unknown, more: object = { useDefaultBus: true }) => ({
  type: 'event-bus',
  properties: { ...more, eventPattern },
});
const manual = { type: 'manual' };

/** One job with one event and these statements. */
const warned = (event: unknown, ...statements: TestStatement[]) =>
  warningsOf({ resize: job([event], statements) }, { announcements: 'none' }).length > 0;

describe('a warning', () => {
  it('has its place, what may happen and what to do', () => {
    const text = `service: shop
jobs:
  resize:
    target: codebuild
    build: { image: "aws/codebuild/standard:7.0", computeType: BUILD_GENERAL1_SMALL, commands: [make] }
    iamRoleStatements:
      - { Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::uploads/*" }
    events:
      - type: manual
      - type: s3
        properties:
          bucketArn: arn:aws:s3:::uploads
          s3EventType: s3:ObjectCreated:*
          filterRule: { prefix: in/ }
`;
    expect(toWarnings(parseJobs(text, 'jobs.yml')).map(toWarningLine)).toEqual([
      'jobs.yml:10 warning: jobs.resize.events[1]: found a possible loop: ' +
        'resize may do s3:PutObject on arn:aws:s3:::uploads/in/*, which starts resize. ' +
        'To rule it out, give filterRule a prefix that it does not write under, and the statement the one that it does; ' +
        'to bound it, set maxRunsPerHour.',
    ]);
  });

  it('is not given of a job that writes elsewhere, or nothing', () => {
    expect(warningsOf({ resize: job([s3('in/')]) })).toEqual([]);
    expect(warned(s3('in/'), allow('s3:PutObject', 'arn:aws:s3:::uploads/out/*'))).toBe(false);
  });

  it('is not given of a job whose runs are bounded', () => {
    const statements = [allow('s3:*', '*')];
    expect(warningsOf({ resize: job([s3()], statements) })).toHaveLength(1);
    expect(warningsOf({ resize: job([s3()], statements, { maxRunsPerHour: 60 }) })).toEqual([]);
  });

  it('is not given for what an environment variable names', () => {
    const environment = [{ name: 'BUCKET', value: 'uploads' }];
    const container = { image: 'x', environment };
    const plain = { target: 'fargate', container, resources: { cpu: 1, memory: 2048 }, events: [s3()] };
    expect(warningsOf({ resize: plain })).toEqual([]);
  });

  it('is not given of a file that has every property', () => {
    const url = new URL('../fixtures/everything.yml', import.meta.url);
    expect(toWarnings(parseJobs(readFileSync(url, 'utf8'), 'everything.yml'))).toEqual([]);
  });
});

describe('a job that writes into the bucket that starts it', () => {
  const within = (resource: string) => allow('s3:PutObject', `arn:aws:s3:::uploads/${resource}`);

  it.each([
    ['the whole bucket', s3(), within('out/*')],
    ['the prefix', s3('in/'), within('in/thumbnails/*')],
    ['a prefix around it', s3('in/a/'), within('in/*')],
    ['one object below it', s3('in/'), within('in/index.json')],
    ['the suffix', s3(undefined, '.csv'), within('out/*')],
    ['the prefix, with that suffix', s3('in/', '.csv'), within('in/*.csv')],
    ['any bucket', s3('in/'), allow('s3:PutObject', '*')],
    ['buckets of such a name', s3('in/'), allow('s3:PutObject', 'arn:aws:s3:::up*')],
    ['buckets of any partition', s3('in/'), allow('s3:PutObject', 'arn:aws*:s3:::uploads/*')],
    ['a folder of the user', s3('in/'), within('$'.concat('{aws:username}/*'))],
  ])('is warned when it may write to %s', (_what, event, statement) => {
    expect(warned(event, statement)).toBe(true);
  });

  it.each([
    ['another prefix', s3('in/'), within('out/*')],
    ['another suffix', s3(undefined, '.csv'), within('*.json')],
    ['the bucket itself, whose objects are others', s3(), allow('s3:PutObject', 'arn:aws:s3:::uploads')],
    ['another bucket', s3(), allow('s3:PutObject', 'arn:aws:s3:::uploads-done/*')],
    ['another partition', s3(), allow('s3:PutObject', 'arn:aws-cn:s3:::uploads/*')],
  ])('is not when it may write to %s', (_what, event, statement) => {
    expect(warned(event, statement)).toBe(false);
  });

  it.each([
    ['s3:PutObject', 's3:ObjectCreated:*', true],
    ['S3:putobject', 's3:ObjectCreated:Copy', true],
    ['s3:Put*', 's3:ObjectCreated:*', true],
    ['s3:PutObjec?', 's3:ObjectCreated:*', true],
    ['*', 's3:ObjectCreated:*', true],
    ['s3:PutObjectTagging', 's3:ObjectCreated:*', false],
    ['s3:GetObject', 's3:ObjectCreated:*', false],
    ['s3:DeleteObject', 's3:ObjectCreated:*', false],
    ['s3:DeleteObject', 's3:ObjectRemoved:*', true],
    ['s3:PutObjectTagging', 's3:ObjectTagging:Put', true],
    ['s3:PutObjectAcl', 's3:ObjectAcl:Put', true],
    ['s3:RestoreObject', 's3:ObjectRestore:Completed', true],
    ['s3:*', 's3:LifecycleExpiration:*', false],
  ])('with %s, started by %s: %s', (action, type, isWarned) => {
    expect(warned(s3(undefined, undefined, type), allow(action, '*'))).toBe(isWarned);
  });
});

describe('what a policy takes away', () => {
  const all = allow('s3:*', '*');

  it('is not written to: a denied prefix', () => {
    expect(warned(s3('in/'), all, deny('s3:PutObject', 'arn:aws:s3:::uploads/in/*'))).toBe(false);
    expect(warned(s3('in/'), all, deny('s3:*', '*'))).toBe(false);
  });

  it('is written to still where only a part of it is denied, or only sometimes', () => {
    expect(warned(s3('in/'), all, deny('s3:PutObject', 'arn:aws:s3:::uploads/in/a/*'))).toBe(true);
    const sometimes = { ...deny('s3:*', '*'), Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(warned(s3('in/'), all, sometimes)).toBe(true);
  });

  it('is what NotAction and NotResource leave out', () => {
    const some = { Effect: 'Allow', Resource: '*' };
    expect(warned(s3('in/'), { ...some, NotAction: 's3:Put*' })).toBe(false);
    expect(warned(s3('in/'), { ...some, NotAction: 's3:Get*' })).toBe(true);
    const others = { Effect: 'Allow', Action: 's3:*' };
    expect(warned(s3('in/'), { ...others, NotResource: 'arn:aws:s3:::uploads/*' })).toBe(false);
    expect(warned(s3('in/'), { ...others, NotResource: 'arn:aws:s3:::uploads/in/a/*' })).toBe(true);
    const deniesOthers = { Effect: 'Deny', Action: 's3:*', NotResource: 'arn:aws:s3:::uploads/out/*' };
    expect(warned(s3('in/'), all, deniesOthers)).toBe(false);
    expect(warned(s3('out/'), all, deniesOthers)).toBe(true);
  });
});

describe('a job that sends to where it is started from', () => {
  const topic = { type: 'sns', properties: { snsTopicName: 'orders' } };
  const stream = `arn:aws:kinesis:${zone}:stream/clicks`;
  const table = `arn:aws:dynamodb:${zone}:table/orders`;
  const group = `arn:aws:logs:${zone}:log-group:/shop/orders`;
  const kinesis = { type: 'kinesis-stream', properties: { streamArn: stream } };
  const dynamo = {
    type: 'dynamo-db-stream',
    properties: { streamArn: `${table}/stream/2026-01-01T00:00:00.000` },
  };
  const logs = { type: 'cloudwatch-log', properties: { logGroupArn: `${group}:*` } };
  const filtered = (event: { properties: object }, more: object) => ({
    ...event,
    properties: { ...event.properties, ...more },
  });

  it.each([
    ['its queue, by name', sqs('orders'), allow('sqs:SendMessage', `arn:aws:sqs:${zone}:orders`)],
    [
      'its queue, by ARN',
      { type: 'sqs', properties: { sqsQueueArn: `arn:aws:sqs:${zone}:orders` } },
      allow('sqs:*', `arn:aws:sqs:${zone}:ord*`),
    ],
    ['its topic', topic, allow('sns:Publish', `arn:aws:sns:${zone}:orders`)],
    [
      'its bus',
      bus({ source: ['shop.orders'] }),
      allow('events:PutEvents', `arn:aws:events:${zone}:event-bus/default`),
    ],
    ['its stream', kinesis, allow('kinesis:PutRecords', stream)],
    ['its table', dynamo, allow('dynamodb:UpdateItem', table)],
    ['its table, whatever the action', dynamo, allow('dynamodb:*', `${table}*`)],
    ['its log group', logs, allow('logs:PutLogEvents', `${group}:*`)],
  ])('is warned: %s', (_what, event, statement) => {
    expect(warned(event, statement)).toBe(true);
  });

  it.each([
    ['another queue', sqs('orders'), allow('sqs:SendMessage', `arn:aws:sqs:${zone}:orders-done`)],
    ['only receives', sqs('orders'), allow('sqs:ReceiveMessage', `arn:aws:sqs:${zone}:orders`)],
    ['another topic', topic, allow('sns:Publish', `arn:aws:sns:${zone}:done`)],
    [
      'another bus',
      bus({ source: ['shop.orders'] }),
      allow('events:PutEvents', `arn:aws:events:${zone}:event-bus/shop`),
    ],
    ['only reads the table', dynamo, allow(['dynamodb:GetItem', 'dynamodb:Query'], table)],
    ['another log group', logs, allow('logs:PutLogEvents', `arn:aws:logs:${zone}:log-group:/shop/done:*`)],
    ['only makes log streams', logs, allow('logs:CreateLogStream', `${group}:*`)],
  ])('is not: %s', (_what, event, statement) => {
    expect(warned(event, statement)).toBe(false);
  });

  it('is not when a filter may leave out what it sends', () => {
    const all = allow('*', '*');
    const filterPatterns = [{ body: { state: ['new'] } }];
    expect(warned(sqs('orders', { filterPatterns }), all)).toBe(false);
    expect(warned(filtered(topic, { filterPolicy: { state: ['new'] } }), all)).toBe(false);
    expect(warned(filtered(kinesis, { filterPatterns: [{ data: { state: ['new'] } }] }), all)).toBe(false);
    expect(warned(filtered(dynamo, { filterPatterns: [{ eventName: ['INSERT'] }] }), all)).toBe(false);
    expect(warned(filtered(logs, { filter: 'ERROR' }), all)).toBe(false);
  });
});

describe('a job that puts events on its own bus', () => {
  const put = allow('events:PutEvents', '*');
  const only = (condition: object) => ({ ...put, Condition: condition });

  it('is not warned when its pattern asks for events that nobody but AWS can put there', () => {
    expect(warned(bus({ source: ['aws.s3', { prefix: 'aws.' }] }), put)).toBe(false);
    expect(warned(bus({ source: ['aws.s3', 'shop'] }), put)).toBe(true);
  });

  it('is not warned when its policy lets only other events through', () => {
    const done = only({ StringEquals: { 'events:source': 'shop.done' } });
    expect(warned(bus({ source: ['shop.orders'] }), done)).toBe(false);
    expect(warned(bus({ source: [{ prefix: 'shop.' }] }), done)).toBe(true);
    const type = only({ 'ForAllValues:StringEquals': { 'events:detail-type': ['Order Done'] } });
    expect(warned(bus({ 'detail-type': ['Order Paid'] }), type)).toBe(false);
    expect(warned(bus({ 'detail-type': ['Order Paid', 'Order Done'] }), type)).toBe(true);
  });

  it('is warned when the condition says nothing of that', () => {
    const someday = only({ DateGreaterThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } });
    expect(warned(bus({ source: ['shop.orders'] }), someday)).toBe(true);
  });
});

describe('a job that is started by announcements', () => {
  const started = (pattern: unknown, settings = {}, more: object = { useDefaultBus: true }) =>
    warningsOf({ report: job([bus(pattern, more)]) }, settings);

  it('is warned when its own runs are among them', () => {
    const [message] = started({ source: ['signalbox'], 'detail-type': ['Run Failed'] });
    expect(message).toContain('report has its runs announced on the event bus default, which starts report');
    expect(message).toContain('give eventPattern a detail: { job: […] }');
  });

  it.each([
    ['of any source of such a name', { source: [{ prefix: 'signal' }] }],
    ['by their type alone', { 'detail-type': ['Run Succeeded'] }],
    ['of all jobs but one', { source: ['signalbox'], detail: { job: [{ 'anything-but': 'import' }] } }],
    [
      'in one of two ways',
      { $or: [{ source: ['shop'] }, { source: ['signalbox'] }], 'detail-type': ['Run Failed'] },
    ],
  ])('is warned too: %s', (_what, pattern) => {
    expect(started(pattern)).toHaveLength(1);
  });

  it.each([
    ['of another job', { source: ['signalbox'], detail: { job: ['import'] } }],
    ['of all jobs but itself', { source: ['signalbox'], detail: { job: [{ 'anything-but': 'report' }] } }],
    ['of another service', { source: ['signalbox'], detail: { service: ['other'] } }],
    ['of a type that no run has', { source: ['signalbox'], 'detail-type': ['Run Failed Event'] }],
    ['of somebody else', { detail: { orderId: [{ exists: true }] } }],
  ])('is not warned when they are %s', (_what, pattern) => {
    expect(started(pattern)).toEqual([]);
  });

  it('is not warned when they are on another bus, or not made at all', () => {
    const pattern = { source: ['signalbox'] };
    expect(started(pattern, { announcements: { eventBusName: 'shop' } })).toEqual([]);
    expect(started(pattern, { announcements: 'none' })).toEqual([]);
    expect(
      started(pattern, { announcements: { eventBusName: 'shop' } }, { eventBusName: 'shop' }),
    ).toHaveLength(1);
    const eventBusArn = `arn:aws:events:${zone}:event-bus/shop`;
    expect(started(pattern, { announcements: { eventBusArn } }, { eventBusName: 'shop' })).toHaveLength(1);
  });
});

describe('the types of announcements', () => {
  it('are those that are sent', () => {
    const whats = ['started', 'retrying', 'held', 'succeeded', 'failed', 'timed-out', 'cancelled'] as const;
    const sent = whats.map((what) => toDetailType({ what, at: 0, attempt: 1 }));
    expect(announcedTypes).toEqual(sent);
  });
});

describe('a job that is started by its own failures', () => {
  it('is warned: its onFailure is the queue that it reads', () => {
    const onFailure = { type: 'sqs', arn: `arn:aws:sqs:${zone}:orders` };
    const [message] = warningsOf({ import: job([sqs('orders')], undefined, { onFailure }) });
    expect(message).toContain('import reports its failed runs to the queue orders, which starts import');
    expect(warningsOf({ import: job([sqs('others')], undefined, { onFailure }) })).toEqual([]);
  });

  it('is warned: its onFailure is the bus that it listens to, and it asks for such reports', () => {
    const onFailure = { type: 'event-bus', arn: `arn:aws:events:${zone}:event-bus/failures` };
    const listens = (pattern: unknown) =>
      warningsOf({ import: job([bus(pattern, { eventBusName: 'failures' })], undefined, { onFailure }) });
    expect(listens({ source: ['signalbox'] })).toHaveLength(1);
    expect(listens({ source: ['shop'] })).toEqual([]);
  });
});

describe('jobs that start each other', () => {
  const queue = (name: string) => `arn:aws:sqs:${zone}:${name}`;
  const sends = (from: string, ...to: string[]) =>
    job([sqs(from)], [allow('sqs:SendMessage', ...to.map(queue))]);

  it('are warned of once, with the way round', () => {
    expect(warningsOf({ a: sends('a', 'b'), b: sends('b', 'a') })).toEqual([
      'jobs.a.events[0]: found a possible loop: a may do sqs:SendMessage on the queue b, which starts b; ' +
        'b may do sqs:SendMessage on the queue a, which starts a. ' +
        'To rule it out, give the event filterPatterns that leave out what it sends; ' +
        'to bound it, set maxRunsPerHour of one of these jobs.',
    ]);
  });

  it('are found at any distance, and whatever the ways are', () => {
    const jobs = {
      split: job([s3('in/')], [allow('sqs:SendMessage', queue('parts'))]),
      work: job([sqs('parts')]),
      join: job([bus({ source: ['signalbox'], detail: { job: ['work'] } })], [allow('s3:PutObject', '*')]),
    };
    const [message, ...others] = warningsOf(jobs);
    expect(others).toEqual([]);
    expect(message).toMatch(/split may do sqs:SendMessage .* starts work; work has its runs announced/);
    expect(message).toMatch(/which starts join; join may do s3:PutObject on .* which starts split\./);
  });

  it('are not warned of when the way leads nowhere, or is bounded', () => {
    expect(warningsOf({ a: sends('a', 'b'), b: sends('b', 'c'), c: job([sqs('c')]) })).toEqual([]);
    expect(warningsOf({ a: sends('a', 'b'), b: { ...sends('b', 'a'), maxRunsPerHour: 5 } })).toEqual([]);
  });

  it('are warned of for each way round, and apart from those that start themselves', () => {
    const jobs = { a: sends('a', 'b', 'c', 'a'), b: sends('b', 'a'), c: sends('c', 'a'), d: job([manual]) };
    const rounds = warningsOf(jobs).map((message) => message.match(/which starts \w/g)?.length);
    expect(rounds).toEqual([1, 2, 2]);
  });
});

describe('a resource that is referred to', () => {
  const resources = { Orders: { Type: 'AWS::SQS::Queue' }, Uploads: { Type: 'AWS::S3::Bucket' } };
  const orders = { 'Fn::GetAtt': ['Orders', 'Arn'] };
  const fromQueue = { type: 'sqs', properties: { sqsQueueArn: orders } };
  const fromBucket = {
    type: 's3',
    properties: {
      bucketArn: { 'Fn::GetAtt': 'Uploads.Arn' },
      s3EventType: 's3:ObjectCreated:*',
      filterRule: { prefix: 'in/' },
    },
  };
  const may = (Action: string, Resource: unknown) => [{ Effect: 'Allow', Action, Resource }];
  const warningsOfJob = (event: unknown, action: string, resource: unknown) =>
    warningsOf({ a: job([event], may(action, resource)) }, { resources });

  it('is one that a job may write to when its statement refers to it too', () => {
    expect(warningsOfJob(fromQueue, 'sqs:SendMessage', orders)).toEqual([
      expect.stringContaining('a may do sqs:SendMessage on the queue !GetAtt Orders.Arn, which starts a'),
    ]);
    expect(warningsOfJob(fromQueue, 'sqs:SendMessage', '*')).toHaveLength(1);
    expect(warningsOfJob(fromQueue, 'sqs:SendMessage', { 'Fn::ImportValue': 'orders' })).toEqual([]);
    expect(warningsOfJob(fromQueue, 'sqs:SendMessage', { 'Fn::GetAtt': 'Uploads.Arn' })).toEqual([]);
  });

  it('is a bucket by its ARN or by its name, as far as the prefix goes', () => {
    const put = (text: string) => warningsOfJob(fromBucket, 's3:PutObject', { 'Fn::Sub': text });
    expect(put(`\${Uploads.Arn}/*`)).toHaveLength(1);
    expect(put(`arn:\${AWS::Partition}:s3:::\${Uploads}/in/*`)).toHaveLength(1);
    expect(put(`\${Uploads.Arn}/out/*`)).toEqual([]);
  });

  it('may be where failed runs are reported', () => {
    const onFailure = { type: 'sqs', arn: orders };
    expect(warningsOf({ a: job([fromQueue], undefined, { onFailure }) }, { resources })).toHaveLength(1);
  });
});
