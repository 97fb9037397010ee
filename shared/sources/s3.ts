import { isObject } from '../events/json.ts';
import type { CloudEvent } from '../events/trigger-event.ts';
import { answerOrThrow, refuseByThrowing } from './acknowledgement.ts';
import { refuseLookalike } from './lookalike.ts';
import { type Marked, openMarker, ruleIn } from './marker.ts';
import { toDeliveryId } from './reading/delivery-id.ts';
import { FieldError, type Fields, kindOf, parseTime, textIn } from './reading/fields.ts';
import { firstArn, firstTime } from './reading/first-of.ts';
import { recordsIn, toUnreadable } from './reading/records.ts';
import { bridgedBucketIn, parseBridgedObject } from './records/s3-bridged.ts';
import { bucketArnIn, isS3TestEvent, parseS3Object, timeOfChange } from './records/s3-object.ts';
import { type Delivery, type DeliveryRecord, EventParseError, type Source } from './source.ts';

/**
 * Changes of objects in Amazon S3 buckets, as S3 itself notifies of them, or EventBridge by rules of ours.
 *
 * Takes:  { Records } as in records/s3-object.ts, or the test event that S3 sends when notifications are set up, or
 *         { signalbox: { rule, source: 's3' }, event } with an event as in records/s3-bridged.ts.
 * Gives:  one record for each change; none for the test event.
 * Id:     that of records/s3-object.ts. A record that can't be read has one made from all of it.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
 */
export const s3: Source = {
  name: 's3',

  parse(payload) {
    refuseLookalike('s3', payload, 'Records of aws:s3');
    const opened = openMarker(payload);
    if (opened?.source === 's3') return parseBridged(opened);
    if (isObject(payload) && isS3TestEvent(payload)) return parseTestEvent(payload);
    const raws = recordsIn('s3', payload, 'aws:s3');
    const records = raws.map((raw) => parseRecord(raw, parseS3Object));
    return {
      ...common,
      addressed: { source: 's3', rule: undefined },
      id: toDeliveryId(records.map(({ recordId }) => recordId)),
      sourceArn: firstArn('s3', raws, bucketArnIn),
      time: firstTime(records, raws, timeOfChange),
      records,
      payload,
    };
  },

  answer: answerOrThrow,
  refuse: refuseByThrowing,
};

const common = {
  source: 's3',
  claimed: { by: 'record' },
  isOrdered: false,
} as const;

function parseTestEvent(payload: Fields): Delivery {
  try {
    return {
      ...common,
      addressed: { source: 's3', rule: undefined },
      id: textIn(payload, 'RequestId'),
      sourceArn: `arn:aws:s3:::${textIn(payload, 'Bucket')}`,
      time: parseTime(payload['Time'], 'Time'),
      records: [],
      payload,
    };
  } catch (cause) {
    if (!(cause instanceof FieldError)) throw cause;
    throw new EventParseError('s3', `in the test event, ${cause.message}`, { cause });
  }
}

/** What is wrong with the marker or the bucket is the rule's fault; what is wrong with the change, the record's. */
function parseBridged({ marker = {}, event }: Marked): Delivery {
  try {
    if (!isObject(event)) throw new FieldError(`event is ${kindOf(event)}, expected an event of EventBridge`);
    const sourceArn = bridgedBucketIn(event);
    const time = parseTime(event['time'], 'time');
    const record = parseRecord(event, parseBridgedObject);
    return {
      ...common,
      addressed: { source: 's3', rule: ruleIn(marker) },
      id: record.recordId,
      sourceArn,
      time,
      records: [record],
      payload: event,
    };
  } catch (cause) {
    if (cause instanceof FieldError) throw new EventParseError('s3', cause.message, { cause });
    throw cause;
  }
}

/** S3 gives its records no name, so one that can't be read is named after its bytes. */
function parseRecord(raw: Fields, parse: (raw: Fields) => CloudEvent): DeliveryRecord {
  try {
    const event = parse(raw);
    return { recordId: event.id, events: [event] };
  } catch (error) {
    const unreadable = toUnreadable(raw, { recordId: '' }, error);
    return { ...unreadable, recordId: toDeliveryId(['unreadable', unreadable.bytes]) };
  }
}
