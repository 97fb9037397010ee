import { hash } from 'node:crypto';
import { isObject, parseJsonDocument } from '../events/json.ts';
import { answerOrThrow, refuseByThrowing } from './acknowledgement.ts';
import { refuseLookalike } from './lookalike.ts';
import { parseBase64, textOf } from './reading/bytes.ts';
import { toDeliveryId } from './reading/delivery-id.ts';
import {
  FieldError,
  type Fields,
  kindOf,
  objectIn,
  optionalTextIn,
  showText,
  textIn,
} from './reading/fields.ts';
import { firstTime } from './reading/first-of.ts';
import { createInflater } from './reading/inflate.ts';
import { toIsoTime } from './reading/iso-time.ts';
import { toRecord } from './reading/records.ts';
import {
  type Delivery,
  EventParseError,
  type Invocation,
  type ReadableRecord,
  type Source,
} from './source.ts';

/**
 * Log events of an Amazon CloudWatch Logs subscription.
 *
 * Takes:  { awslogs: { data } }, in base64 a gzip or zlib of the JSON { messageType, owner, logGroup, logStream,
 *         subscriptionFilters, logEvents: [{ id, timestamp, message }] }; `timestamp` is in epoch milliseconds.
 * Gives:  one record for each log event, its message parsed when it's a JSON document; none for a control message, by
 *         which CloudWatch Logs sees whether it can deliver.
 * Id:     that of the log event. One without can't be read, and is named after its delivery and its place there.
 * Throws: EventParseError.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample
 */
export const cloudwatchLog: Source = {
  name: 'cloudwatch-log',

  parse(payload, invocation) {
    refuseLookalike('cloudwatch-log', payload, 'a CloudWatch Logs event');
    try {
      return toDelivery(payload, invocation);
    } catch (cause) {
      if (!(cause instanceof FieldError)) throw cause;
      throw new EventParseError('cloudwatch-log', cause.message, { cause });
    }
  },

  answer: answerOrThrow,
  refuse: refuseByThrowing,
};

function toDelivery(payload: unknown, { functionArn }: Invocation): Delivery {
  if (!isObject(payload)) throw new FieldError(`the payload is ${kindOf(payload)}, expected an object`);
  const data = textIn(objectIn(payload, 'awslogs'), 'data', 'awslogs.');
  const batch = parseBatch(data);
  const { logGroup, logStream, logEvents } = batch;
  const sourceArn = toLogGroupArn(batch, functionArn);
  const name = logEvents.every(idOf) ? '' : hash('sha256', data);
  const records = logEvents.map((raw, position) => {
    const recordId = idOf(raw) || `${name}#${position}`;
    return toRecord(raw, { recordId }, () => parseLogEvent(raw, batch, sourceArn));
  });
  return {
    source: 'cloudwatch-log',
    id: toDeliveryId([logGroup, logStream, ...records.map(({ recordId }) => recordId)]),
    sourceArn,
    time: firstTime(records, logEvents, (raw) => stampIn(raw).time),
    addressed: { source: 'cloudwatch-log', subscriptionFilters: batch.subscriptionFilters },
    records,
    claimed: { by: 'record' },
    isOrdered: false,
    payload,
  };
}

type Batch = {
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly logEvents: readonly Fields[];
};

function parseBatch(data: string): Batch {
  const batch = parseData(data);
  const type = batch['messageType'];
  if (type !== 'DATA_MESSAGE' && type !== 'CONTROL_MESSAGE') {
    throw new FieldError(`messageType is ${showText(type)}, expected DATA_MESSAGE or CONTROL_MESSAGE`);
  }
  if (type === 'CONTROL_MESSAGE') {
    const owner = optionalTextIn(batch, 'owner') ?? '';
    return { owner, logGroup: '', logStream: '', subscriptionFilters: [], logEvents: [] };
  }
  const logGroup = textIn(batch, 'logGroup');
  const logStream = textIn(batch, 'logStream');
  if (logGroup === '' || logStream === '') {
    throw new FieldError('logGroup or logStream is empty, expected the names of both');
  }
  return {
    owner: textIn(batch, 'owner'),
    logGroup,
    logStream,
    subscriptionFilters: listIn(batch, 'subscriptionFilters', isText, 'texts'),
    logEvents: listIn(batch, 'logEvents', isObject, 'objects'),
  };
}

/** Forty times what an asynchronous payload of 1 MB holds; lines shrink to a tenth or so. */
const mostUnpackedBytes = 32 * 1024 * 1024;

/** More than fit into such a payload if each took five bytes of it. */
const mostLogEvents = 200_000;

function parseData(data: string): Fields {
  const bytes = createInflater(mostUnpackedBytes)(parseBase64(data, 'awslogs.data'));
  if (bytes === undefined) {
    throw new FieldError('awslogs.data is broken, or is packed neither by gzip nor by zlib');
  }
  const text = textOf(bytes);
  if (text === undefined) throw new FieldError('awslogs.data is not UTF-8');
  const batch = parseUnknown(text);
  if (isObject(batch)) return batch;
  throw new FieldError('awslogs.data is not the JSON of an object');
}

/** Only what is used of it is looked into. */
function parseUnknown(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseLogEvent(
  raw: Fields,
  { logGroup, logStream }: Batch,
  source: string,
): Omit<ReadableRecord, 'recordId'> {
  const id = idOf(raw);
  if (id === '') throw new FieldError(`id is ${showText(raw['id'])}, expected the id of a log event`);
  const message = textIn(raw, 'message');
  const { time, timestamp } = stampIn(raw);
  const event = {
    specversion: '1.0',
    id,
    source,
    type: 'aws.logs.event',
    subject: logStream,
    time,
    datacontenttype: 'application/json',
    data: { message: parseJsonDocument(message) ?? message, logGroup, logStream, timestamp },
  } as const;
  return { events: [event], text: message };
}

/** Empty when it has none. */
function idOf(raw: Fields): string {
  return typeof raw['id'] === 'string' ? raw['id'] : '';
}

function stampIn(raw: Fields): { readonly time: string; readonly timestamp: number } {
  const timestamp = raw['timestamp'];
  const time = typeof timestamp === 'number' ? toIsoTime(timestamp) : undefined;
  if (typeof timestamp === 'number' && time !== undefined) return { time, timestamp };
  const found = typeof timestamp === 'number' ? String(timestamp) : kindOf(timestamp);
  throw new FieldError(`timestamp is ${found}, expected a time in epoch milliseconds`);
}

function listIn<T>(
  object: Fields,
  key: string,
  isItem: (item: unknown) => item is T,
  expected: string,
): readonly T[] {
  const list = object[key];
  if (Array.isArray(list) && list.length <= mostLogEvents && list.every(isItem)) return list;
  const found = Array.isArray(list) ? `a list of ${list.length}` : kindOf(list);
  throw new FieldError(`${key} is ${found}, expected a list of at most ${mostLogEvents} ${expected}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A function is subscribed to log groups of its own Region, and of its own account. */
function toLogGroupArn({ owner, logGroup }: Batch, functionArn: string): string {
  const [, partition, , region] = functionArn.split(':');
  return `arn:${partition || 'aws'}:logs:${region || 'local'}:${owner}:log-group:${logGroup}`;
}
