import { isObject, parseJsonDocument } from '../../events/json.ts';
import type { TraceContext } from '../../events/trace-context.ts';
import type { CloudEvent, Json } from '../../events/trigger-event.ts';
import { FieldError, type Fields, optionalTextIn, parseTime, textIn } from '../reading/fields.ts';
import { parseTraceContext } from '../reading/trace.ts';
import { arnIn } from './arn.ts';
import { attributesIn } from './attributes.ts';

export type Notification = {
  readonly event: CloudEvent;
  /** As in the event's data: parsed, when it is a JSON document. */
  readonly message: Json;
  readonly trace?: TraceContext;
};

/**
 * A notification of Amazon SNS: the `Sns` of a Lambda record, and the body of a message in a subscribed queue.
 *
 * Takes:  { MessageId, TopicArn, Message, Timestamp, Subject?, MessageAttributes?: { name: { Type, Value } } }
 * Id:     the topic and the MessageId, which SNS repeats when it delivers again.
 * Throws: FieldError; `where` is the path to the notification, as for textIn.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function parseNotification(sns: Fields, where = ''): Notification {
  const id = textIn(sns, 'MessageId', where);
  if (id === '') throw new FieldError(`${where}MessageId is empty, expected the id of a message`);
  const subject = optionalTextIn(sns, 'Subject', where);
  const text = textIn(sns, 'Message', where);
  const message = parseJsonDocument(text) ?? text;
  const messageAttributes = attributesIn(sns, 'MessageAttributes', where);
  const trace = parseTraceContext(
    textOf(messageAttributes['traceparent']),
    textOf(messageAttributes['tracestate']),
  );
  return {
    event: {
      specversion: '1.0',
      id,
      source: topicArnIn(sns, where),
      type: 'aws.sns.notification',
      ...(subject && { subject }),
      time: timeOfNotification(sns, where),
      datacontenttype: 'application/json',
      data: { message, messageAttributes },
    },
    message,
    ...(trace !== undefined && { trace }),
  };
}

function textOf(attribute: unknown): unknown {
  return isObject(attribute) ? attribute['Value'] : undefined;
}

/** Throws FieldError. */
export function topicArnIn(sns: Fields, where = ''): string {
  return arnIn(sns, 'TopicArn', 'sns', where);
}

/** ISO 8601, UTC. Throws FieldError. */
export function timeOfNotification(sns: Fields, where = ''): string {
  return parseTime(sns['Timestamp'], `${where}Timestamp`);
}
