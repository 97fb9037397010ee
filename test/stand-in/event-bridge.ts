import { randomUUID } from 'node:crypto';
import { parseJson } from '../../shared/events/json.ts';
import { account, region, type ServiceEvent } from './core.ts';
import { type CreateService, ServiceError } from './service.ts';

/** An event as it came to a bus, with the bus as it was named. */
export type PutEvent = ServiceEvent & { readonly bus: string };

export type EventBridgeOptions = {
  /** Every event that was taken, in its order. */
  readonly taken: PutEvent[];
  /** An error for one entry, whose neighbours are taken all the same. */
  readonly refuse?: (entry: Entry) => EntryError | undefined;
  /** Bytes of all entries of a request. */
  readonly mostBytes?: number;
};

export type Entry = {
  readonly EventBusName?: string;
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  /** Seconds since 1970. */
  readonly Time?: number;
  readonly TraceHeader?: string;
};

export type EntryError = { readonly ErrorCode: string; readonly ErrorMessage: string };

const understood = ['EventBusName', 'Source', 'DetailType', 'Detail', 'Resources', 'Time', 'TraceHeader'];

/**
 * PutEvents of EventBridge. Events of a bus that isn't there are taken, as EventBridge takes them.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * https://github.com/aws/aws-sdk/issues/186
 */
export function createEventBridge({
  taken,
  refuse = () => undefined,
  mostBytes = 262_143,
}: EventBridgeOptions): CreateService {
  return ({ now }) => ({
    name: 'events',
    targetPrefix: 'AWSEvents',
    operations: {
      PutEvents(request) {
        const entries = readEntries(request, mostBytes);
        const results = entries.map((entry) => {
          const error = findError(entry) ?? refuse(entry);
          if (error !== undefined) return error;
          const event = toEvent(entry, now());
          taken.push(event);
          return { EventId: event.id };
        });
        return {
          FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
          Entries: results,
        };
      },
    },
  });
}

/** Refuses the whole request, as EventBridge does. */
function readEntries({ Entries, ...others }: Readonly<Record<string, unknown>>, mostBytes: number): Entry[] {
  if (Object.keys(others).length > 0)
    throw invalid(`the stand-in does not understand ${Object.keys(others)}`);
  if (!Array.isArray(Entries) || Entries.length === 0 || Entries.length > 10) {
    throw invalid(
      "1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10, and at least 1",
    );
  }
  const entries: Entry[] = Entries;
  const strange = entries.flatMap((entry) => Object.keys(entry)).find((key) => !understood.includes(key));
  if (strange !== undefined) throw invalid(`the stand-in does not understand ${strange}`);
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > mostBytes) throw invalid('Total size of the entries in the request is over the limit.');
  return entries;
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time === undefined ? 0 : 14) + texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function findError({ Source = '', DetailType = '', Detail = '' }: Entry): EntryError | undefined {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value === '') {
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
  }
  if (DetailType.length > 128) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter DetailType is not valid.' };
  }
  if (Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: `Not authorized for ${Source}.` };
  }
  return isObjectText(Detail)
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

/** Whole numbers have 64 bits. */
function isObjectText(text: string): boolean {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const longNumber = /[:[,]\s*-?(\d{19,})\s*[\]},]/g;
  return [...text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(longNumber)].every(
    ([, digits = '']) => BigInt(digits) <= 2n ** 63n - 1n,
  );
}

function toEvent({ EventBusName = 'default', Source = '', ...entry }: Entry, now: number): PutEvent {
  const at = entry.Time === undefined ? now : entry.Time * 1000;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': entry.DetailType ?? '',
    source: Source,
    account,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    region,
    resources: entry.Resources ?? [],
    detail: JSON.parse(entry.Detail ?? ''),
    bus: EventBusName,
  };
}
