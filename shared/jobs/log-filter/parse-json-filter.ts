import { isObject, parseJson } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { toShown } from '../mistake.ts';
import { type Comparison, createComparisonParser, satisfies, toExpected } from './comparison.ts';
import { type Expression, findExpressionMismatch, parseExpression } from './expression.ts';
import type { PatternReader } from './pattern-reader.ts';
import { namesOf, parseSelector, type Selector, select } from './selector.ts';

/** `{ $.level = "ERROR" && $.latency > 500 }` */
export type JsonFilter = Expression<Condition>;

/** One is met when any value that its selector leads to meets it. */
type Condition = { readonly selector: Selector } & (
  | { readonly kind: 'compares'; readonly comparison: Comparison }
  | { readonly kind: 'is'; readonly value: boolean | null }
  | { readonly kind: 'not-exists' }
);

/**
 * Reads a JSON filter, for which the reader is at the opening brace. Throws LogFilterError, also for `EXISTS` and
 * `IS NOT`, which AWS doesn't support.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
 */
export function parseJsonFilter(reader: PatternReader): JsonFilter {
  reader.take(openBrace);
  const parseComparison = createComparisonParser(reader);
  let wildcards = 0;
  const parseCondition = (): Condition => {
    reader.skipSpace();
    const start = reader.position();
    const selector = parseSelector(reader);
    if (selector.hasWildcard) wildcards += 1;
    if (wildcards > mostWildcards) {
      throw reader.refusal(`at most ${mostWildcards} selectors with * in a filter`, start);
    }
    reader.skipSpace();
    if (reader.take(is) !== undefined) return { selector, kind: 'is', value: parseIs(reader) };
    const not = reader.position();
    if (reader.take(notExists) !== undefined) {
      if (!selector.hasWildcard) return { selector, kind: 'not-exists' };
      throw reader.refusal('no * in the selector: AWS does not say what it means with NOT EXISTS', not);
    }
    if (!reader.sees(operator)) throw reader.refusal('=, !=, <, <=, >, >=, IS or NOT EXISTS');
    return { selector, kind: 'compares', comparison: parseComparison() };
  };
  const parseOperand = (): JsonFilter => {
    reader.skipSpace();
    if (reader.take(openParenthesis) === undefined) return { kind: 'condition', condition: parseCondition() };
    const inner = parseExpression(reader, parseOperand);
    if (reader.take(closeParenthesis) === undefined) throw reader.refusal('&&, || or )');
    return inner;
  };
  const filter = parseExpression(reader, parseOperand);
  if (reader.take(closeBrace) === undefined) throw reader.refusal('&&, || or }');
  return filter;
}

/** Why the message doesn't match; `undefined` when it does. Only a JSON object can. */
export function findJsonMismatch(filter: JsonFilter, message: string): string | undefined {
  const json = parseJson(message);
  if (!isObject(json)) return 'is no JSON object';
  return findExpressionMismatch(filter, (condition) => findConditionMismatch(condition, json));
}

function findConditionMismatch(condition: Condition, message: Json): string | undefined {
  const values = select(condition.selector, message);
  const isMet =
    condition.kind === 'not-exists'
      ? values.length === 0
      : values.some((value) =>
          condition.kind === 'is' ? value === condition.value : compares(condition.comparison, value),
        );
  return isMet ? undefined : toReason(condition, values);
}

/** AWS compares texts and numbers only: `!=` isn't met by null, a list or nothing at all. */
function compares(comparison: Comparison, value: Json): boolean {
  switch (typeof value) {
    case 'string':
      return satisfies(comparison, value, undefined);
    case 'number':
      return satisfies(comparison, String(value), value);
    default:
      return false;
  }
}

function toReason(condition: Condition, values: readonly Json[]): string {
  const { text, hasWildcard } = condition.selector;
  const expected = toExpectedBy(condition);
  const [value] = values;
  if (value === undefined) return `${text} is missing, expected ${expected}`;
  if (hasWildcard) return `none of the values at ${text} is as expected: ${expected}`;
  return `${text} is ${value === null ? 'null' : toShown(value, namesOf(condition.selector))}, expected ${expected}`;
}

function toExpectedBy(condition: Condition): string {
  switch (condition.kind) {
    case 'compares':
      return toExpected(condition.comparison);
    case 'is':
      return String(condition.value);
    case 'not-exists':
      return 'it not to exist';
  }
}

function parseIs(reader: PatternReader): boolean | null {
  reader.skipSpace();
  switch (reader.take(constant)) {
    case 'NULL':
      return null;
    case 'TRUE':
      return true;
    case 'FALSE':
      return false;
    default:
      throw reader.refusal('NULL, TRUE or FALSE');
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html */
const mostWildcards = 3;

const openBrace = /\{/y;
const closeBrace = /\}/y;
const openParenthesis = /\(/y;
const closeParenthesis = /\)/y;
const operator = /[=<>]|!=/y;
const is = /IS\b/y;
const constant = /(?:NULL|TRUE|FALSE)\b/y;
const notExists = /NOT[ \t\r\n]+EXISTS\b/y;
