import { describe, expect, it } from 'vitest';
import { dynamoDbStream } from '../../shared/sources/dynamo-db-stream.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const streamArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-01T08:00:00.000';

const change = {
  ApproximateCreationDateTime: 1795168800,
  Keys: { Id: { S: 'order-7' } },
  NewImage: { Id: { S: 'order-7' }, Total: { N: '19.5' } },
  SequenceNumber: '100000000000000000000001',
  SizeBytes: 40,
  StreamViewType: 'NEW_AND_OLD_IMAGES',
};

function record(eventID: string | null, changes: object = {}, dynamodb: object = {}) {
  return {
    eventID,
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    eventSourceARN: streamArn,
    awsRegion: 'eu-west-1',
    dynamodb: { ...change, ...dynamodb },
    ...changes,
  };
}

const windowed = {
  window: { start: '2026-11-20T10:00:00Z', end: '2026-11-20T10:02:00Z' },
  state: {},
  shardId: 'shardId-00000001795168800000-abcdef12',
  eventSourceARN: streamArn,
  isFinalInvokeForWindow: true,
  isWindowTerminatedEarly: false,
};

const ofEveryType = {
  Text: { S: '' },
  Number: { N: '-7.25' },
  Binary: { B: '/wA=' },
  Flag: { BOOL: false },
  Nothing: { NULL: true },
  Texts: { SS: ['a', 'b'] },
  Numbers: { NS: ['1', '12345678901234567890'] },
  Binaries: { BS: ['/wA=', ''] },
  Map: { M: { Inner: { L: [{ S: 'a' }, { M: {} }, { L: [] }] } } },
};

testSource(dynamoDbStream, {
  'two changes': { Records: [record('1f', {}, { NewImage: ofEveryType }), record('2e')] },
  'a tumbling window': { Records: [record('1f')], ...windowed },
  'the end of a tumbling window': { Records: [], ...windowed },
});

function parse(...records: readonly unknown[]) {
  return dynamoDbStream.parse({ Records: records }, invocation);
}

/** The one event of one record. */
function eventOf(raw: unknown) {
  const [parsed] = parse(raw).records;
  if (parsed === undefined || 'error' in parsed) throw new Error(parsed?.error ?? 'no record');
  return parsed.events[0];
}

