import { isObject } from '../../events/json.ts';
import { toShown } from '../mistake.ts';
import { parseAnythingBut } from './anything-but.ts';
import { parseIpRange } from './ip-range.ts';
import { parseNumeric } from './numeric.ts';
import type { Condition, Dialect } from './pattern.ts';
import type { Place } from './place.ts';
import { isScalar, type Scalar, toScalarText } from './scalar.ts';
import { conditionOfTexts, parseCased, parseText, type TextTest } from './text-condition.ts';

/** One entry of the list that a field of a pattern has; `undefined` when something is wrong with it. */
export function parseCondition(raw: unknown, place: Place): Condition | undefined {
  if (isScalar(raw)) return parseExact(raw, place);
  const names = [...operatorsOf(place.dialect).keys()];
  if (!isObject(raw)) {
    place.report(
      `found ${toShown(raw, place.path)}, expected a value or a condition such as { prefix: img- }`,
    );
    return undefined;
  }
  const [name, ...others] = Object.keys(raw);
  if (name === undefined || others.length > 0) {
    const found = name === undefined ? 'an empty mapping' : `${others.length + 1} conditions in one mapping`;
    place.report(`found ${found}, expected one of ${names.join(', ')}`);
    return undefined;
  }
  const parse = operatorsOf(place.dialect).get(name);
  if (parse === undefined)
    place.at(name).report(`no condition has this name, expected one of ${names.join(', ')}`);
  return parse?.(raw[name], place.at(name));
}

type Operator = (raw: unknown, place: Place) => Condition | undefined;

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
const snsOperators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['prefix', parseOne((raw, place) => parseText('prefix', raw, place))],
  ['suffix', parseOne((raw, place) => parseText('suffix', raw, place))],
  ['equals-ignore-case', parseOne((raw, place) => parseText('equals-ignore-case', raw, place))],
  ['anything-but', parseAnythingBut],
  ['numeric', parseNumeric],
  ['cidr', parseCidr],
  ['exists', parseExists],
]);

/**
 * Lambda has those of EventBridge: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...snsOperators,
  ['prefix', parseOne((raw, place) => parseCased('prefix', raw, place))],
  ['suffix', parseOne((raw, place) => parseCased('suffix', raw, place))],
  ['wildcard', parseOne((raw, place) => parseText('wildcard', raw, place))],
]);

function operatorsOf(dialect: Dialect): ReadonlyMap<string, Operator> {
  return dialect === 'sns' ? snsOperators : operators;
}

function parseOne(parse: (raw: unknown, place: Place) => TextTest | undefined): Operator {
  return (raw, place) => {
    const test = parse(raw, place);
    return test && conditionOfTexts([test]);
  };
}

function parseExact(value: Scalar, place: Place): Condition | undefined {
  if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    place.report(`found ${value}, expected a number with at most 15 digits before the point`);
    return undefined;
  }
  return { expected: toScalarText(value, place.path), isMet: (found) => found === value };
}

function parseCidr(raw: unknown, place: Place): Condition | undefined {
  const isInRange = typeof raw === 'string' ? parseIpRange(raw) : undefined;
  if (isInRange === undefined) {
    const found = toShown(raw, place.path);
    place.report(`found ${found}, expected a range of addresses such as 10.0.0.0/24 or 2001:db8::/32`);
    return undefined;
  }
  return {
    expected: `an address in ${raw}`,
    isMet: (value) => typeof value === 'string' && isInRange(value),
  };
}

/**
 * Of SNS: "The key must have a non-null and non-empty value."
 * https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
 */
function parseExists(raw: unknown, place: Place): Condition | undefined {
  if (typeof raw !== 'boolean') {
    place.report(`found ${toShown(raw, place.path)}, expected true or false`);
    return undefined;
  }
  if (!raw) return { expected: 'it to be missing', isMet: () => false, wantsMissing: true };
  const isFilled = (value: Scalar) => value !== null && value !== '';
  return { expected: 'any value', isMet: place.dialect === 'sns' ? isFilled : () => true };
}
