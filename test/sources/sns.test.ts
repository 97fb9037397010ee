import { describe, expect, it } from 'vitest';
import { sns } from '../../shared/sources/sns.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';
import { testEvent, toChange, topicArn, toTopicRecord } from '../support/aws-messages.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const attributes = {
  kind: { Type: 'String', Value: 'report' },
  parts: { Type: 'Number', Value: '12345678901234567890' },
  seal: { Type: 'Binary', Value: 'AP8=' },
  traceparent: { Type: 'String', Value: traceparent },
};
const plain = {
  Records: [toTopicRecord('Good morning', { Subject: 'Greeting', MessageAttributes: attributes })],
};
const json = { Records: [toTopicRecord('{"orderId":7}')] };
const fromS3 = {
  Records: [toTopicRecord(JSON.stringify({ Records: [toChange('a.jpg'), toChange('b.jpg')] }))],
};

testSource(sns, { 'a text': plain, 'a JSON document': json, 'changes in S3': fromS3 });

function recordOf(message: string, changes = {}) {
  return sns.parse({ Records: [toTopicRecord(message, changes)] }, invocation).records[0];
}

describe('a notification', () => {
  it('becomes one record', () => {
    expect(sns.parse(plain, invocation)).toEqual({
      source: 'sns',
      id: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
      sourceArn: 'arn:aws:sns:eu-west-1:123456789012:news',
      time: '2026-11-20T10:00:01.000Z',
      addressed: { source: 'sns' },
      records: [
        {
          recordId: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
          events: [
            {
              specversion: '1.0',
              id: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
              source: 'arn:aws:sns:eu-west-1:123456789012:news',
              type: 'aws.sns.notification',
              subject: 'Greeting',
              time: '2026-11-20T10:00:01.000Z',
              datacontenttype: 'application/json',
              data: {
                message: 'Good morning',
                messageAttributes: {
                  kind: { Type: 'String', Value: 'report' },
                  parts: { Type: 'Number', Value: '12345678901234567890' },
                  seal: { Type: 'Binary', Value: 'AP8=' },
                  traceparent: { Type: 'String', Value: traceparent },
                },
              },
            },
          ],
          trace: { traceparent },
        },
      ],
      claimed: { by: 'record' },
      isOrdered: false,
      payload: plain,
    });
  });

  it.each([
    ['{"orderId":7}', { orderId: 7 }],
    [' [1,2] ', [1, 2]],
    ['{"n":12345678901234567890}', { n: '12345678901234567890' }],
    ['7', '7'],
    ['null', 'null'],
    ['{"cut', '{"cut'],
    ['', ''],
  ])('has its message parsed when that is a JSON document: %s', (message, data) => {
    expect(recordOf(message)).toMatchObject({ events: [{ data: { message: data, messageAttributes: {} } }] });
  });

  it.each([[undefined], [null], ['']])('has no subject when it came with %j', (Subject) => {
    expect(recordOf('a', { Subject })).not.toHaveProperty('events.0.subject');
  });

  it('carries no trace that W3C would not take', () => {
    const broken = { traceparent: { Type: 'String', Value: traceparent.toUpperCase() } };
    expect(recordOf('a', { MessageAttributes: broken })).not.toHaveProperty('trace');
    expect(recordOf('a', { MessageAttributes: { traceparent } })).not.toHaveProperty('trace');
  });

  it('that another service sent gives what is in it', () => {
    expect(sns.parse(fromS3, invocation)).toMatchObject({
      id: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
      sourceArn: topicArn,
      time: '2026-11-20T10:00:00.500Z',
      records: [
        {
          recordId: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
          events: [
            { type: 'aws.s3.ObjectCreated:Put', source: 'arn:aws:s3:::uploads', subject: 'a.jpg' },
            { type: 'aws.s3.ObjectCreated:Put', source: 'arn:aws:s3:::uploads', subject: 'b.jpg' },
          ],
        },
      ],
    });
  });

  it('that S3 sent to try a new setting has no events, and the time of the notification', () => {
    const delivery = sns.parse({ Records: [toTopicRecord(JSON.stringify(testEvent))] }, invocation);
    expect(delivery.records).toEqual([{ recordId: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001', events: [] }]);
    expect(delivery.time).toBe('2026-11-20T10:00:01.000Z');
  });

  it.each([
    [{ Message: undefined }, 'Sns.Message is missing, expected a text'],
    [{ Timestamp: 1795168801000 }, 'Sns.Timestamp is a number, expected an ISO 8601 time'],
    [{ Subject: 7 }, 'Sns.Subject is a number, expected a text'],
    [{ MessageAttributes: [] }, 'Sns.MessageAttributes is a list, expected an object'],
  ])('is kept as it came when it can not be read: %j', (changes, error) => {
    const raw = toTopicRecord('a', changes);
    const { records } = sns.parse({ Records: [raw] }, invocation);
    expect(records).toEqual([
      {
        recordId: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
        error: expect.stringContaining(error),
        bytes: JSON.stringify(raw),
      },
    ]);
  });

  it('that can not be read is of the epoch when it has no time', () => {
    const raw = toTopicRecord('a', { Timestamp: undefined });
    expect(sns.parse({ Records: [raw] }, invocation).time).toBe('1970-01-01T00:00:00.000Z');
  });

  it.each([
    [{ Records: [{ EventSource: 'aws:sns' }] }, 'Records[0].Sns.MessageId is missing'],
    [{ Records: [toTopicRecord('a', { MessageId: '' })] }, 'Records[0].Sns.MessageId is ""'],
    [
      { Records: [toTopicRecord('a'), toTopicRecord('b', { MessageId: 7 })] },
      'Records[1].Sns.MessageId is a number, expected the id of a message',
    ],
    [{ Records: [toTopicRecord('a', { TopicArn: 'news' })] }, 'Records[0].Sns.TopicArn is "news"'],
  ])('that can not be named is refused: %#', (payload, message) => {
    expect(() => sns.parse(payload, invocation)).toThrow(EventParseError);
    expect(() => sns.parse(payload, invocation)).toThrow(message);
  });

  it('is answered with the runs, or thrown back when it could not be recorded', () => {
    const delivery = sns.parse(plain, invocation);
    const run = { job: 'report', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' } as const;
    expect(sns.answer(delivery, { dispatched: [run], unrecorded: [] })).toEqual({
      runs: [{ runId: 'k3j5h2', job: 'report', status: 'queued' }],
    });
    const unrecorded = [{ job: 'report', records: [0], error: new Error('ledger down') }];
    expect(() => sns.answer(delivery, { dispatched: [], unrecorded })).toThrow('ledger down');
    expect(() => sns.refuse(new Error('ledger down'), plain)).toThrow('ledger down');
  });
});
