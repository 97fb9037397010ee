import type { Json } from '../../../shared/events/trigger-event.ts';
import { findMismatch, toSentence } from '../../../shared/jobs/pattern/match-pattern.ts';
import { PatternError, parsePattern } from '../../../shared/jobs/pattern/parse-pattern.ts';
import type { Dialect } from '../../../shared/jobs/pattern/pattern.ts';

/** Why the event doesn't match, as a sentence; `undefined` when it does. */
export function mismatchOf(pattern: unknown, event: Json, dialect: Dialect = 'events'): string | undefined {
  const mismatch = findMismatch(parsePattern(pattern, dialect), event);
  return mismatch && toSentence(mismatch);
}

/** Whether `{ a: value }`, or `{}` without a value, matches `{ a: [condition] }`. */
export function meets(condition: unknown, value: Json | undefined, dialect?: Dialect): boolean {
  const event = value === undefined ? { b: 1 } : { a: value };
  return mismatchOf({ a: [condition] }, event, dialect) === undefined;
}

/** What the parser says against a pattern, as `path: problem` with slashes in the path; nothing when it takes it. */
export function problemsOf(pattern: unknown, dialect: Dialect = 'events'): readonly string[] {
  try {
    parsePattern(pattern, dialect);
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.problems.map(({ path, problem }) => `${path.join('/')}: ${problem}`);
  }
}
