import { isObject } from '../../events/json.ts';
import type { SourceName } from '../../events/trigger-event.ts';
import { nameLookalike } from '../lookalike.ts';
import {
  type DeliveryRecord,
  EventParseError,
  type ReadableRecord,
  type UnreadableRecord,
} from '../source.ts';
import { FieldError, type Fields, kindOf } from './fields.ts';

/** A record's ids, which have to be there: what can't be named can't be acknowledged. */
export type RecordIds = { readonly recordId: string; readonly itemIdentifier?: string };

/**
 * The `Records` of a payload, all of them from `eventSource`. Throws EventParseError when there are none, or when
 * they come from somewhere else, or one of them is no object.
 */
export function recordsIn(source: SourceName, payload: unknown, eventSource: string): readonly Fields[] {
  const lookalike = nameLookalike(payload);
  if (lookalike !== undefined && lookalike.source !== source) {
    throw new EventParseError(
      source,
      `the payload looks like ${lookalike.name}, expected Records of ${eventSource}`,
    );
  }
  const records = isObject(payload) ? payload['Records'] : undefined;
  if (!Array.isArray(records) || records.length === 0) {
    throw new EventParseError(source, `the payload has no Records, expected those of ${eventSource}`);
  }
  return records.map((record: unknown, position) => {
    if (!isObject(record)) {
      throw new EventParseError(source, `Records[${position}] is ${kindOf(record)}, expected an object`);
    }
    const found = record['eventSource'] ?? record['EventSource'];
    if (found === eventSource) return record;
    throw new EventParseError(
      source,
      `Records[${position}].eventSource is ${typeof found === 'string' ? JSON.stringify(found.slice(0, 80)) : kindOf(found)}, expected "${eventSource}"`,
    );
  });
}

/** One record; what can't be read of it is kept as it came, as JSON. `parse` throws FieldError for what it can't read. */
export function toRecord(
  raw: Fields,
  ids: RecordIds,
  parse: (raw: Fields) => Omit<ReadableRecord, keyof RecordIds>,
): DeliveryRecord {
  try {
    return { ...ids, ...parse(raw) };
  } catch (error) {
    return toUnreadable(raw, ids, error);
  }
}

/** A record as it came, with what was wrong with it. Throws what is no FieldError. */
export function toUnreadable(raw: Fields, ids: RecordIds, error: unknown): UnreadableRecord {
  if (!(error instanceof FieldError)) throw error;
  return { ...ids, error: error.message, bytes: toBytes(raw) };
}

function toBytes(raw: Fields): string {
  try {
    return JSON.stringify(raw);
  } catch {
    // Nested so deeply that it can't be written; no record that AWS sends is.
    return '';
  }
}
