import { toShown } from '../mistake.ts';

/** A filter pattern that CloudWatch Logs wouldn't take, or whose meaning AWS doesn't document. */
export class LogFilterError extends Error {
  override readonly name = 'LogFilterError';
}

/** Reads a filter pattern from its start to its end. Every expression it is given is a sticky one (`/…/y`). */
export type PatternReader = {
  /** How many UTF-16 units are read. */
  position(): number;
  isAtEnd(): boolean;
  skipSpace(): void;
  /** Whether the expression matches here. */
  sees(expression: RegExp): boolean;
  /** Reads what the expression matches here; `undefined` when it matches nothing here. */
  take(expression: RegExp): string | undefined;
  /** What was read since a position. */
  textSince(position: number): string;
  /** What is found here, or at an earlier position, and what was expected instead. */
  refusal(expected: string, position?: number): LogFilterError;
};

export function createPatternReader(pattern: string): PatternReader {
  let at = 0;
  const find = (expression: RegExp) => {
    expression.lastIndex = at;
    return expression.exec(pattern)?.[0];
  };
  const take = (expression: RegExp) => {
    const found = find(expression);
    at += found?.length ?? 0;
    return found;
  };
  return {
    position: () => at,
    isAtEnd: () => at === pattern.length,
    skipSpace() {
      take(space);
    },
    sees: (expression) => find(expression) !== undefined,
    take,
    textSince: (position) => pattern.slice(position, at),
    refusal(expected, position = at) {
      token.lastIndex = position;
      const found = token.exec(pattern)?.[0];
      const character = [...pattern.slice(0, position)].length + 1;
      return new LogFilterError(
        `log filter: found ${found === undefined ? 'the end' : toShown(found)} at character ${character}, expected ${expected}`,
      );
    },
  };
}

/**
 * Reads `"INTERNAL SERVER ERROR"`, for which the reader is at the opening quote, and gives what it stands for.
 * AWS documents no escapes: `\"` and `\\` can mean one thing only, others are refused.
 */
export function takeQuoted(reader: PatternReader): string {
  reader.take(quote);
  const text = reader.take(quotedText) ?? '';
  if (reader.take(quote) === undefined) {
    throw reader.refusal(reader.isAtEnd() ? 'a closing "' : 'a backslash as \\\\ and a quote as \\"');
  }
  return text.replace(/\\(["\\])/g, '$1');
}

const space = /[ \t\r\n]*/y;
const token = /\w+|./suy;
const quote = /"/y;
const quotedText = /(?:[^"\\]|\\["\\])*/y;
