import { describe, expect, it } from 'vitest';
import type { Routed } from '../../shared/sources/source.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invocation, testSource } from '../contract/source.ts';
import {
  queueArn,
  testEvent,
  toBusEvent,
  toChange,
  toNotification,
  toQueueMessage,
} from '../support/aws-messages.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const otherTraceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';
const xRay = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

function batch(...bodies: readonly string[]) {
  return { Records: bodies.map((body, at) => toQueueMessage(body, { messageId: `message-${at}` })) };
}

function fifo(...bodies: readonly string[]) {
  const eventSourceARN = `${queueArn}.fifo`;
  return {
    Records: bodies.map((body, at) => {
      const { attributes } = toQueueMessage(body);
      const ordered = { ...attributes, SequenceNumber: `1885${at}`, MessageGroupId: 'customer-7' };
      return toQueueMessage(body, { messageId: `message-${at}`, eventSourceARN, attributes: ordered });
    }),
  };
}

const one = { Records: [toQueueMessage('{"orderId":7}')] };

testSource(sqs, {
  'a message': one,
  'a batch': batch('a', 'b', '[1]'),
  'messages of a FIFO queue': fifo('a', 'b'),
  'a change in S3 by way of a topic': batch(
    JSON.stringify(toNotification(JSON.stringify({ Records: [toChange('a+b.jpg')] }))),
    JSON.stringify(toBusEvent({ orderId: 7 })),
  ),
});

function recordOf(body: string, changes = {}) {
  return sqs.parse({ Records: [toQueueMessage(body, changes)] }, invocation).records[0];
}

function withAttributes(changes: object) {
  return { attributes: { ...toQueueMessage('').attributes, ...changes } };
}

describe('a message', () => {
  it('becomes one record', () => {
    expect(sqs.parse(one, invocation)).toEqual({
      source: 'sqs',
      id: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001',
      sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
      time: '2026-11-20T10:00:00.123Z',
      addressed: { source: 'sqs' },
      records: [
        {
          recordId: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001',
          events: [
            {
              specversion: '1.0',
              id: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001',
              source: 'arn:aws:sqs:eu-west-1:123456789012:orders',
              type: 'aws.sqs.message',
              time: '2026-11-20T10:00:00.123Z',
              datacontenttype: 'application/json',
              data: {
                body: { orderId: 7 },
                attributes: {
                  ApproximateReceiveCount: '2',
                  SentTimestamp: '1795168800123',
                  SenderId: 'AROAEXAMPLE:producer',
                  ApproximateFirstReceiveTimestamp: '1795168800456',
                },
                messageAttributes: {},
              },
            },
          ],
        },
      ],
      claimed: { by: 'record' },
      isOrdered: false,
      payload: one,
    });
  });

  it('keeps its attributes as they came, binary ones in base64', () => {
    const messageAttributes = {
      kind: { dataType: 'String', stringValue: 'report', stringListValues: [], binaryListValues: [] },
      parts: { dataType: 'Number.big', stringValue: '12345678901234567890' },
      seal: { dataType: 'Binary', binaryValue: 'AP8=' },
    };
    expect(recordOf('a', { messageAttributes })).toMatchObject({ events: [{ data: { messageAttributes } }] });
    expect(recordOf('a', { messageAttributes: undefined })).toMatchObject({
      events: [{ data: { messageAttributes: {} } }],
    });
  });

  it.each([
    ['[1,2]', [1, 2]],
    ['\n{"n":0.1234567890123456789}', { n: '0.1234567890123456789' }],
    ['{"__proto__":{"isAdmin":true}}', JSON.parse('{"__proto__":{"isAdmin":true}}')],
    ['12', '12'],
    ['true', 'true'],
    ['"quoted"', '"quoted"'],
    ['[1,', '[1,'],
    [`${'['.repeat(300)}${']'.repeat(300)}`, `${'['.repeat(300)}${']'.repeat(300)}`],
    ['', ''],
  ])('has its body parsed when that is a JSON document: %s', (body, data) => {
    const record = recordOf(body);
    expect(record).toHaveProperty('events.0.data.body', data);
    expect(JSON.stringify(record)).toContain(JSON.stringify(data));
  });

  it('is about its message group, when it has one', () => {
    expect(sqs.parse(fifo('a'), invocation).records[0]).toHaveProperty('events.0.subject', 'customer-7');
    expect(recordOf('a', withAttributes({ MessageGroupId: '' }))).not.toHaveProperty('events.0.subject');
  });

  it('carries the trace of its sender before that of X-Ray', () => {
    const attribute = { dataType: 'String', stringValue: traceparent };
    const traced = {
      messageAttributes: { traceparent: attribute },
      ...withAttributes({ AWSTraceHeader: xRay }),
    };
    expect(recordOf('a', traced)).toHaveProperty('trace', { traceparent });
    expect(recordOf('a', withAttributes({ AWSTraceHeader: xRay }))).toHaveProperty('trace', {
      traceparent: '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
    });
    expect(recordOf('a')).not.toHaveProperty('trace');
    expect(recordOf('a', { messageAttributes: { traceparent: 'b' } })).not.toHaveProperty('trace');
  });

  it('carries the tracestate of its traceparent, and no other', () => {
    const attribute = (stringValue: string) => ({ dataType: 'String', stringValue });
    const messageAttributes = { traceparent: attribute(traceparent), tracestate: attribute('acme=7') };
    expect(recordOf('a', { messageAttributes })).toHaveProperty('trace', {
      traceparent,
      tracestate: 'acme=7',
    });
    const MessageAttributes = {
      traceparent: { Type: 'String', Value: otherTraceparent },
      tracestate: { Type: 'String', Value: 'rojo=1' },
    };
    const body = JSON.stringify(toNotification('a', { MessageAttributes }));
    const own = { messageAttributes: { traceparent: attribute(traceparent) } };
    expect(recordOf(body)).toHaveProperty('trace', {
      traceparent: otherTraceparent,
      tracestate: 'rojo=1',
    });
    expect(recordOf(body, own)).toHaveProperty('trace', { traceparent });
  });

  it('carries the trace of the notification that is in it, unless it has one of its own', () => {
    const MessageAttributes = { traceparent: { Type: 'String', Value: otherTraceparent } };
    const body = JSON.stringify(toNotification('a', { MessageAttributes }));
    const attribute = { dataType: 'String', stringValue: traceparent };
    expect(recordOf(body, withAttributes({ AWSTraceHeader: xRay }))).toMatchObject({
      trace: { traceparent: otherTraceparent },
    });
    expect(recordOf(body, { messageAttributes: { traceparent: attribute } })).toMatchObject({
      trace: { traceparent },
    });
  });
});

