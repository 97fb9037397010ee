import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cloudwatchLog } from '../../shared/sources/cloudwatch-log.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const logGroupArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/thumbnails';
const first = '38500000000000000000000000000000000000000000000000000001';
const second = '38500000000000000000000000000000000000000000000000000002';

const batch = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: '/aws/lambda/thumbnails',
  logStream: '2026/11/20/[$LATEST]0a1b',
  subscriptionFilters: ['errors'],
  logEvents: [
    {
      id: first,
      timestamp: Date.UTC(2026, 10, 20, 10),
      message: '{"level":"error","id":12345678901234567890}',
    },
    { id: second, timestamp: Date.UTC(2026, 10, 20, 10, 0, 1, 5), message: 'ERROR no such image\n' },
  ],
};

const control = {
  messageType: 'CONTROL_MESSAGE',
  owner: 'CloudwatchLogs',
  logGroup: '',
  logStream: '',
  subscriptionFilters: [],
  logEvents: [
    { id: '', timestamp: Date.UTC(2026, 10, 20, 10), message: 'CWL CONTROL MESSAGE: Checking health.' },
  ],
};

function packed(content: unknown, pack: (text: string) => Buffer = gzipSync) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return { awslogs: { data: pack(text).toString('base64') } };
}

function parse(content: unknown) {
  return cloudwatchLog.parse(packed(content), invocation);
}

testSource(cloudwatchLog, {
  'two lines': packed(batch),
  'two lines by zlib': packed(batch, deflateSync),
  'a control message': packed(control),
});

