import { describe, expect, it } from 'vitest';
import type { Json } from '../../shared/events/trigger-event.ts';
import { openEnvelope } from '../../shared/sources/envelope.ts';
import { testEvent, toBusEvent, toChange, toNotification, topicArn } from '../support/aws-messages.ts';

const change = JSON.stringify({ Records: [toChange('in/a+b.jpg')] });
const busEvent = JSON.stringify(toBusEvent({ orderId: 7 }));

function open(text: string) {
  const message: Json = JSON.parse(text);
  return openEnvelope(message);
}

function notify(text: string, changes = {}): string {
  return JSON.stringify(toNotification(text, changes));
}

const changeEvent = {
  specversion: '1.0',
  id: 'ObjectCreated:Put - 0066F1A2B3C4D5E6F7 uploads/in/a b.jpg',
  source: 'arn:aws:s3:::uploads',
  type: 'aws.s3.ObjectCreated:Put',
  subject: 'in/a b.jpg',
  time: '2026-11-20T10:00:00.500Z',
  datacontenttype: 'application/json',
  data: {
    bucket: 'uploads',
    key: 'in/a b.jpg',
    versionId: null,
    size: 1024,
    eTag: '9e107d9d372bb6826bd81d3542a419d6',
    sequencer: '0066F1A2B3C4D5E6F7',
    eventName: 'ObjectCreated:Put',
  },
};

const eventOfBus = {
  specversion: '1.0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  source: 'arn:aws:events:eu-west-1:123456789012:event-bus/default',
  type: 'aws.events.event',
  time: '2026-11-20T10:00:02.000Z',
  datacontenttype: 'application/json',
  data: {
    source: 'acme.shop',
    detailType: 'Order Placed',
    account: '123456789012',
    region: 'eu-west-1',
    resources: ['arn:aws:dynamodb:eu-west-1:123456789012:table/orders'],
    detail: { orderId: 7 },
  },
};

function notificationOf(message: Json) {
  return {
    specversion: '1.0',
    id: '0b0d5c3e-90f4-5a55-b6c5-07a8d1f6a001',
    source: topicArn,
    type: 'aws.sns.notification',
    time: '2026-11-20T10:00:01.000Z',
    datacontenttype: 'application/json',
    data: { message, messageAttributes: {} },
  };
}

describe('an envelope', () => {
  it.each([
    ['changes in S3', change, [changeEvent]],
    ['a test event of S3', JSON.stringify(testEvent), []],
    ['an event of EventBridge', busEvent, [eventOfBus]],
    ['a notification', notify('Good morning'), [notificationOf('Good morning')]],
    ['a notification with JSON', notify('{"orderId":7}'), [notificationOf({ orderId: 7 })]],
    ['changes in S3, in a notification', notify(change), [changeEvent]],
    ['a test event of S3, in a notification', notify(JSON.stringify(testEvent)), []],
    ['an event of EventBridge, in a notification', notify(busEvent), [eventOfBus]],
    ['a notification in a notification', notify(notify('Good morning')), [notificationOf('Good morning')]],
  ])('is opened: %s', (_name, text, events) => {
    expect(open(text)).toEqual({ events });
  });

  it('gives every change that is in it, in its order', () => {
    const events = open(JSON.stringify({ Records: [toChange('b'), toChange('a'), toChange('c')] }))?.events;
    expect(events?.map(({ subject }) => subject)).toEqual(['b', 'a', 'c']);
  });

  it('is opened four times at most', () => {
    expect(open(notify(notify(notify(change))))).toEqual({ events: [changeEvent] });
    const left = notificationOf(JSON.parse(change));
    expect(open(notify(notify(notify(notify(change)))))).toEqual({ events: [left] });
  });

  it('gives the trace of its outermost notification that has one', () => {
    const inner = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const outer = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const traced = (Value: string) => ({ MessageAttributes: { traceparent: { Type: 'String', Value } } });
    expect(open(notify(notify(change, traced(inner)), traced(outer)))?.trace).toEqual({ traceparent: outer });
    expect(open(notify(notify(change, traced(inner))))?.trace).toEqual({ traceparent: inner });
  });

  it('gives the trace that is in the detail of an event of EventBridge', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traced = JSON.stringify({ ...JSON.parse(busEvent), detail: { traceparent, tracestate: 'acme=7' } });
    expect(open(traced)?.trace).toEqual({ traceparent, tracestate: 'acme=7' });
    expect(open(notify(traced))?.trace).toEqual({ traceparent, tracestate: 'acme=7' });
  });
});

describe("somebody's own JSON", () => {
  const Records = [toChange('a')];

  it.each([
    ['a list', []],
    ['an empty object', {}],
    ['a text', 'Records'],
    ['nothing', null],
    ['Records of nobody', { Records: [] }],
    ['Records that are no list', { Records: { 0: toChange('a'), length: 1 } }],
    ['Records of several services', { Records: [...Records, { eventSource: 'aws:sqs' }] }],
    ['Records that are no objects', { Records: [...Records, 'aws:s3'] }],
    ['a change whose key is broken', { Records: [...Records, toChange('%')] }],
    ['a change without a bucket', { Records: [toChange('a', {}, { s3: { object: { key: 'a' } } })] }],
    ['a test event without its bucket', { ...testEvent, Bucket: undefined }],
    ['a notification of another type', toNotification('a', { Type: 'SubscriptionConfirmation' })],
    ['a notification without an id', toNotification('a', { MessageId: undefined })],
    ['a notification without a topic', toNotification('a', { TopicArn: undefined })],
    ['a notification of no topic', toNotification('a', { TopicArn: 'news' })],
    ['a notification without a message', toNotification('a', { Message: { orderId: 7 } })],
    ['a notification without a time', toNotification('a', { Timestamp: undefined })],
    ['a notification of no time', toNotification('a', { Timestamp: 'now' })],
    ['an event of another version', toBusEvent({}, { version: '1' })],
    ['an event without a detail', toBusEvent(undefined)],
    ['an event without an id', toBusEvent({}, { id: undefined })],
    ['an event without a type', toBusEvent({}, { 'detail-type': undefined })],
    ['an event without a source', toBusEvent({}, { source: undefined })],
    ['an event without an account', toBusEvent({}, { account: undefined })],
    ['an event without a region', toBusEvent({}, { region: undefined })],
    ['an event of no time', toBusEvent({}, { time: 'now' })],
    ['an event in a wrapper', { signalbox: { rule: 'order/0' }, event: toBusEvent({}) }],
  ])('is left as it is: %s', (_name, message) => {
    expect(open(JSON.stringify(message))).toBeUndefined();
  });

  it('in a notification is its message', () => {
    const broken = { Records: [{ eventSource: 'aws:s3' }] };
    expect(open(notify(JSON.stringify(broken)))).toEqual({ events: [notificationOf(broken)] });
  });
});
