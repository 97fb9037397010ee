import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { dynamoDbStream } from '../../fixtures/payloads/dynamo-db-stream.ts';
import { kinesisStream } from '../../fixtures/payloads/kinesis-stream.ts';
import { createRouting } from './routing.ts';

const clicks = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const orders = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';

const ofClicks = (...filterPatterns: readonly object[]) => [{ streamArn: clicks, filterPatterns }];
const ofOrders = (...filterPatterns: readonly object[]) => [{ streamArn: orders, filterPatterns }];

/** Of user-17, user-18, user-17 and user-20: JSON, a text, a gzipped text, JSON. */
const several = kinesisStream['several records'];

describe('records of a Kinesis stream', () => {
  it('start the jobs that name the stream, and no other', () => {
    const { starts } = createRouting('kinesis-stream', {
      count: [{ streamArn: clicks }],
      store: [{ streamArn: clicks, parallelizationFactor: 2 }],
      other: [{ streamArn: `${clicks}-old` }],
    });
    expect(starts(several)).toEqual({ count: [0, 1, 2, 3], store: [0, 1, 2, 3] });
  });

  it('start the job of the stream also when a consumer of its own reads them', () => {
    const { starts } = createRouting('kinesis-stream', {
      count: [{ streamArn: clicks, autoCreateConsumer: true }],
    });
    const Records = several.Records.map((record) => ({
      ...record,
      eventSourceARN: `${clicks}/consumer/jobs:1700000000`,
    }));
    expect(starts({ Records })).toEqual({ count: [0, 1, 2, 3] });
  });

  it('of a stream that no rule names are refused, with what there is instead', () => {
    const { starts } = createRouting('kinesis-stream', { count: [{ streamArn: `${clicks}-old` }] });
    expect(() => starts(several)).toThrow(
      new NoRuleError(`no rule takes it; of job count: the stream is ${clicks}, expected ${clicks}-old`),
    );
  });

  it('are not looked into where their data is packed, as Lambda does not either', () => {
    const { starts } = createRouting('kinesis-stream', {
      text: ofClicks({ data: [{ prefix: '' }] }),
      packed: ofClicks({ data: [{ prefix: 'H4sI' }] }),
    });
    expect(starts(several)).toEqual({ text: [1, 2], packed: [2] });
  });

  it('are filtered by their data, decoded: a JSON document or a text', () => {
    const { starts, judged } = createRouting('kinesis-stream', {
      page: ofClicks({ data: { page: ['/d', '/e'] } }),
      text: ofClicks({ data: [{ prefix: 'a text' }] }),
      any: ofClicks({ data: { page: ['/a'] } }, { data: { page: ['/d'] } }),
    });
    expect(starts(several)).toEqual({ page: [3], text: [1], any: [0, 3] });
    expect(judged(several)).toEqual([
      `page takes: the stream is ${clicks}, 1 of 4 records`,
      `text takes: the stream is ${clicks}, 1 of 4 records`,
      `any takes: the stream is ${clicks}, 2 of 4 records`,
    ]);
  });

  it('are filtered by their partition key, beside their data', () => {
    const { starts } = createRouting('kinesis-stream', {
      ada: ofClicks({ partitionKey: ['user-17'] }),
      grace: ofClicks({ partitionKey: ['user-17'], data: { page: ['/a'] } }),
    });
    expect(starts(several)).toEqual({ ada: [0, 2], grace: [0] });
  });

  it('that match no filter start nothing, and are no mistake', () => {
    const { starts, judged } = createRouting('kinesis-stream', {
      sensor: ofClicks({ data: { temperature: [{ exists: true }] } }),
      text: ofClicks({ data: ['a text'] }),
    });
    const bytes = kinesisStream['bytes that are no text'];
    expect(starts(bytes)).toEqual({});
    expect(judged(bytes)).toEqual([
      'sensor leaves: data.temperature is missing, expected any value',
      'text leaves: data is an object, expected "a text"',
    ]);
  });

  it('that cannot be read go to each job of the stream, whatever its filters', () => {
    const { starts } = createRouting('kinesis-stream', {
      page: ofClicks({ data: { page: ['/d'] } }),
      user: ofClicks({ partitionKey: ['user-17'] }),
    });
    const Records = several.Records.map((record, position) =>
      position === 1 ? { ...record, kinesis: { ...record.kinesis, data: '***' } } : record,
    );
    expect(starts({ Records })).toEqual({ page: [1, 3], user: [0, 1, 2] });
  });

  it('are missing at the end of a tumbling window: it starts nothing', () => {
    const { starts, judged } = createRouting('kinesis-stream', { count: [{ streamArn: clicks }] });
    const end = { ...kinesisStream['a tumbling window'], Records: [], isFinalInvokeForWindow: true };
    expect(starts(end)).toEqual({});
    expect(judged(end)).toEqual(['count leaves: there is no record in it']);
  });
});

