import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { sqs } from '../../fixtures/payloads/sqs.ts';
import { queueArn, toNotification, toQueueMessage } from '../../support/aws-messages.ts';
import { createRouting, type Rules } from './routing.ts';

/** As many messages of the queue `orders` as there are bodies. */
const messages = (...bodies: readonly string[]) => ({
  Records: bodies.map((body, position) => toQueueMessage(body, { messageId: `message-${position}` })),
});
const routing = (rules: Rules) => createRouting('sqs', rules);
const filtered = (...filterPatterns: readonly object[]) => [{ sqsQueueArn: queueArn, filterPatterns }];

/** SQS always says when a message was sent. */
const unreadable = toQueueMessage('{"kind":"image"}', { messageId: 'message-x', attributes: {} });

describe('messages of a queue', () => {
  it('start the jobs that name the queue by its ARN or its name, and no other', () => {
    const { starts } = routing({
      'by-arn': [{ sqsQueueArn: queueArn }],
      'by-name': [{ sqsQueueName: 'orders' }],
      'of-another': [{ sqsQueueName: 'orders-old' }],
      'of-another-region': [{ sqsQueueArn: 'arn:aws:sqs:eu-north-1:123456789012:orders' }],
      'of-the-fifo-queue': [{ sqsQueueName: 'orders.fifo' }],
    });
    expect(starts(messages('a', 'b'))).toEqual({ 'by-arn': [0, 1], 'by-name': [0, 1] });
  });

  it('of a FIFO queue start the job that names it with its ending', () => {
    const { starts } = routing({
      pay: [{ sqsQueueName: 'payments.fifo' }],
      other: [{ sqsQueueName: 'payments' }],
    });
    expect(starts(sqs['messages of a FIFO queue'])).toEqual({ pay: [0, 1, 2] });
  });

  it('of a queue that no rule names are refused, with what there is instead', () => {
    const { starts, judged } = routing({
      bill: [{ sqsQueueName: 'invoices' }],
      ship: [{ sqsQueueArn: 'arn:aws:sqs:eu-west-1:123456789012:parcels' }],
    });
    const ofBill = 'the queue is arn:aws:sqs:eu-west-1:123456789012:orders, expected invoices';
    expect(() => starts(messages('a'))).toThrow(new NoRuleError(`no rule takes it; of job bill: ${ofBill}`));
    expect(judged(messages('a'))).toEqual([
      `bill elsewhere: ${ofBill}`,
      'ship elsewhere: the queue is arn:aws:sqs:eu-west-1:123456789012:orders, expected arn:aws:sqs:eu-west-1:123456789012:parcels',
    ]);
  });
});

describe('the filters of a queue', () => {
  it('give each of its jobs the messages that match its own', () => {
    const { starts, judged } = routing({
      image: filtered({ body: { kind: ['image'] } }),
      video: filtered({ body: { kind: ['video'] } }),
      media: filtered({ body: { kind: ['image'] } }, { body: { kind: ['video'] } }),
      every: [{ sqsQueueName: 'orders' }],
    });
    const payload = messages('{"kind":"image"}', '{"kind":"video"}', '{"kind":"text"}');
    expect(starts(payload)).toEqual({ image: [0], video: [1], media: [0, 1], every: [0, 1, 2] });
    expect(judged(payload)).toEqual([
      `image takes: the queue is ${queueArn}, 1 of 3 records`,
      `video takes: the queue is ${queueArn}, 1 of 3 records`,
      `media takes: the queue is ${queueArn}, 2 of 3 records`,
      'every takes: the queue is orders',
    ]);
  });

  it('leave out what matches none of them: it starts nothing, and is no mistake', () => {
    const { starts, judged } = routing({
      image: filtered({ body: { kind: ['image'] } }),
      video: filtered({ body: { kind: ['video'] } }),
    });
    const payload = messages('{"kind":"text"}', '{"kind":"image "}');
    expect(starts(payload)).toEqual({});
    expect(judged(payload)).toEqual([
      'image leaves: body.kind is "text", expected "image"',
      'video leaves: body.kind is "text", expected "video"',
    ]);
  });

  it('look into a body that is a JSON document, and at the text of any other', () => {
    const { starts } = routing({
      document: filtered({ body: { size: [{ numeric: ['>', 5] }] } }),
      text: filtered({ body: ['stop', { prefix: 'import ' }] }),
    });
    const payload = messages('{"size":6}', 'import orders.csv', '{"size":5}', 'stop', '6', '{"size":');
    expect(starts(payload)).toEqual({ document: [0], text: [1, 3] });
  });

  it('look at the attributes of the message, beside its body', () => {
    const { starts } = routing({
      imports: filtered({ messageAttributes: { kind: { stringValue: ['import'] } } }),
      exports: filtered({ messageAttributes: { kind: { stringValue: ['export'] } } }),
      'of-ada': filtered({ attributes: { SenderId: [{ prefix: 'AROAEXAMPLE' }] } }),
    });
    expect(starts(sqs['a text with attributes of each type'])).toEqual({ imports: [0], 'of-ada': [0] });
  });

  it('look at an envelope as it came, as Lambda does', () => {
    const notification = JSON.stringify(toNotification('{"kind":"image"}'));
    const { starts } = routing({
      outside: filtered({ body: { Type: ['Notification'] } }),
      inside: filtered({ body: { kind: ['image'] } }),
    });
    expect(starts(messages(notification))).toEqual({ outside: [0] });
  });

  it('let through what cannot be read: each job of the queue hears of it', () => {
    const { starts } = routing({
      image: filtered({ body: { kind: ['image'] } }),
      video: filtered({ body: { kind: ['video'] } }),
      other: [{ sqsQueueName: 'invoices' }],
    });
    const text = toQueueMessage('{"kind":"text"}');
    expect(starts({ Records: [text, unreadable] })).toEqual({ image: [1], video: [1] });
  });
});
