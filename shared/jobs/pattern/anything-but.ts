import { isObject } from '../../events/json.ts';
import { toShown } from '../mistake.ts';
import { parseOperand } from './numeric.ts';
import type { Condition } from './pattern.ts';
import type { Place } from './place.ts';
import { toShortList } from './short-list.ts';
import { conditionOfTexts, parseText, type TextOperator } from './text-condition.ts';

/**
 * Texts or numbers that a value is not, or what a text is not like; each one or a list. Met by every other value that
 * is there, of whatever type, null too.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * SNS has only one prefix: https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
 */
export function parseAnythingBut(raw: unknown, place: Place): Condition | undefined {
  const excluded = isObject(raw) ? parseTexts(raw, place) : parseValues(raw, place);
  return (
    excluded && {
      expected: `anything but ${excluded.expected}`,
      isMet: (value) => !excluded.isMet(value),
    }
  );
}

/** A condition that the excluded values meet. */
function parseValues(raw: unknown, place: Place): Condition | undefined {
  const entries: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  const types = new Set(entries.map((entry) => typeof entry));
  if (types.size !== 1 || !(types.has('string') || types.has('number'))) {
    const found =
      types.size > 1 ? 'a list of several types' : toShown(Array.isArray(raw) ? entries[0] : raw, place.path);
    place.report(
      `found ${entries.length === 0 ? 'an empty list' : found}, expected texts or numbers, one or a list`,
    );
    return undefined;
  }
  const values = entries.flatMap<string | number>((entry, index) => {
    if (typeof entry === 'string') return entry;
    return parseOperand(entry, Array.isArray(raw) ? place.at(index) : place) ?? [];
  });
  if (values.length < entries.length) return undefined;
  const excluded = new Set<unknown>(values);
  return {
    expected: toShortList(values, 'or', (value) => toShown(value, place.path)),
    isMet: (value) => excluded.has(value),
  };
}

/** A condition that the excluded texts meet. */
function parseTexts(raw: { readonly [name: string]: unknown }, place: Place): Condition | undefined {
  const allowed: readonly TextOperator[] =
    place.dialect === 'sns' ? ['prefix'] : ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];
  const [name, ...others] = Object.keys(raw);
  const operator = allowed.find((known) => known === name);
  if (operator === undefined || others.length > 0) {
    place.report(`found ${toShown(raw, place.path)}, expected a value or one of ${allowed.join(', ')}`);
    return undefined;
  }
  const inner = raw[operator];
  const at = place.at(operator);
  if (!Array.isArray(inner) || place.dialect === 'sns') {
    const test = parseExcluded(operator, inner, at);
    return test && conditionOfTexts([test]);
  }
  if (inner.length === 0) at.report('found an empty list, expected at least one text');
  const tests = inner.flatMap((entry: unknown, index) => parseExcluded(operator, entry, at.at(index)) ?? []);
  return inner.length === 0 || tests.length < inner.length ? undefined : conditionOfTexts(tests);
}

/** Every text starts and ends with nothing, so nothing would be left. */
function parseExcluded(operator: TextOperator, raw: unknown, place: Place) {
  if (raw !== '' || operator === 'equals-ignore-case' || operator === 'wildcard')
    return parseText(operator, raw, place);
  place.report('found empty text, expected at least one character');
  return undefined;
}
