import { isJson } from '../events/json.ts';
import type { Check } from './checks.ts';
import { isRecord } from './document.ts';
import { atKey, atValue, type Mistake, type Path, suggestion } from './mistake.ts';
import { PatternError, parsePattern } from './pattern/parse-pattern.ts';
import type { Dialect } from './pattern/pattern.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const eventFields = [
  'version',
  'id',
  'detail-type',
  'source',
  'account',
  'time',
  'region',
  'resources',
  'detail',
  'replay-name',
];

/** A filter of an event source mapping. */
export const checkPattern: Check = (raw) => findMistakes(raw, 'mapping');

/** A filter policy of SNS, which looks at message attributes. */
export const checkFilterPolicy: Check = (raw) => findMistakes(raw, 'sns');

/** A pattern of EventBridge, which can only name the fields that its events have. */
export const checkEventPattern: Check = (raw) => [...findMistakes(raw, 'events'), ...findUnknown(raw, [])];

/** What the router's own parser says against it; what is no mapping, or not JSON, the schema says. */
function findMistakes(raw: unknown, dialect: Dialect): readonly Mistake[] {
  if (!isRecord(raw) || !isJson(raw)) return [];
  try {
    parsePattern(raw, dialect);
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.problems.map(({ path, problem }) =>
      path.length === 0 ? atKey(path, problem) : atValue(path, problem),
    );
  }
}

/** The same inside `$or`. */
function findUnknown(raw: unknown, path: Path): readonly Mistake[] {
  if (!isRecord(raw)) return [];
  return Object.entries(raw).flatMap(([name, value]) => {
    const here = [...path, name];
    if (name === '$or') {
      return Array.isArray(value)
        ? value.flatMap((choice: unknown, index) => findUnknown(choice, [...here, index]))
        : [];
    }
    if (eventFields.includes(name)) return [];
    const near = suggestion(name, eventFields) || `, expected one of ${eventFields.join(', ')}`;
    return [atKey(here, `no event has this field${near}`)];
  });
}
