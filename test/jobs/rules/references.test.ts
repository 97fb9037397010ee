import { describe, expect, it } from 'vitest';
import { fillInReferences } from '../../../shared/jobs/fill-in.ts';
import { toDigestText, toReferenceText } from '../../../shared/jobs/reference.ts';
import { createRoutingTable } from '../../../shared/jobs/routing-table.ts';
import { everySource } from '../../../shared/jobs/rules/every-source.ts';
import { findArnMismatch } from '../../../shared/jobs/rules/verdict.ts';
import { payloads } from '../../fixtures/payloads/payloads.ts';
import { toJobsFile } from '../../router/world.ts';
import { toQueueMessage } from '../../support/aws-messages.ts';
import { createRouting, parse } from './routing.ts';

const orders = { Records: [toQueueMessage('{}')] };

const isNamed = (arn: string, reference: Parameters<typeof toReferenceText>[0]) =>
  findArnMismatch('resource', arn, toReferenceText(reference)) === undefined;

describe('a rule whose source is a reference', () => {
  it('takes what comes from a resource of that name, on a laptop', () => {
    const { starts } = createRouting('sqs', {
      exported: [{ sqsQueueArn: { 'Fn::ImportValue': 'orders' } }],
      parameter: [{ sqsQueueArn: '{{resolve:ssm:/shop/orders:3}}' }],
      built: [{ sqsQueueArn: { 'Fn::Sub': `arn:aws:sqs:\${AWS::Region}:\${AWS::AccountId}:orders` } }],
      other: [{ sqsQueueArn: { 'Fn::ImportValue': 'orders-old' } }],
    });
    expect(starts(orders)).toEqual({ exported: [0], parameter: [0], built: [0] });
  });

  it('says what it expected as it is written', () => {
    const { judged } = createRouting('sqs', {
      exported: [{ sqsQueueArn: { 'Fn::ImportValue': 'orders' } }],
      other: [{ sqsQueueArn: { 'Fn::ImportValue': 'parcels' } }],
    });
    expect(judged(orders)).toEqual([
      'exported takes: the queue is !ImportValue orders',
      'other elsewhere: the queue is arn:aws:sqs:eu-west-1:123456789012:orders, expected !ImportValue parcels',
    ]);
  });

  it('knows a resource by its id, however its ARN is made', () => {
    const attribute = { 'Fn::GetAtt': ['orders', 'Arn'] };
    expect(isNamed('arn:aws:s3:::orders', attribute)).toBe(true);
    expect(isNamed('arn:aws:events:eu-west-1:123456789012:event-bus/orders', attribute)).toBe(true);
    expect(isNamed('arn:aws:kinesis:eu-west-1:123456789012:stream/orders', attribute)).toBe(true);
    expect(
      isNamed(
        'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000',
        attribute,
      ),
    ).toBe(true);
    expect(isNamed('arn:aws:logs:eu-west-1:123456789012:log-group:/acme/orders:*', attribute)).toBe(true);
    expect(isNamed('arn:aws:logs:eu-west-1:123456789012:log-group:/orders/acme', attribute)).toBe(false);
    expect(isNamed('arn:aws:sqs:eu-west-1:123456789012:my-orders', attribute)).toBe(false);
  });

  it('takes nothing when a function was not told what it stands for', () => {
    const untold = toDigestText('12345678');
    const json = JSON.stringify([untold]);
    expect(fillInReferences(json, { 12345679: 'arn:aws:sqs:eu-west-1:123456789012:orders' })).toBe(json);
    for (const name of ['orders', '12345678'])
      expect(findArnMismatch('queue', `arn:aws:sqs:eu-west-1:123456789012:${name}`, untold)).toBeDefined();
  });

  it.each([
    ['s3', 'bucketArn', 'an upload whose key needs decoding', { s3EventType: 's3:ObjectCreated:*' }],
    ['sns', 'snsTopicArn', 'a text', {}],
    ['kinesis-stream', 'streamArn', 'a JSON record', { filterPatterns: [{ partitionKey: ['user-17'] }] }],
    ['dynamo-db-stream', 'streamArn', 'an insert', {}],
    ['cloudwatch-log', 'logGroupArn', 'lines of JSON and of text', {}],
  ] as const)('takes what comes from there, and nothing else: %s', (source, property, what, others) => {
    const payload = payloads[source][what];
    const { sourceArn } = parse(payload);
    const [place = ''] = sourceArn.split('/stream/');
    const name = place.slice(place.search(/[^:/]*$/));
    const { starts } = createRouting(source, {
      there: [{ [property]: { 'Fn::ImportValue': name }, ...others }],
      elsewhere: [{ [property]: { 'Fn::ImportValue': `${name}-old` }, ...others }],
    });
    expect(Object.keys(starts(payload))).toEqual(['there']);
  });

  it('knows a stream whose records come with gaps', () => {
    const { jobs } = toJobsFile({
      a: {
        events: [
          {
            type: 'kinesis-stream',
            properties: { streamArn: { 'Fn::ImportValue': 'clicks' }, parallelizationFactor: 2 },
          },
        ],
      },
    });
    const payload = payloads['kinesis-stream']['a JSON record'];
    expect(createRoutingTable(jobs, everySource).match(parse(payload))).toMatchObject([{ hasGaps: true }]);
  });
});
