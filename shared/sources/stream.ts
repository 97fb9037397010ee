import { isObject } from '../events/json.ts';
import { toDeliveryId } from './reading/delivery-id.ts';
import { FieldError, type Fields, kindOf, nameIn, showText } from './reading/fields.ts';
import { firstArn, firstTime } from './reading/first-of.ts';
import { toIsoTime } from './reading/iso-time.ts';
import { type RecordIds, recordsIn, toRecord } from './reading/records.ts';
import { type Delivery, EventParseError, type ReadableRecord } from './source.ts';

/** What tells one kind of stream from another. The functions throw FieldError for what they can't read. */
export type StreamFormat = {
  readonly source: 'kinesis-stream' | 'dynamo-db-stream';
  readonly service: 'kinesis' | 'dynamodb';
  readonly streamArnIn: (raw: Fields) => string;
  readonly sequenceNumberIn: (raw: Fields) => string;
  readonly timeIn: (raw: Fields) => string;
  readonly parseRecord: (raw: Fields, sequenceNumber: string) => Omit<ReadableRecord, keyof RecordIds>;
};

/**
 * What Lambda reads of one shard of a stream.
 *
 * Takes:  { Records }, also of a tumbling window. Its last payload may have none; it starts nothing.
 * Id:     of a record its eventID; Lambda wants the sequence number when it could not be recorded. One that has no
 *         eventID can't be read, but it can be told of.
 * Throws: EventParseError, also for a record without a sequence number.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function parseStream(payload: unknown, format: StreamFormat): Delivery {
  const { source, service } = format;
  const common = {
    source,
    addressed: { source },
    claimed: { by: 'record' },
    isOrdered: true,
    payload,
  } as const;
  const window = parseLastOfWindow(payload, service);
  if (window !== undefined) return { ...common, ...window, records: [] };
  const raws = recordsIn(source, payload, `aws:${service}`);
  const records = raws.map((raw, position) => {
    const itemIdentifier = readAt(position, raw, format);
    const eventId = raw['eventID'];
    const recordId = typeof eventId === 'string' && eventId !== '' ? eventId : itemIdentifier;
    return toRecord(raw, { recordId, itemIdentifier }, () => format.parseRecord(raw, itemIdentifier));
  });
  return {
    ...common,
    id: toDeliveryId(records.map(({ recordId }) => recordId)),
    sourceArn: firstArn(source, raws, format.streamArnIn),
    time: firstTime(records, raws, format.timeIn),
    records,
  };
}

/** AWS's samples have texts here that are no ARNs. */
export function streamArnIn(raw: Fields): string {
  return nameIn(raw, 'eventSourceARN');
}

/** In decimal digits, as many as either service has. */
export function sequenceNumberIn(object: Fields, key: string, where: string): string {
  const found = object[key];
  if (typeof found === 'string' && found.length <= 129 && /^\d+$/.test(found)) return found;
  throw new FieldError(`${where}${key} is ${showText(found)}, expected 1 to 129 decimal digits`);
}

/**
 * A time in epoch seconds, with or without a fraction, or in epoch milliseconds, as some senders have it: 10^11 of
 * these were over in 1973, and as many seconds will be in 5138. AWS's samples of DynamoDB have none: the epoch.
 */
export function streamTimeIn(object: Fields, key: string, where: string): string {
  const found = object[key] ?? 0;
  const seconds = typeof found === 'number' ? found : Number.NaN;
  const time = toIsoTime(seconds < 1e11 ? seconds * 1000 : seconds);
  if (time !== undefined) return time;
  const shown = typeof found === 'number' ? String(found) : kindOf(found);
  throw new FieldError(`${where}${key} is ${shown}, expected a time in epoch seconds`);
}

function readAt(position: number, raw: Fields, { source, sequenceNumberIn: read }: StreamFormat): string {
  try {
    return read(raw);
  } catch (cause) {
    if (!(cause instanceof FieldError)) throw cause;
    throw new EventParseError(source, `Records[${position}].${cause.message}`, { cause });
  }
}

/** The last payload of a tumbling window, when it comes without records. */
function parseLastOfWindow(
  payload: unknown,
  service: StreamFormat['service'],
): Pick<Delivery, 'id' | 'sourceArn' | 'time'> | undefined {
  if (!isObject(payload) || !isObject(payload['window'])) return undefined;
  const { Records: records, window, shardId, eventSourceARN: sourceArn } = payload;
  if (!Array.isArray(records) || records.length > 0) return undefined;
  if (typeof shardId !== 'string' || typeof sourceArn !== 'string') return undefined;
  const start = new Date(typeof window['start'] === 'string' ? window['start'] : Number.NaN);
  if (sourceArn.split(':', 3)[2] !== service || Number.isNaN(start.getTime())) return undefined;
  const time = start.toISOString();
  return { id: toDeliveryId([sourceArn, shardId, time]), sourceArn, time };
}
