import type { PatternReader } from './pattern-reader.ts';

/** Conditions joined by `&&` and `||`; `&&` binds closer, parentheses closest. */
export type Expression<Condition> =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Expression<Condition>[] };

/** Reads `a && b || c`; `parseOperand` reads each of a, b and c. Throws LogFilterError. */
export function parseExpression<Condition>(
  reader: PatternReader,
  parseOperand: () => Expression<Condition>,
): Expression<Condition> {
  const parseAll = () => parseJoined(reader, and, 'all', parseOperand);
  return parseJoined(reader, or, 'any', parseAll);
}

/** Why the expression doesn't hold, given why a condition doesn't; `undefined` when it does. */
export function findExpressionMismatch<Condition>(
  expression: Expression<Condition>,
  findMismatch: (condition: Condition) => string | undefined,
): string | undefined {
  if (expression.kind === 'condition') return findMismatch(expression.condition);
  const reasons: string[] = [];
  for (const part of expression.parts) {
    const reason = findExpressionMismatch(part, findMismatch);
    if (expression.kind === 'all' && reason !== undefined) return reason;
    if (expression.kind === 'any' && reason === undefined) return undefined;
    if (reason !== undefined) reasons.push(reason);
  }
  return expression.kind === 'all' ? undefined : toReason(reasons);
}

function parseJoined<Condition>(
  reader: PatternReader,
  operator: RegExp,
  kind: 'all' | 'any',
  parseOperand: () => Expression<Condition>,
): Expression<Condition> {
  const first = parseOperand();
  const parts = [first];
  reader.skipSpace();
  while (reader.take(operator) !== undefined) {
    parts.push(parseOperand());
    reader.skipSpace();
  }
  return parts.length === 1 ? first : { kind, parts };
}

function toReason(reasons: readonly string[]): string {
  const shown = reasons.slice(0, mostShown).join('; ');
  return reasons.length > mostShown ? `${shown}; and ${reasons.length - mostShown} more` : shown;
}

const and = /&&/y;
const or = /\|\|/y;
const mostShown = 3;
