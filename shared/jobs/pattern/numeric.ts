import { toShown } from '../mistake.ts';
import type { Condition, Dialect } from './pattern.ts';
import type { Place } from './place.ts';

/**
 * `[">", 0]`, or from one number to another, `[">", 0, "<=", 5]`. Numbers of an event outside of the limits match
 * nothing; text never does.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html
 */
export function parseNumeric(raw: unknown, place: Place): Condition | undefined {
  const parts: readonly unknown[] = Array.isArray(raw) ? raw : [];
  const [first, from, second, to] = parts;
  if (parts.length === 2 && isComparison(first, ['=', '<', '<=', '>', '>='])) {
    const operand = parseOperand(from, place.at(1));
    return operand === undefined ? undefined : toCondition([[first, operand]], place);
  }
  if (parts.length !== 4 || !isComparison(first, ['>', '>=']) || !isComparison(second, ['<', '<='])) {
    const found = toFound(raw, place);
    place.report(`found ${found}, expected ["=", 5], ["<", 5] or a range such as [">", 0, "<=", 5]`);
    return undefined;
  }
  const start = parseOperand(from, place.at(1));
  const end = parseOperand(to, place.at(3));
  if (start === undefined || end === undefined) return undefined;
  if (start >= end) {
    place.at(3).report(`found ${end}, expected more than ${start}`);
    return undefined;
  }
  const bounds = [[first, start] as const, [second, end] as const];
  return toCondition(bounds, place);
}

/** A number that AWS compares exactly: `undefined`, and a report, for any other. */
export function parseOperand(raw: unknown, place: Place): number | undefined {
  const { limit, decimals } = precision[place.dialect];
  const isExact = typeof raw === 'number' && Math.abs(raw) <= limit && Number(raw.toFixed(decimals)) === raw;
  if (isExact) return raw;
  const found = toShown(raw, place.path);
  place.report(
    `found ${found}, expected a number from -${limit} to ${limit} with at most ${decimals} decimals`,
  );
  return undefined;
}

/**
 * "between -5.0e9 and +5.0e9 inclusive, with 15 digits of precision, or six digits to the right of the decimal point"
 * https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
const precision: Readonly<Record<Dialect, { readonly limit: number; readonly decimals: number }>> = {
  events: { limit: 5e9, decimals: 6 },
  mapping: { limit: 5e9, decimals: 6 },
  sns: { limit: 1e9, decimals: 5 },
};

const comparisons = {
  '=': (operand: number) => (value: number) => value === operand,
  '<': (operand: number) => (value: number) => value < operand,
  '<=': (operand: number) => (value: number) => value <= operand,
  '>': (operand: number) => (value: number) => value > operand,
  '>=': (operand: number) => (value: number) => value >= operand,
};

type Comparison = keyof typeof comparisons;

function isComparison(raw: unknown, among: readonly Comparison[]): raw is Comparison {
  return among.some((comparison) => comparison === raw);
}

function toCondition(bounds: readonly (readonly [Comparison, number])[], { dialect }: Place): Condition {
  const { limit } = precision[dialect];
  const tests = bounds.map(([comparison, operand]) => comparisons[comparison](operand));
  return {
    expected: `a number ${bounds.map((bound) => bound.join(' ')).join(' and ')}`,
    isMet: (value) =>
      typeof value === 'number' && Math.abs(value) <= limit && tests.every((isMet) => isMet(value)),
  };
}

/** A short list as it is, since what is wrong with it may be the order. */
function toFound(raw: unknown, place: Place): string {
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > 6) return toShown(raw, place.path);
  return `[${raw.map((part: unknown) => toShown(part, place.path)).join(', ')}]`;
}
