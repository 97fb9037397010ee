import { isObject, parseJsonDocument } from '../events/json.ts';
import type { TraceContext } from '../events/trace-context.ts';
import { answerByMessage, answerFromFirst, refuseByThrowing } from './acknowledgement.ts';
import { openEnvelope } from './envelope.ts';
import { toDeliveryId } from './reading/delivery-id.ts';
import { FieldError, type Fields, objectIn, showText, textIn, toTime } from './reading/fields.ts';
import { firstArn, firstTime } from './reading/first-of.ts';
import { recordsIn, toRecord } from './reading/records.ts';
import { fromXRay, parseTraceContext } from './reading/trace.ts';
import { arnIn } from './records/arn.ts';
import { attributesIn } from './records/attributes.ts';
import { EventParseError, type ReadableRecord, type Source } from './source.ts';

/**
 * Messages of Amazon SQS queues, standard and FIFO.
 *
 * Takes:  { Records: [{ messageId, body, attributes, messageAttributes?, eventSourceARN }] }; the attribute
 *         SentTimestamp is in epoch milliseconds, as text.
 * Gives:  one record for each message. Its event has the body, parsed when it is a JSON document, and both kinds of
 *         attributes as they came, binary ones in base64; an envelope (envelope.ts) gives the events that are in it.
 * Id:     the messageId, which SQS repeats in whatever batch the message comes again; of an envelope, those inside.
 * Throws: EventParseError, also for a message without a messageId: it couldn't be acknowledged.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
export const sqs: Source = {
  name: 'sqs',

  parse(payload) {
    const raws = recordsIn('sqs', payload, 'aws:sqs');
    const records = raws.map((raw, position) => {
      const recordId = messageIdIn(raw, position);
      return toRecord(raw, { recordId }, () => parseMessage(raw, recordId));
    });
    const sourceArn = firstArn('sqs', raws, queueArnIn);
    return {
      source: 'sqs',
      id: toDeliveryId(records.map(({ recordId }) => recordId)),
      sourceArn,
      time: firstTime(records, raws, (raw) => timeSent(objectIn(raw, 'attributes'))),
      addressed: { source: 'sqs' },
      records,
      claimed: { by: 'record' },
      isOrdered: sourceArn.endsWith('.fifo'),
      payload,
    };
  },

  answer: (delivery, routed) =>
    delivery.isOrdered ? answerFromFirst(delivery, routed) : answerByMessage(delivery, routed),

  refuse: refuseByThrowing,
};

function messageIdIn(raw: Fields, position: number): string {
  const id = raw['messageId'];
  if (typeof id === 'string' && id !== '') return id;
  const found = showText(id);
  throw new EventParseError(
    'sqs',
    `Records[${position}].messageId is ${found}, expected the id of a message`,
  );
}

function parseMessage(raw: Fields, id: string): Omit<ReadableRecord, 'recordId'> {
  const source = queueArnIn(raw);
  const text = textIn(raw, 'body');
  const attributes = attributesIn(raw, 'attributes');
  const messageAttributes = attributesIn(raw, 'messageAttributes');
  const body = parseJsonDocument(text) ?? text;
  const opened = openEnvelope(body);
  const trace = traceIn(messageAttributes) ?? opened?.trace ?? fromXRay(attributes['AWSTraceHeader']);
  const traced = trace === undefined ? {} : { trace };
  if (opened !== undefined) return { events: opened.events, ...traced };
  const group = attributes['MessageGroupId'];
  const event = {
    specversion: '1.0',
    id,
    source,
    type: 'aws.sqs.message',
    ...(typeof group === 'string' && group !== '' && { subject: group }),
    time: timeSent(attributes),
    datacontenttype: 'application/json',
    data: { body, attributes, messageAttributes },
  } as const;
  return { events: [event], ...traced };
}

function queueArnIn(raw: Fields): string {
  return arnIn(raw, 'eventSourceARN', 'sqs');
}

function timeSent(attributes: Fields): string {
  const sent = textIn(attributes, 'SentTimestamp', 'attributes.');
  if (/^\d{1,16}$/.test(sent)) return toTime(Number(sent), 'attributes.SentTimestamp');
  throw new FieldError(
    `attributes.SentTimestamp is ${showText(sent)}, expected epoch milliseconds in digits`,
  );
}

function traceIn({ traceparent, tracestate }: Fields): TraceContext | undefined {
  return parseTraceContext(textOf(traceparent), textOf(tracestate));
}

function textOf(attribute: unknown): unknown {
  return isObject(attribute) ? attribute['stringValue'] : undefined;
}
