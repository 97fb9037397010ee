import type { SourceName } from '../../events/trigger-event.ts';
import { type DeliveryRecord, EventParseError } from '../source.ts';
import { FieldError, type Fields } from './fields.ts';

/** Reads one text of a record, which may be unreadable otherwise; throws FieldError. */
type Read = (raw: Fields) => string;

/** The ARN of a delivery: the first that `read` finds. Throws EventParseError when no record has one. */
export function firstArn(source: SourceName, raws: readonly Fields[], read: Read): string {
  const found = firstOf(raws, read);
  if (typeof found === 'string') return found;
  throw new EventParseError(source, `Records[0].${found.message}`, { cause: found });
}

/** The time of a delivery: that of the first event there is, else the first that `read` finds, else the epoch. */
export function firstTime(records: readonly DeliveryRecord[], raws: readonly Fields[], read: Read): string {
  for (const record of records) {
    const event = 'events' in record ? record.events[0] : undefined;
    if (event !== undefined) return event.time;
  }
  const found = firstOf(raws, read);
  return typeof found === 'string' ? found : new Date(0).toISOString();
}

/** What was wrong with the first record, when none has it. */
function firstOf(raws: readonly Fields[], read: Read): string | FieldError {
  let first: FieldError | undefined;
  for (const raw of raws) {
    try {
      return read(raw);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      first ??= error;
    }
  }
  return first ?? new FieldError('the list is empty');
}