describe('a message that another service sent', () => {
  it('gives what is in it, and keeps the id by which it is acknowledged', () => {
    const body = JSON.stringify(toNotification(JSON.stringify({ Records: [toChange('a+b.jpg')] })));
    const delivery = sqs.parse({ Records: [toQueueMessage(body)] }, invocation);
    expect(delivery).toMatchObject({
      id: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001',
      sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:orders',
      time: '2026-11-20T10:00:00.500Z',
    });
    expect(delivery.records).toEqual([
      {
        recordId: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001',
        events: [expect.objectContaining({ source: 'arn:aws:s3:::uploads', subject: 'a b.jpg' })],
      },
    ]);
  });

  it('to try a new setting of S3 has no events, and the time of the message', () => {
    const { records, time } = sqs.parse(batch(JSON.stringify(testEvent)), invocation);
    expect(records).toEqual([{ recordId: 'message-0', events: [] }]);
    expect(time).toBe('2026-11-20T10:00:00.123Z');
  });
});

describe('a batch', () => {
  it('has an id that stands for just its messages', () => {
    expect(sqs.parse(batch('a', 'b'), invocation).id).toBe('47e5840a79231b9864100f4a8fdd02b2');
  });

  it.each([
    [{ body: undefined }, 'body is missing, expected a text'],
    [{ body: { orderId: 7 } }, 'body is an object, expected a text'],
    [{ attributes: {} }, 'attributes.SentTimestamp is missing, expected a text'],
    [
      withAttributes({ SentTimestamp: 'now' }),
      'attributes.SentTimestamp is "now", expected epoch milliseconds',
    ],
    [withAttributes({ SentTimestamp: '9999999999999999' }), 'attributes.SentTimestamp is a number'],
    [{ messageAttributes: 'none' }, 'messageAttributes is a string, expected an object'],
    [{ eventSourceARN: 'orders' }, 'eventSourceARN is "orders", expected an ARN of sqs'],
  ])('does not suffer from a message that can not be read: %#', (changes, error) => {
    const bad = toQueueMessage('a', { messageId: 'bad', ...changes });
    const { records, sourceArn, time } = sqs.parse({ Records: [bad, toQueueMessage('b')] }, invocation);
    expect(records).toEqual([
      { recordId: 'bad', error: expect.stringContaining(error), bytes: JSON.stringify(bad) },
      expect.objectContaining({ recordId: 'f3a1c9d2-6a0e-4f7b-9c51-2f6f0a7be001' }),
    ]);
    expect(sourceArn).toBe(queueArn);
    expect(time).toBe('2026-11-20T10:00:00.123Z');
  });

  it.each([
    [{ messageId: undefined }, 'Records[1].messageId is missing, expected the id of a message'],
    [{ messageId: '' }, 'Records[1].messageId is "", expected the id of a message'],
    [{ messageId: 7 }, 'Records[1].messageId is a number, expected the id of a message'],
  ])('with a message that could not be acknowledged is refused: %j', (changes, message) => {
    const payload = { Records: [toQueueMessage('a'), toQueueMessage('b', changes)] };
    expect(() => sqs.parse(payload, invocation)).toThrow(EventParseError);
    expect(() => sqs.parse(payload, invocation)).toThrow(message);
  });

  it('of which nobody knows the queue is refused', () => {
    const payload = { Records: [toQueueMessage('a', { eventSourceARN: undefined })] };
    expect(() => sqs.parse(payload, invocation)).toThrow(EventParseError);
    expect(() => sqs.parse(payload, invocation)).toThrow('sqs: Records[0].eventSourceARN is missing');
  });

  const secondFailed: Routed = {
    dispatched: [],
    unrecorded: [{ job: 'order', records: [1], error: new Error('ledger down') }],
  };

  it('of a standard queue gives back the messages that could not be recorded', () => {
    const delivery = sqs.parse(batch('a', 'b', 'c'), invocation);
    expect(delivery.isOrdered).toBe(false);
    expect(sqs.answer(delivery, secondFailed)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-1' }],
    });
  });

  it('of a FIFO queue gives back all from the first that could not be recorded on', () => {
    const delivery = sqs.parse(fifo('a', 'b', 'c'), invocation);
    expect(delivery.isOrdered).toBe(true);
    expect(sqs.answer(delivery, secondFailed)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-1' }, { itemIdentifier: 'message-2' }],
    });
  });

  it('that was recorded is acknowledged whole, and one that was not taken comes again whole', () => {
    const delivery = sqs.parse(batch('a', 'b'), invocation);
    expect(sqs.answer(delivery, { dispatched: [], unrecorded: [] })).toEqual({ batchItemFailures: [] });
    expect(() => sqs.refuse(new Error('ledger down'), one)).toThrow('ledger down');
  });
});
