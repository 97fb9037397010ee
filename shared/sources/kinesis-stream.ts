import type { Json } from '../events/trigger-event.ts';
import { answerWithCheckpoint, refuseByThrowing } from './acknowledgement.ts';
import { parseBase64, parseContent } from './reading/bytes.ts';
import { FieldError, type Fields, nameIn, objectIn, showText, textIn } from './reading/fields.ts';
import { createInflater, type Inflate, isGzip } from './reading/inflate.ts';
import type { ReadableRecord, Source } from './source.ts';
import { parseStream, sequenceNumberIn, streamArnIn, streamTimeIn } from './stream.ts';

/**
 * Records of an Amazon Kinesis data stream.
 *
 * Takes:  { Records: [{ eventID, eventSourceARN, kinesis: { data, partitionKey, sequenceNumber,
 *         approximateArrivalTimestamp } }] }; `data` is base64, the time is in epoch seconds.
 * Gives:  one record for each. Its data is JSON when it is the text of an object or a list, other text as it is, also
 *         out of a gzip while there is room; else { base64 }, as it came. Records that the Kinesis Producer Library put together are not
 *         taken apart, but marked with `aggregated: 'kpl'`.
 * Id:     the eventID, which is shard and sequence number.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
export const kinesisStream: Source = {
  name: 'kinesis-stream',

  parse(payload) {
    const inflate = createInflater(mostUnpackedBytes);
    return parseStream(payload, {
      source: 'kinesis-stream',
      service: 'kinesis',
      streamArnIn: streamOnlyArnIn,
      sequenceNumberIn: ordinalIn,
      timeIn: (raw) => timeIn(objectIn(raw, 'kinesis')),
      parseRecord: (raw, sequenceNumber) => parseRecord(raw, sequenceNumber, inflate),
    });
  },

  answer: answerWithCheckpoint,
  refuse: refuseByThrowing,
};

/** Of all gzips of a payload together. As JSON it may take twenty times as much of the function's memory. */
const mostUnpackedBytes = 16 * 1024 * 1024;

function parseRecord(
  raw: Fields,
  sequenceNumber: string,
  inflate: Inflate,
): Omit<ReadableRecord, 'recordId'> {
  const kinesis = objectIn(raw, 'kinesis');
  const source = streamOnlyArnIn(raw);
  const partitionKey = nameIn(kinesis, 'partitionKey', 'kinesis.');
  const id = textIn(raw, 'eventID');
  const shardId = shardIdIn(id, sequenceNumber);
  const event = {
    specversion: '1.0',
    id,
    source,
    type: 'aws.kinesis.record',
    subject: partitionKey,
    time: timeIn(kinesis),
    datacontenttype: 'application/json',
    data: toData(textIn(kinesis, 'data', 'kinesis.'), partitionKey, sequenceNumber, inflate),
  } as const;
  return { events: [event], place: { shard: `${source}/${shardId}`, sequenceNumber } };
}

function toData(base64: string, partitionKey: string, sequenceNumber: string, inflate: Inflate) {
  const bytes = parseBase64(base64, 'kinesis.data');
  if (isAggregate(bytes)) return { data: { base64 }, partitionKey, sequenceNumber, aggregated: 'kpl' };
  const unpacked = isGzip(bytes) ? unpack(bytes, inflate) : undefined;
  const data: Json = parseContent(unpacked ?? bytes, base64);
  return { data, partitionKey, sequenceNumber };
}

/** What there is no room for is passed on as it came: its job may have more. */
function unpack(bytes: Buffer, inflate: Inflate): Buffer | undefined {
  try {
    return inflate(bytes);
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

/**
 * A magic number, then a message, then its MD5.
 * https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
 */
function isAggregate(bytes: Buffer): boolean {
  return bytes.length >= 20 && bytes.readUInt32BE(0) === 0xf3899ac2;
}

/** Without the consumer of an enhanced fan-out: a record is the same however it's read. */
function streamOnlyArnIn(raw: Fields): string {
  const arn = streamArnIn(raw);
  const end = arn.indexOf('/consumer/');
  return end === -1 ? arn : arn.slice(0, end);
}

/** Compared by length first. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Record.html */
function ordinalIn(raw: Fields): string {
  const kinesis = objectIn(raw, 'kinesis');
  const sequenceNumber = sequenceNumberIn(kinesis, 'sequenceNumber', 'kinesis.');
  if (sequenceNumber === '0' || !sequenceNumber.startsWith('0')) return sequenceNumber;
  throw new FieldError(`kinesis.sequenceNumber is ${showText(sequenceNumber)}, expected no leading zeros`);
}

/** `shardId-000000000006` of `shardId-000000000006:4959…`. */
function shardIdIn(eventId: string, sequenceNumber: string): string {
  const end = eventId.indexOf(':');
  const shardId = eventId.slice(0, Math.max(end, 0));
  if (shardId !== '' && end <= 128 && eventId.slice(end + 1) === sequenceNumber) return shardId;
  throw new FieldError(`eventID is ${showText(eventId)}, expected a shard's id, ":" and the sequence number`);
}

function timeIn(kinesis: Fields): string {
  return streamTimeIn(kinesis, 'approximateArrivalTimestamp', 'kinesis.');
}
