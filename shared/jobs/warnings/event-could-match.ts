import type { Json } from '../../events/trigger-event.ts';
import { isRecord } from '../document.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import type { Statement } from './permission.ts';

/** The values that fields of an event may have, by their dotted path; others may have any. */
export type KnownFields = Readonly<Record<string, readonly string[]>>;

/** Whether some event with these fields matches a pattern. */
export function couldMatch(eventPattern: unknown, known: KnownFields): boolean {
  return parsePattern(eventPattern, 'events').alternatives.some(({ fields }) =>
    fields.every(({ path, conditions }) => {
      const values = known[path.join('.')];
      return values === undefined || values.some((value) => conditions.some(({ isMet }) => isMet(value)));
    }),
  );
}

/**
 * Whether a pattern asks for nothing but events that no job can put on a bus, nor should: those of AWS and our own.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export function isOfOthers({ source }: Readonly<Record<string, Json>>, own: string): boolean {
  return (
    Array.isArray(source) &&
    source.every((entry) => {
      const text = isRecord(entry) ? (entry['prefix'] ?? entry['wildcard']) : entry;
      return text === own || (typeof text === 'string' && text.startsWith('aws.'));
    })
  );
}

/**
 * What a statement lets through of the events that are put on a bus.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
export function toAllowedFields({ Condition = {} }: Statement): KnownFields {
  const known = Object.entries(Condition)
    .filter(([operator]) => /^(?:ForAllValues:)?StringEquals$/.test(operator))
    .flatMap(([, keys]) => (isRecord(keys) ? Object.entries(keys) : []))
    .flatMap(([key, value]) => {
      const field = conditionKeys.get(key.toLowerCase());
      const values = [value].flat().filter((one) => typeof one === 'string');
      return field === undefined ? [] : [[field, values] as const];
    });
  return Object.fromEntries(known);
}

const conditionKeys = new Map([
  ['events:source', 'source'],
  ['events:detail-type', 'detail-type'],
]);