describe('the source dynamo-db-stream', () => {
  it('makes of each change one event', () => {
    const payload = { Records: [record('1f')] };
    expect(dynamoDbStream.parse(payload, invocation)).toEqual({
      source: 'dynamo-db-stream',
      id: '1f',
      sourceArn: streamArn,
      time: '2026-11-20T10:00:00.000Z',
      addressed: { source: 'dynamo-db-stream' },
      claimed: { by: 'record' },
      isOrdered: true,
      payload,
      records: [
        {
          recordId: '1f',
          itemIdentifier: '100000000000000000000001',
          events: [
            {
              specversion: '1.0',
              id: '1f',
              source: streamArn,
              type: 'aws.dynamodb.INSERT',
              time: '2026-11-20T10:00:00.000Z',
              datacontenttype: 'application/json',
              data: {
                eventName: 'INSERT',
                keys: { Id: 'order-7' },
                newImage: { Id: 'order-7', Total: 19.5 },
                oldImage: null,
                sequenceNumber: '100000000000000000000001',
                ttl: false,
              },
            },
          ],
        },
      ],
    });
  });

  it('takes values out of their types', () => {
    expect(eventOf(record('1f', {}, { NewImage: ofEveryType }))?.data['newImage']).toEqual({
      Text: '',
      Number: -7.25,
      Binary: { base64: '/wA=' },
      Flag: false,
      Nothing: null,
      Texts: ['a', 'b'],
      Numbers: [1, '12345678901234567890'],
      Binaries: [{ base64: '/wA=' }, { base64: '' }],
      Map: { Inner: ['a', {}, []] },
    });
  });

  it('keeps an attribute that is called __proto__', () => {
    const image = JSON.parse('{"__proto__":{"S":"a"},"Map":{"M":{"__proto__":{"N":"7"}}}}');
    const data = eventOf(record('1f', {}, { NewImage: image }))?.data;
    expect(JSON.stringify(data?.['newImage'])).toBe('{"__proto__":"a","Map":{"__proto__":7}}');
  });

  it.each([
    ['7', 7],
    ['-0', 0],
    ['0.1', 0.1],
    ['1E+3', 1000],
    ['9007199254740993', '9007199254740993'],
    ['0.1234567890123456789012345678901234567', '0.1234567890123456789012345678901234567'],
    [`1${'0'.repeat(125)}`, 1e125],
  ])('loses no digit of the number %s', (text, expected) => {
    const { data } = eventOf(record('1f', {}, { Keys: { Id: { N: text } } })) ?? {};
    expect(data?.['keys']).toEqual({ Id: expected });
  });

  it('marks what was deleted because it had expired', () => {
    const identity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    const images = { NewImage: undefined, OldImage: { Id: { S: 'order-7' } } };
    const expired = record('1f', { eventName: 'REMOVE', userIdentity: identity }, images);
    expect(eventOf(expired)).toMatchObject({
      type: 'aws.dynamodb.REMOVE',
      data: { eventName: 'REMOVE', newImage: null, oldImage: { Id: 'order-7' }, ttl: true },
    });
    const other = { type: 'Service', principalId: 'replication.dynamodb.amazonaws.com' };
    expect(eventOf({ ...expired, userIdentity: other })?.data['ttl']).toBe(false);
    expect(eventOf({ ...expired, userIdentity: null })?.data['ttl']).toBe(false);
  });

  it.each([
    ['seconds', 1795168800, '2026-11-20T10:00:00.000Z'],
    ['seconds with a fraction', 1795168800.25, '2026-11-20T10:00:00.250Z'],
    ['milliseconds', 1795168800250, '2026-11-20T10:00:00.250Z'],
    ['nothing, as samples of AWS have it', undefined, '1970-01-01T00:00:00.000Z'],
  ])('reads a time in %s', (_name, time, expected) => {
    const delivery = parse(record('1f', {}, { ApproximateCreationDateTime: time }));
    expect(delivery.time).toBe(expected);
    expect(delivery.records[0]).toMatchObject({ events: [{ time: expected }] });
  });

  it.each([
    ['a value of no type', { Id: {} }, 'dynamodb.NewImage.Id is of no type, expected one'],
    [
      'a value of two types',
      { Id: { S: 'a', N: '1' } },
      'dynamodb.NewImage.Id is of several types, expected one',
    ],
    [
      'a value of another type',
      { Id: { X: 'a' } },
      'dynamodb.NewImage.Id is of the type "X", expected S, N, B, SS, NS, BS, M, L, BOOL or NULL',
    ],
    [
      'a value without a type',
      { Id: 'a' },
      'dynamodb.NewImage.Id is a string, expected a value with its type',
    ],
    ['a text that is a number', { Id: { S: 1 } }, 'dynamodb.NewImage.Id is a number, expected a text'],
    [
      'a number that is none',
      { Id: { N: 'NaN' } },
      'dynamodb.NewImage.Id is "NaN", expected a decimal number',
    ],
    [
      'a number that is too long',
      { Id: { N: `1${'0'.repeat(200)}` } },
      `dynamodb.NewImage.Id is "1${'0'.repeat(79)}", expected a decimal number`,
    ],
    [
      'a binary that is not base64',
      { Id: { B: 'a' } },
      'dynamodb.NewImage.Id is a text of 1 characters, expected base64',
    ],
    ['a flag in words', { Id: { BOOL: 'true' } }, 'dynamodb.NewImage.Id is a string, expected true or false'],
    [
      'a null that is none',
      { Id: { NULL: false } },
      'dynamodb.NewImage.Id is a boolean, expected true, which stands for null',
    ],
    ['a set that is no list', { Id: { SS: 'a' } }, 'dynamodb.NewImage.Id is a string, expected a list'],
    [
      'a wrong number deep inside',
      { Map: { M: { List: { L: [{ S: 'a' }, { NS: ['1', 'b'] }] } } } },
      'dynamodb.NewImage.Map.List[1][1] is "b", expected a decimal number',
    ],
    [
      'a name that has quotes in it',
      { 'a" is': { M: { 'b c': { N: 'd' } } } },
      'dynamodb.NewImage["a\\" is"]["b c"] is "d", expected a decimal number',
    ],
    ['an image that is a list', [], 'dynamodb.NewImage is a list, expected an object'],
  ])('keeps a change with %s, and reads those beside it', (_name, NewImage, error) => {
    const bad = record('1f', {}, { NewImage });
    expect(parse(bad, record('2e')).records).toMatchObject([
      {
        recordId: '1f',
        itemIdentifier: '100000000000000000000001',
        error,
        bytes: JSON.stringify(bad),
      },
      { recordId: '2e', events: [{ id: '2e' }] },
    ]);
  });

  it('reads values nested 64 levels deep, and keeps a change with deeper ones', () => {
    const nested = (levels: number) =>
      JSON.parse(`${'{"L":['.repeat(levels)}{"S":"a"}${']}'.repeat(levels)}`);
    const list = JSON.parse(`${'['.repeat(64)}"a"${']'.repeat(64)}`);
    expect(eventOf(record('1f', {}, { NewImage: { a: nested(64) } }))?.data['newImage']).toEqual({ a: list });
    expect(parse(record('1f', {}, { NewImage: { a: nested(65) } })).records[0]).toMatchObject({
      error: `dynamodb.NewImage.a${'[0]'.repeat(64)} is nested too deeply, expected at most 64 levels`,
    });
    expect(parse(record('1f', {}, { NewImage: { a: nested(20_000) } })).records[0]).toHaveProperty('error');
  });

  it.each([
    ['no eventID', { eventID: null }, {}, 'eventID is missing, expected a text'],
    [
      'another eventName',
      { eventName: 'UPSERT' },
      {},
      'eventName is "UPSERT", expected INSERT, MODIFY or REMOVE',
    ],
    ['no keys', {}, { Keys: null }, 'dynamodb.Keys is missing, expected an object'],
    [
      'a time that is none',
      {},
      { ApproximateCreationDateTime: -1 },
      'dynamodb.ApproximateCreationDateTime is -1, expected a time in epoch seconds',
    ],
    ['no stream', { eventSourceARN: null }, {}, 'eventSourceARN is missing, expected a text'],
  ])('keeps a change with %s, and reads those beside it', (_name, changes, dynamodb, error) => {
    const bad = record('1f', changes, dynamodb);
    const { records, sourceArn, time } = parse(bad, record('2e'));
    expect(records).toMatchObject([
      {
        recordId: bad.eventID ?? '100000000000000000000001',
        itemIdentifier: '100000000000000000000001',
        error,
        bytes: JSON.stringify(bad),
      },
      { recordId: '2e', events: [{ id: '2e' }] },
    ]);
    expect([sourceArn, time]).toEqual([streamArn, '2026-11-20T10:00:00.000Z']);
  });

  it('refuses a payload in which a record has no sequence number, for it could not be told of', () => {
    expect(() => parse(record('1f'), record('2e', {}, { SequenceNumber: undefined }))).toThrow(
      new EventParseError(
        'dynamo-db-stream',
        'Records[1].dynamodb.SequenceNumber is missing, expected 1 to 129 decimal digits',
      ),
    );
    expect(() => parse(record('1f', { dynamodb: 'a' }))).toThrow(
      'dynamo-db-stream: Records[0].dynamodb is a string, expected an object',
    );
  });

  it('starts nothing with the end of a tumbling window that has no records', () => {
    const delivery = dynamoDbStream.parse({ Records: [], ...windowed }, invocation);
    expect(delivery).toMatchObject({ sourceArn: streamArn, time: '2026-11-20T10:00:00.000Z', records: [] });
  });

  it('has the shard read again from the lowest sequence number that could not be recorded', () => {
    const delivery = parse(
      record('1f', {}, { SequenceNumber: '99' }),
      record('2e', {}, { SequenceNumber: '100' }),
      record('3d', {}, { SequenceNumber: '101' }),
    );
    const unrecorded = [{ job: 'a', records: [1, 2], error: new Error('the ledger is down') }];
    expect(dynamoDbStream.answer(delivery, { dispatched: [], unrecorded })).toEqual({
      batchItemFailures: [{ itemIdentifier: '100' }],
    });
    expect(dynamoDbStream.answer(delivery, { dispatched: [], unrecorded: [] })).toEqual({
      batchItemFailures: [],
    });
  });

  it('has the whole payload come again when none of it was taken', () => {
    const error = new Error('the ledger is down');
    expect(() => dynamoDbStream.refuse(error, {})).toThrow(error);
  });
});
