import { isObject } from '../events/json.ts';
import type { Json } from '../events/trigger-event.ts';
import { answerWithCheckpoint, refuseByThrowing } from './acknowledgement.ts';
import { FieldError, type Fields, nameIn, objectIn, showText } from './reading/fields.ts';
import { parseAttributes } from './records/dynamo-db-value.ts';
import type { ReadableRecord, Source } from './source.ts';
import { parseStream, type StreamFormat, sequenceNumberIn, streamArnIn, streamTimeIn } from './stream.ts';

/**
 * Changes of the items of an Amazon DynamoDB table.
 *
 * Takes:  { Records: [{ eventID, eventName, eventSourceARN, userIdentity?, dynamodb: { Keys, NewImage?, OldImage?,
 *         SequenceNumber, ApproximateCreationDateTime } }] }; the time is in epoch seconds.
 * Gives:  one record for each, with values as records/dynamo-db-value.ts makes them. Which images there are depends on
 *         the stream's view type; those that are not there are null. `ttl` is true when the item had expired.
 * Id:     the eventID. Claims are made record by record: a payload doesn't name its shard, and the sequence numbers of
 *         several shards interleave, so that a range of them would take in records that nobody has seen.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export const dynamoDbStream: Source = {
  name: 'dynamo-db-stream',
  parse: (payload) => parseStream(payload, format),
  answer: answerWithCheckpoint,
  refuse: refuseByThrowing,
};

const format: StreamFormat = {
  source: 'dynamo-db-stream',
  service: 'dynamodb',
  streamArnIn,
  sequenceNumberIn: (raw) => sequenceNumberIn(objectIn(raw, 'dynamodb'), 'SequenceNumber', 'dynamodb.'),
  timeIn: (raw) => timeIn(objectIn(raw, 'dynamodb')),
  parseRecord,
};

function parseRecord(raw: Fields, sequenceNumber: string): Omit<ReadableRecord, 'recordId'> {
  const change = objectIn(raw, 'dynamodb');
  const eventName = eventNameIn(raw);
  const event = {
    specversion: '1.0',
    id: nameIn(raw, 'eventID'),
    source: streamArnIn(raw),
    type: `aws.dynamodb.${eventName}`,
    time: timeIn(change),
    datacontenttype: 'application/json',
    data: {
      eventName,
      keys: parseAttributes(change['Keys'], 'dynamodb.Keys'),
      newImage: parseImage(change['NewImage'], 'dynamodb.NewImage'),
      oldImage: parseImage(change['OldImage'], 'dynamodb.OldImage'),
      sequenceNumber,
      ttl: isByTimeToLive(raw['userIdentity']),
    },
  } as const;
  return { events: [event] };
}

function eventNameIn(raw: Fields): string {
  const name = raw['eventName'];
  if (name === 'INSERT' || name === 'MODIFY' || name === 'REMOVE') return name;
  throw new FieldError(`eventName is ${showText(name)}, expected INSERT, MODIFY or REMOVE`);
}

function parseImage(image: unknown, where: string): Json {
  return image === undefined || image === null ? null : parseAttributes(image, where);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html */
function isByTimeToLive(identity: unknown): boolean {
  if (!isObject(identity)) return false;
  return identity['type'] === 'Service' && identity['principalId'] === 'dynamodb.amazonaws.com';
}

function timeIn(change: Fields): string {
  return streamTimeIn(change, 'ApproximateCreationDateTime', 'dynamodb.');
}
