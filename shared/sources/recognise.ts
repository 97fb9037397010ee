import { isObject } from '../events/json.ts';
import { type SourceName, sourceNames } from '../events/trigger-event.ts';
import { eventSourceOf, nameLookalike, nameRecord, showKeys } from './lookalike.ts';
import { kindOf, showText } from './reading/fields.ts';

/** The source that a payload comes from, or why it's none of ours. */
export type Recognised = { readonly source: SourceName } | { readonly refused: string };

/**
 * Tells from the payload alone; AWS has no field for it. What is recognised may still be refused by its source's
 * `parse`, but no other source takes it.
 */
export function recognise(payload: unknown): Recognised {
  const lookalike = nameLookalike(payload);
  if (lookalike?.source === undefined) return { refused: toRefusal(payload, lookalike?.name) };
  const mixed = findStranger(payload, lookalike.source);
  return mixed === undefined ? { source: lookalike.source } : { refused: mixed };
}

/** An invocation has one source mapping; records of several can only be put together by hand. */
function findStranger(payload: unknown, source: SourceName): string | undefined {
  const records = isObject(payload) ? payload['Records'] : undefined;
  if (!Array.isArray(records) || nameRecord(records[0])?.source !== source) return undefined;
  const position = records.findIndex((record) => nameRecord(record)?.source !== source);
  if (position === -1) return undefined;
  const [first]: readonly unknown[] = records;
  return `${showEventSource(records, position)}, expected ${showText(eventSourceOf(first))} as in Records[0]`;
}

function toRefusal(payload: unknown, name: string | undefined): string {
  if (name !== undefined) return `the payload looks like ${name}, which is none of ${sourceNames.join(', ')}`;
  if (!isObject(payload)) return `the payload is ${kindOf(payload)}, expected an object, of one of ${known}`;
  const records = payload['Records'];
  if (Array.isArray(records) && records.length > 0) {
    return `${showEventSource(records, 0)}, expected aws:sqs, aws:sns, aws:s3, aws:kinesis or aws:dynamodb`;
  }
  return `the payload has ${showKeys(payload)}, which looks like nothing that is known; expected one of ${known}`;
}

const known = `${sourceNames.join(', ')} (which is exactly { "job": "<name>", "input": <any JSON> })`;

function showEventSource(records: readonly unknown[], position: number): string {
  const record = records[position];
  if (!isObject(record)) return `Records[${position}] is ${kindOf(record)}`;
  return `Records[${position}].eventSource is ${showText(eventSourceOf(record))}`;
}
