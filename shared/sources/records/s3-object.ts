import type { CloudEvent } from '../../events/trigger-event.ts';
import {
  FieldError,
  type Fields,
  kindOf,
  objectIn,
  optionalObjectIn,
  optionalTextIn,
  parseTime,
  showText,
  textIn,
} from '../reading/fields.ts';
import { arnIn } from './arn.ts';

/**
 * One of the `Records` of an Amazon S3 event notification.
 *
 * Takes:  { eventName, eventTime, s3: { bucket: { name, arn }, object: { key, size?, eTag?, versionId?, sequencer? } } }
 *         `key` is encoded as in a form, with "+" for a space; `size` is in bytes.
 * Gives:  what a kind of change has no value for is null in `data`.
 * Id:     `<event name> <version> <sequencer> <bucket>/<key>`, with "-" for what there is none of. Kinds of changes
 *         that have no sequencer have the event's time and the id of the request that made it in its place.
 * Throws: FieldError.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function parseS3Object(record: Fields): CloudEvent {
  const s3 = objectIn(record, 's3');
  const object = objectIn(s3, 'object', 's3.');
  const { name: bucket, arn } = bucketIn(s3);
  return toS3Event({
    eventName: eventNameIn(record),
    time: timeOfChange(record),
    arn,
    bucket,
    key: decodeKey(textIn(object, 'key', 's3.object.')),
    versionId: optionalTextIn(object, 'versionId', 's3.object.'),
    size: object['size'],
    sizeName: 's3.object.size',
    eTag: optionalTextIn(object, 'eTag', 's3.object.'),
    sequencer: optionalTextIn(object, 'sequencer', 's3.object.'),
    requestId: requestIdIn(record),
    replayName: null,
  });
}

/** A change of an object, whoever tells of it. `size` is not looked into yet; `sizeName` is what messages call it. */
export type Change = {
  readonly eventName: string;
  readonly time: string;
  readonly arn: string;
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | null;
  readonly size: unknown;
  readonly sizeName: string;
  readonly eTag: string | null;
  readonly sequencer: string | null;
  readonly requestId: string | null;
  readonly replayName: string | null;
};

/** Throws FieldError for a size that is none. */
export function toS3Event(change: Change): CloudEvent {
  const { eventName, time, arn, bucket, key, versionId, eTag, sequencer, requestId, replayName } = change;
  const moment = sequencer ? toWord(sequencer) : `${time}/${toWord(requestId)}`;
  const replay = replayName === null ? '' : `@${toWord(replayName)}`;
  return {
    specversion: '1.0',
    id: `${toWord(eventName)} ${toWord(versionId)} ${moment}${replay} ${toWord(bucket)}/${key}`,
    source: arn,
    type: `aws.s3.${eventName}`,
    subject: key,
    time,
    datacontenttype: 'application/json',
    data: { bucket, key, versionId, size: toSize(change), eTag, sequencer, eventName },
  };
}

/** Throws FieldError. */
export function bucketArnIn(record: Fields): string {
  return bucketIn(objectIn(record, 's3')).arn;
}

/** ISO 8601, UTC. Throws FieldError. */
export function timeOfChange(record: Fields): string {
  return parseTime(record['eventTime'], 'eventTime');
}

/**
 * S3 sends this once when notifications are set up: `{ Service, Event, Time, Bucket, RequestId, HostId }`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function isS3TestEvent(payload: Fields): boolean {
  return (
    payload['Service'] === 'Amazon S3' &&
    payload['Event'] === 's3:TestEvent' &&
    payload['Records'] === undefined &&
    typeof payload['Bucket'] === 'string'
  );
}

function bucketIn(s3: Fields) {
  const bucket = objectIn(s3, 'bucket', 's3.');
  return { name: textIn(bucket, 'name', 's3.bucket.'), arn: arnIn(bucket, 'arn', 's3', 's3.bucket.') };
}

function decodeKey(encoded: string): string {
  if (encoded === '') throw new FieldError('s3.object.key is empty, expected the key of an object');
  const spaced = encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new FieldError(`s3.object.key is ${showText(encoded)}, expected UTF-8 in percent-encoding`);
  }
}

/** Lifecycle and replication events have been seen with the prefix that notifications are set up with. */
function eventNameIn(record: Fields): string {
  const found = textIn(record, 'eventName');
  const eventName = found.startsWith('s3:') ? found.slice('s3:'.length) : found;
  if (eventName !== '') return eventName;
  throw new FieldError(`eventName is ${showText(found)}, expected one such as ObjectCreated:Put`);
}

function toSize({ size: found, sizeName }: Change): number | null {
  const size = found ?? null;
  if (size === null || (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)) return size;
  const shown = typeof size === 'number' ? `${size}` : kindOf(size);
  throw new FieldError(`${sizeName} is ${shown}, expected a number of bytes`);
}

function requestIdIn(record: Fields): string | null {
  const elements = optionalObjectIn(record, 'responseElements');
  return optionalTextIn(elements, 'x-amz-request-id', 'responseElements.');
}

/** Spaces stand between the parts of the id; with those in a part encoded, none can be taken for another. */
function toWord(text: string | null): string {
  if (text === null) return '-';
  if (text === '' || text === '-') return `%${text}`;
  return text.includes(' ') || text.includes('%') ? text.replaceAll('%', '%25').replaceAll(' ', '%20') : text;
}