describe('changes of a DynamoDB table', () => {
  it('start the jobs that name its stream, and no other', () => {
    const { starts } = createRouting('dynamo-db-stream', {
      copy: [{ streamArn: orders }],
      audit: [{ streamArn: orders }],
      old: [{ streamArn: orders.replace('2026', '2025') }],
    });
    expect(starts(dynamoDbStream['an insert'])).toEqual({ copy: [0], audit: [0] });
    const { starts: startsOld } = createRouting('dynamo-db-stream', {
      old: [{ streamArn: orders.replace('2026', '2025') }],
    });
    expect(() => startsOld(dynamoDbStream['an insert'])).toThrow(
      new NoRuleError(
        `no rule takes it; of job old: the stream is ${orders}, expected ${orders.replace('2026', '2025')}`,
      ),
    );
  });

  it('are filtered by their values as they come, with their types', () => {
    const { starts, judged } = createRouting('dynamo-db-stream', {
      paid: ofOrders({ dynamodb: { NewImage: { state: { S: ['paid'] } } } }),
      placed: ofOrders({ dynamodb: { NewImage: { state: { S: ['placed'] } } } }),
      untyped: ofOrders({ dynamodb: { NewImage: { state: ['paid'] } } }),
      seventh: ofOrders({ eventName: ['MODIFY'], dynamodb: { Keys: { orderId: { N: ['7'] } } } }),
      'had-no-coupon': ofOrders({ dynamodb: { OldImage: { coupon: { NULL: [true] } } } }),
    });
    const change = dynamoDbStream['a change'];
    expect(starts(change)).toEqual({ paid: [0], seventh: [0], 'had-no-coupon': [0] });
    expect(judged(change)).toContain('placed leaves: dynamodb.NewImage.state.S is "paid", expected "placed"');
  });

  it('are filtered one by one', () => {
    const { starts } = createRouting('dynamo-db-stream', {
      added: ofOrders({ eventName: ['INSERT'] }),
      gone: ofOrders({ eventName: ['REMOVE'] }),
      kept: ofOrders({ eventName: ['INSERT', 'MODIFY'] }),
    });
    const changes = dynamoDbStream['several changes, with keys only'];
    expect(starts(changes)).toEqual({ added: [0], gone: [2], kept: [0, 1] });
  });

  it('by time to live are told by who made them', () => {
    const { starts } = createRouting('dynamo-db-stream', {
      expired: ofOrders({ userIdentity: { type: ['Service'], principalId: ['dynamodb.amazonaws.com'] } }),
    });
    expect(starts(dynamoDbStream['a removal by time to live'])).toEqual({ expired: [0] });
    expect(starts(dynamoDbStream['an insert'])).toEqual({});
  });

  it('that cannot be read go to each job of the stream, whatever its filters', () => {
    const { starts } = createRouting('dynamo-db-stream', {
      added: ofOrders({ eventName: ['INSERT'] }),
      gone: ofOrders({ eventName: ['REMOVE'] }),
    });
    const [record] = dynamoDbStream['an insert'].Records;
    expect(starts({ Records: [{ ...record, eventName: 'UPSERT' }] })).toEqual({ added: [0], gone: [0] });
  });
});
