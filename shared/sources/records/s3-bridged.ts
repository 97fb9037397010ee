import type { CloudEvent } from '../../events/trigger-event.ts';
import {
  FieldError,
  type Fields,
  nameIn,
  objectIn,
  optionalTextIn,
  parseTime,
  showText,
  textIn,
} from '../reading/fields.ts';
import { arnIn } from './arn.ts';
import { bridgedNames } from './s3-event-names.ts';
import { type Change, toS3Event } from './s3-object.ts';

/**
 * A change of an object, as Amazon EventBridge tells of it.
 *
 * Takes:  { 'detail-type', time, resources: [bucket's ARN], detail: { bucket: { name }, object: { key, size?, etag?,
 *         'version-id'?, sequencer? }, reason?, 'deletion-type'?, 'request-id'? }, 'replay-name'? }. `key` is as it is.
 * Gives:  what a notification of S3 gives for the same change.
 * Id:     the same as of a notification that has a sequencer; a replay is a change of its own.
 * Throws: FieldError.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function parseBridgedObject(event: Fields): CloudEvent {
  const detail = objectIn(event, 'detail');
  const object = objectIn(detail, 'object', 'detail.');
  const change: Change = {
    eventName: eventNameIn(event, detail),
    time: parseTime(event['time'], 'time'),
    arn: bridgedBucketIn(event),
    bucket: nameIn(objectIn(detail, 'bucket', 'detail.'), 'name', 'detail.bucket.'),
    key: nameIn(object, 'key', 'detail.object.'),
    versionId: optionalTextIn(object, 'version-id', 'detail.object.'),
    size: object['size'],
    sizeName: 'detail.object.size',
    eTag: optionalTextIn(object, 'etag', 'detail.object.'),
    sequencer: optionalTextIn(object, 'sequencer', 'detail.object.'),
    requestId: optionalTextIn(detail, 'request-id', 'detail.'),
    replayName: optionalTextIn(event, 'replay-name'),
  };
  return toS3Event(change);
}

/** The ARN of the bucket; throws FieldError. */
export function bridgedBucketIn(event: Fields): string {
  const { resources } = event;
  const [arn]: readonly unknown[] = Array.isArray(resources) ? resources : [];
  return arnIn({ 'resources[0]': arn }, 'resources[0]', 's3');
}

/** As a notification has it; throws FieldError. */
function eventNameIn(event: Fields, detail: Fields): string {
  const detailType = textIn(event, 'detail-type');
  const reason = optionalTextIn(detail, 'reason', 'detail.');
  const deletionType = optionalTextIn(detail, 'deletion-type', 'detail.');
  const name = bridgedNames.find(
    (each) =>
      each.detailType === detailType &&
      (each.reason === undefined || each.reason === reason) &&
      (each.deletionType === undefined || each.deletionType === deletionType),
  );
  if (name !== undefined) return name.eventName;
  const found = [detailType, reason, deletionType].filter((text) => text !== null).map(showText);
  throw new FieldError(
    `detail-type, detail.reason and detail.deletion-type are ${found.join(', ')}, expected those of a change of an object`,
  );
}
