import { isObject } from '../events/json.ts';
import type { TraceContext } from '../events/trace-context.ts';
import type { CloudEvent, Json } from '../events/trigger-event.ts';
import { FieldError, type Fields } from './reading/fields.ts';
import { parseBridgeEvent, traceOfBridgeEvent } from './records/bridge-event.ts';
import { isS3TestEvent, parseS3Object } from './records/s3-object.ts';
import { parseNotification } from './records/sns-notification.ts';

/** `events` is empty for a message which only says that something was set up. */
export type Opened = { readonly events: readonly CloudEvent[]; readonly trace?: TraceContext };

/** Deeper than any chain of services that AWS offers. */
const maximumDepth = 4;

/**
 * What is in a message that another service of AWS put into a queue or a topic: changes in S3, a notification of SNS
 * (or what is in its own message), an event of EventBridge. Takes the message parsed. `undefined` for any other, also
 * for one which looks so and can't be read: that's somebody's own JSON. At most `depth` envelopes are opened.
 *
 * An envelope is known by all the keys that its service always sends.
 */
export function openEnvelope(message: Json, depth = maximumDepth): Opened | undefined {
  if (depth === 0 || !isObject(message)) return undefined;
  try {
    const changes = changesIn(message);
    if (changes !== undefined) return { events: changes.map(parseS3Object) };
    if (isNotification(message)) return openNotification(message, '', depth - 1);
    if (isBridgeEvent(message)) return openBridgeEvent(message);
    return isS3TestEvent(message) ? { events: [] } : undefined;
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

/** What is in a notification's message, else the notification. Throws FieldError; `where` is the path to it. */
export function openNotification(sns: Fields, where: string, depth = maximumDepth): Opened {
  const { event, message, trace } = parseNotification(sns, where);
  const opened = openEnvelope(message, depth) ?? { events: [event] };
  return trace === undefined ? opened : { ...opened, trace };
}

function openBridgeEvent(event: Fields): Opened {
  const trace = traceOfBridgeEvent(event);
  return { events: [parseBridgeEvent(event)], ...(trace !== undefined && { trace }) };
}

function changesIn({ Records }: Fields): readonly Fields[] | undefined {
  if (!Array.isArray(Records) || Records.length === 0) return undefined;
  return Records.every(isChange) ? Records : undefined;
}

function isChange(record: unknown): record is Fields {
  return isObject(record) && record['eventSource'] === 'aws:s3';
}

function isNotification(message: Fields): boolean {
  return message['Type'] === 'Notification' && hasTexts(message, notificationKeys);
}

function isBridgeEvent(message: Fields): boolean {
  return message['version'] === '0' && 'detail' in message && hasTexts(message, bridgeEventKeys);
}

const notificationKeys = ['MessageId', 'TopicArn', 'Message', 'Timestamp'] as const;
const bridgeEventKeys = ['id', 'detail-type', 'source', 'account', 'time', 'region'] as const;

function hasTexts(message: Fields, keys: readonly string[]): boolean {
  return keys.every((key) => typeof message[key] === 'string');
}