describe('the source cloudwatch-log', () => {
  it('makes of each line one event, and keeps it as it came for filters', () => {
    const payload = packed(batch);
    expect(cloudwatchLog.parse(payload, invocation)).toEqual({
      source: 'cloudwatch-log',
      id: 'dabfe731bfafb8f0521bf53e7162fd22',
      sourceArn: logGroupArn,
      time: '2026-11-20T10:00:00.000Z',
      addressed: { source: 'cloudwatch-log', subscriptionFilters: ['errors'] },
      claimed: { by: 'record' },
      isOrdered: false,
      payload,
      records: [
        {
          recordId: first,
          text: '{"level":"error","id":12345678901234567890}',
          events: [
            {
              specversion: '1.0',
              id: first,
              source: logGroupArn,
              type: 'aws.logs.event',
              subject: '2026/11/20/[$LATEST]0a1b',
              time: '2026-11-20T10:00:00.000Z',
              datacontenttype: 'application/json',
              data: {
                message: { level: 'error', id: '12345678901234567890' },
                logGroup: '/aws/lambda/thumbnails',
                logStream: '2026/11/20/[$LATEST]0a1b',
                timestamp: 1795168800000,
              },
            },
          ],
        },
        {
          recordId: second,
          text: 'ERROR no such image\n',
          events: [
            {
              specversion: '1.0',
              id: second,
              source: logGroupArn,
              type: 'aws.logs.event',
              subject: '2026/11/20/[$LATEST]0a1b',
              time: '2026-11-20T10:00:01.005Z',
              datacontenttype: 'application/json',
              data: {
                message: 'ERROR no such image\n',
                logGroup: '/aws/lambda/thumbnails',
                logStream: '2026/11/20/[$LATEST]0a1b',
                timestamp: 1795168801005,
              },
            },
          ],
        },
      ],
    });
  });

  it('makes the same of gzip and of zlib', () => {
    const byZlib = cloudwatchLog.parse(packed(batch, deflateSync), invocation);
    expect({ ...byZlib, payload: null }).toEqual({ ...parse(batch), payload: null });
  });

  it('gives a delivery of other lines, or of another stream, another id', () => {
    const ids = [
      parse(batch),
      parse({ ...batch, logEvents: batch.logEvents.slice(0, 1) }),
      parse({ ...batch, logStream: 'another' }),
      parse({ ...batch, logGroup: 'another' }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  it("takes the log group to be in its function's partition and Region", () => {
    const functionArn = 'arn:aws-cn:lambda:cn-north-1:123456789012:function:media-trigger';
    expect(cloudwatchLog.parse(packed(batch), { ...invocation, functionArn }).sourceArn).toBe(
      'arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/thumbnails',
    );
    expect(cloudwatchLog.parse(packed(batch), { ...invocation, functionArn: '' }).sourceArn).toBe(
      'arn:aws:logs:local:123456789012:log-group:/aws/lambda/thumbnails',
    );
  });

  it('starts nothing with a control message', () => {
    expect(parse(control)).toMatchObject({ records: [], claimed: { by: 'record' } });
    expect(parse({ messageType: 'CONTROL_MESSAGE' }).records).toEqual([]);
  });

  const [line] = batch.logEvents;
  it.each([
    ['no message', { ...line, message: null }, 'message is missing, expected a text'],
    ['a message that is no text', { ...line, message: {} }, 'message is an object, expected a text'],
    [
      'no timestamp',
      { ...line, timestamp: undefined },
      'timestamp is missing, expected a time in epoch milliseconds',
    ],
    [
      'a timestamp that is no time',
      { ...line, timestamp: 1e300 },
      'timestamp is 1e+300, expected a time in epoch milliseconds',
    ],
  ])('keeps a line with %s, and reads those beside it', (_name, bad, error) => {
    const { records, time } = parse({ ...batch, logEvents: [bad, batch.logEvents[1]] });
    expect(records).toEqual([
      { recordId: first, error, bytes: JSON.stringify(bad) },
      parse(batch).records[1],
    ]);
    expect(time).toBe('2026-11-20T10:00:01.005Z');
  });

  it('keeps a line without an id, and names it after its delivery', () => {
    const nameless = { ...line, id: undefined };
    const twice = { ...batch, logEvents: [nameless, batch.logEvents[1], nameless] };
    const { records } = parse(twice);
    expect(records.map((record) => 'error' in record && record.error)).toEqual([
      'id is missing, expected the id of a log event',
      false,
      'id is missing, expected the id of a log event',
    ]);
    const ids = records.map(({ recordId }) => recordId);
    expect(ids).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}#0$/),
      second,
      expect.stringMatching(/^[0-9a-f]{64}#2$/),
    ]);
    expect(parse(twice).records.map(({ recordId }) => recordId)).toEqual(ids);
    const other = parse({ ...twice, subscriptionFilters: ['others'] });
    expect(other.records[0]?.recordId).not.toBe(ids[0]);
  });

  it.each([
    [
      'an SQS event',
      { Records: [{ eventSource: 'aws:sqs' }] },
      'the payload looks like an SQS event, expected a CloudWatch Logs event',
    ],
    ['nothing', null, 'the payload is missing, expected an object'],
    ['no awslogs', {}, 'awslogs is missing, expected an object'],
    ['no data', { awslogs: {} }, 'awslogs.data is missing, expected a text'],
    [
      'data that are not base64',
      { awslogs: { data: '{}' } },
      'awslogs.data is a text of 2 characters, expected base64',
    ],
    [
      'data that are not packed',
      { awslogs: { data: Buffer.from('{}').toString('base64') } },
      'awslogs.data is broken, or is packed neither by gzip nor by zlib',
    ],
    [
      'data that are cut off',
      { awslogs: { data: gzipSync('{}').subarray(0, 20).toString('base64') } },
      'awslogs.data is broken, or is packed neither by gzip nor by zlib',
    ],
    [
      'data that unpack to more than there is room for',
      { awslogs: { data: gzipSync(Buffer.alloc(32 * 1024 * 1024 + 1)).toString('base64') } },
      'the packed data of the delivery unpack to more than 33554432 bytes',
    ],
    [
      'data that are not UTF-8',
      { awslogs: { data: gzipSync(Buffer.from([0xff])).toString('base64') } },
      'awslogs.data is not UTF-8',
    ],
    ['data that are not JSON', packed('{'), 'awslogs.data is not the JSON of an object'],
    ['data that are a list', packed('[]'), 'awslogs.data is not the JSON of an object'],
    [
      'another type of message',
      packed({ ...batch, messageType: 'OTHER' }),
      'messageType is "OTHER", expected DATA_MESSAGE or CONTROL_MESSAGE',
    ],
    ['no owner', packed({ ...batch, owner: null }), 'owner is missing, expected a text'],
    ['no log group', packed({ ...batch, logGroup: null }), 'logGroup is missing, expected a text'],
    [
      'an empty log stream',
      packed({ ...batch, logStream: '' }),
      'logGroup or logStream is empty, expected the names of both',
    ],
    [
      'no filters',
      packed({ ...batch, subscriptionFilters: 'errors' }),
      'subscriptionFilters is a string, expected a list of at most 200000 texts',
    ],
    [
      'no lines',
      packed({ ...batch, logEvents: null }),
      'logEvents is missing, expected a list of at most 200000 objects',
    ],
    [
      'more lines than can be',
      packed({ ...batch, logEvents: Array(200_001).fill({}) }),
      'logEvents is a list of 200001, expected a list of at most 200000 objects',
    ],
    [
      'a line that is none',
      packed({ ...batch, logEvents: [line, null] }),
      'logEvents is a list of 2, expected a list of at most 200000 objects',
    ],
  ])('refuses %s', (_name, payload, problem) => {
    expect(() => cloudwatchLog.parse(payload, invocation)).toThrow(
      new EventParseError('cloudwatch-log', problem),
    );
  });

  it('throws what could not be recorded, so that Lambda delivers it again', () => {
    const delivery = parse(batch);
    const error = new Error('the ledger is down');
    const run = { job: 'a', runId: 'r', status: 'queued', outcome: 'accepted' } as const;
    const unrecorded = [{ job: 'b', records: [1], error }];
    expect(() => cloudwatchLog.answer(delivery, { dispatched: [run], unrecorded })).toThrow(error);
    expect(cloudwatchLog.answer(delivery, { dispatched: [run], unrecorded: [] })).toEqual({
      runs: [{ runId: 'r', job: 'a', status: 'queued' }],
    });
    expect(() => cloudwatchLog.refuse(error, {})).toThrow(error);
  });
});
