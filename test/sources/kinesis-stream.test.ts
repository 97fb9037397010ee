import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kinesisStream } from '../../shared/sources/kinesis-stream.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const first = '49640000000000000000000000000000000000000000000000000001';
const second = '49640000000000000000000000000000000000000000000000000012';

function record(sequenceNumber: string, data: string | Buffer, changes: object = {}) {
  return {
    eventID: `shardId-000000000007:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventVersion: '1.0',
    eventSource: 'aws:kinesis',
    eventSourceARN: streamArn,
    awsRegion: 'eu-west-1',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/clicks-trigger',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'visitor-7',
      sequenceNumber,
      data: Buffer.from(data).toString('base64'),
      approximateArrivalTimestamp: 1795168800.125,
    },
    ...changes,
  };
}

const aggregate = Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), Buffer.alloc(24, 1)]);
const windowed = {
  window: { start: '2026-11-20T10:00:00Z', end: '2026-11-20T10:02:00Z' },
  state: { clicks: 7 },
  shardId: 'shardId-000000000007',
  eventSourceARN: streamArn,
  isFinalInvokeForWindow: true,
  isWindowTerminatedEarly: false,
};

testSource(kinesisStream, {
  'two records': { Records: [record(first, '{"page":"/"}'), record(second, 'a line')] },
  'a gzip, an aggregate and bytes': {
    Records: [
      record('1', gzipSync('{"page":"/"}')),
      record('2', aggregate),
      record('3', Buffer.from([0xff, 0x00])),
    ],
  },
  'a tumbling window': { Records: [record(first, 'a line')], ...windowed },
  'the end of a tumbling window': { Records: [], ...windowed },
});

function parse(...records: readonly unknown[]) {
  return kinesisStream.parse({ Records: records }, invocation);
}

/** The data of one record's event. */
function dataOf(data: string | Buffer) {
  const [parsed] = parse(record(first, data)).records;
  if (parsed === undefined || 'error' in parsed) throw new Error(parsed?.error ?? 'no record');
  return parsed.events[0]?.data;
}

describe('the source kinesis-stream', () => {
  it('makes of each record one event, with its place in the shard', () => {
    const payload = { Records: [record(first, '{"page":"/"}'), record(second, 'a line')] };
    expect(kinesisStream.parse(payload, invocation)).toEqual({
      source: 'kinesis-stream',
      id: 'e7abf4f15253517df0857511f53e9707',
      sourceArn: streamArn,
      time: '2026-11-20T10:00:00.125Z',
      addressed: { source: 'kinesis-stream' },
      claimed: { by: 'record' },
      isOrdered: true,
      payload,
      records: [
        {
          recordId: `shardId-000000000007:${first}`,
          itemIdentifier: first,
          place: { shard: `${streamArn}/shardId-000000000007`, sequenceNumber: first },
          events: [
            {
              specversion: '1.0',
              id: `shardId-000000000007:${first}`,
              source: streamArn,
              type: 'aws.kinesis.record',
              subject: 'visitor-7',
              time: '2026-11-20T10:00:00.125Z',
              datacontenttype: 'application/json',
              data: { data: { page: '/' }, partitionKey: 'visitor-7', sequenceNumber: first },
            },
          ],
        },
        {
          recordId: `shardId-000000000007:${second}`,
          itemIdentifier: second,
          place: { shard: `${streamArn}/shardId-000000000007`, sequenceNumber: second },
          events: [
            {
              specversion: '1.0',
              id: `shardId-000000000007:${second}`,
              source: streamArn,
              type: 'aws.kinesis.record',
              subject: 'visitor-7',
              time: '2026-11-20T10:00:00.125Z',
              datacontenttype: 'application/json',
              data: { data: 'a line', partitionKey: 'visitor-7', sequenceNumber: second },
            },
          ],
        },
      ],
    });
  });

  it('takes a record that is read by a consumer of its own for the same one', () => {
    const consumerArn = `${streamArn}/consumer/media:1795168800`;
    const delivery = parse(record(first, 'a line', { eventSourceARN: consumerArn }));
    expect(delivery).toEqual({ ...parse(record(first, 'a line')), payload: delivery.payload });
  });

  it.each([
    ['JSON', '{"page":"/"}', { page: '/' }],
    ['a number', '7', '7'],
    ['nothing', '', ''],
    ['bytes', Buffer.from([0xff, 0x00]), { base64: '/wA=' }],
    ['a gzip of JSON', gzipSync('[1,12345678901234567890]'), [1, '12345678901234567890']],
    ['a gzip of text', gzipSync('a line'), 'a line'],
  ])('unpacks %s', (_name, data, expected) => {
    expect(dataOf(data)).toEqual({ data: expected, partitionKey: 'visitor-7', sequenceNumber: first });
  });

  it('passes on a gzip that is broken, or has no text in it, as it came', () => {
    const broken = gzipSync('a line').subarray(0, 20);
    expect(dataOf(broken)?.['data']).toEqual({ base64: broken.toString('base64') });
    const image = gzipSync(Buffer.from([0xff, 0xd8, 0xff]));
    expect(dataOf(image)?.['data']).toEqual({ base64: image.toString('base64') });
  });

  it('passes on what the Kinesis Producer Library put together, and says so', () => {
    expect(dataOf(aggregate)).toEqual({
      data: { base64: '84mawgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==' },
      partitionKey: 'visitor-7',
      sequenceNumber: first,
      aggregated: 'kpl',
    });
    expect(dataOf(aggregate.subarray(0, 19))).toEqual({
      data: { base64: aggregate.subarray(0, 19).toString('base64') },
      partitionKey: 'visitor-7',
      sequenceNumber: first,
    });
  });

  it('passes a record on as it came that unpacks to more than there is room for, and reads those beside it', () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1024 * 1024 + 1));
    const { records, time } = parse(record(first, bomb), record(second, gzipSync('a line')));
    const [packed] = records;
    const data = packed !== undefined && 'events' in packed ? packed.events[0]?.data['data'] : undefined;
    expect(data).toEqual({ base64: bomb.toString('base64') });
    expect(records[1]).toMatchObject({ events: [{ data: { data: 'a line' } }] });
    expect(time).toBe('2026-11-20T10:00:00.125Z');
  });

  const { kinesis } = record(first, 'a line');
  it.each([
    ['no eventID', { eventID: null }, 'eventID is missing, expected a text'],
    [
      'the eventID of another record',
      { eventID: `shardId-000000000007:${second}` },
      `eventID is "shardId-000000000007:${second}", expected a shard's id, ":" and the sequence number`,
    ],
    [
      'an eventID without a shard',
      { eventID: `:${first}` },
      `eventID is ":${first}", expected a shard's id, ":" and the sequence number`,
    ],
    [
      'data that are not base64',
      { kinesis: { ...kinesis, data: 'a line' } },
      'kinesis.data is a text of 6 characters, expected base64',
    ],
    ['no data', { kinesis: { ...kinesis, data: null } }, 'kinesis.data is missing, expected a text'],
    [
      'an empty partition key',
      { kinesis: { ...kinesis, partitionKey: '' } },
      'kinesis.partitionKey is empty, expected a text',
    ],
    [
      'a time in words',
      { kinesis: { ...kinesis, approximateArrivalTimestamp: 'noon' } },
      'kinesis.approximateArrivalTimestamp is a string, expected a time in epoch seconds',
    ],
    ['no stream', { eventSourceARN: '' }, 'eventSourceARN is empty, expected a text'],
  ])('keeps a record with %s, and reads those beside it', (_name, changes, error) => {
    const bad = record(first, 'a line', changes);
    const { records, sourceArn, isOrdered } = parse(bad, record(second, 'a line'));
    expect(records[0]).toEqual({
      recordId: bad.eventID ?? first,
      itemIdentifier: first,
      error,
      bytes: JSON.stringify(bad),
    });
    expect(records[1]).toMatchObject({ recordId: `shardId-000000000007:${second}`, events: [{}] });
    expect([sourceArn, isOrdered]).toEqual([streamArn, true]);
  });

  it.each([
    ['no sequence number', null, 'missing, expected 1 to 129 decimal digits'],
    ['an empty one', '', '"", expected 1 to 129 decimal digits'],
    ['one that is no number', '49e1', '"49e1", expected 1 to 129 decimal digits'],
    ['one that is too long', '1'.repeat(130), `"${'1'.repeat(80)}", expected 1 to 129 decimal digits`],
    ['one with a leading zero', '07', '"07", expected no leading zeros'],
  ])('refuses a payload in which a record has %s, for it could not be told of', (_name, found, problem) => {
    const nameless = record(second, 'a line', { kinesis: { ...kinesis, sequenceNumber: found } });
    expect(() => parse(record(first, 'a line'), nameless)).toThrow(
      new EventParseError('kinesis-stream', `Records[1].kinesis.sequenceNumber is ${problem}`),
    );
  });

  it('refuses records of a stream that no record names', () => {
    expect(() => parse(record(first, 'a line', { eventSourceARN: null }))).toThrow(
      'kinesis-stream: Records[0].eventSourceARN is missing, expected a text',
    );
  });

  it('starts nothing with the end of a tumbling window that has no records', () => {
    const payload = { Records: [], ...windowed };
    expect(kinesisStream.parse(payload, invocation)).toMatchObject({
      sourceArn: streamArn,
      time: '2026-11-20T10:00:00.000Z',
      records: [],
    });
  });

  it.each([
    ['no window', { window: undefined }],
    ['a window of no time', { window: { start: 'noon' } }],
    ['no shard', { shardId: undefined }],
    ['a table instead of a stream', { eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/a' }],
  ])('refuses no records with %s', (_name, changes) => {
    expect(() => kinesisStream.parse({ Records: [], ...windowed, ...changes }, invocation)).toThrow(
      EventParseError,
    );
  });

  it('has the shard read again from the lowest sequence number that could not be recorded', () => {
    const delivery = parse(record('9', 'a'), record('10', 'b'), record('11', 'c'));
    const error = new Error('the ledger is down');
    const unrecorded = [
      { job: 'a', records: [2], error },
      { job: 'b', records: [1, 2], error },
    ];
    expect(kinesisStream.answer(delivery, { dispatched: [], unrecorded })).toEqual({
      batchItemFailures: [{ itemIdentifier: '10' }],
    });
    expect(kinesisStream.answer(delivery, { dispatched: [], unrecorded: [] })).toEqual({
      batchItemFailures: [],
    });
  });

  it('has the whole payload come again when none of it was taken', () => {
    const error = new Error('the ledger is down');
    expect(() => kinesisStream.refuse(error, {})).toThrow(error);
  });
});
