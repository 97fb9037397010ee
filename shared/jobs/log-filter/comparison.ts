import { toExactNumber } from '../../events/number.ts';
import { toShown } from '../mistake.ts';
import { matchesWildcard, toWildcard, type Wildcard } from '../wildcard.ts';
import { parseRegex } from './parse-regex.ts';
import { type PatternReader, takeQuoted } from './pattern-reader.ts';
import { findsRegex, type Regex } from './regex.ts';

/** `= "UpdateTrail"`, `!= 4*`, `>= 1e3` or `= %^val%`, of a JSON property or of a field of a line. */
export type Comparison = {
  readonly operator: '=' | '!=' | '<' | '<=' | '>' | '>=';
  readonly operand: Operand;
};

/** Only `=` and `!=` take a text or a regular expression. A number is exact when JavaScript can hold all of it. */
type Operand =
  | { readonly kind: 'text'; readonly text: string; readonly wildcard: Wildcard }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly isExact: boolean }
  | { readonly kind: 'regex'; readonly regex: Regex };

/** Reads comparisons of one filter, which may have two regular expressions in all. Throws LogFilterError. */
export function createComparisonParser(reader: PatternReader): () => Comparison {
  let regexes = 0;
  return () => {
    reader.skipSpace();
    const operator = toOperator(reader.take(operators));
    if (operator === undefined) throw reader.refusal('=, !=, <, <=, > or >=');
    reader.skipSpace();
    const start = reader.position();
    const operand = parseOperand(reader);
    if (operand.kind === 'regex') regexes += 1;
    if (regexes > mostRegexes) {
      throw reader.refusal(`at most ${mostRegexes} regular expressions in a filter`, start);
    }
    if (operator !== '=' && operator !== '!=' && operand.kind !== 'number') {
      throw reader.refusal(`a number after ${operator}`, start);
    }
    return { operator, operand };
  };
}

/**
 * Whether a value is as the comparison asks. `number` is there when the value is one.
 * A text or a wildcard is compared with how the number is written; an unquoted number with a number by its value,
 * with any other text by how both are written. A text is neither more nor less than any number. In JSON 12.0 is
 * taken as written 12, so `= "12"` takes it here and not in AWS.
 */
export function satisfies(
  { operator, operand }: Comparison,
  text: string,
  number: number | undefined,
): boolean {
  switch (operator) {
    case '=':
      return equals(operand, text, number);
    case '!=':
      return !equals(operand, text, number);
  }
  const value = number ?? toLongNumber(text);
  if (value === undefined || operand.kind !== 'number') return false;
  switch (operator) {
    case '<':
      return value < operand.value;
    case '<=':
      return value <= operand.value;
    case '>':
      return value > operand.value;
    case '>=':
      return value >= operand.value;
  }
}

/** What the value was expected to be: `"ERROR"`, `!= "ERROR"`, `> 5`. */
export function toExpected({ operator, operand }: Comparison): string {
  const shown = toShownOperand(operand);
  return operator === '=' ? shown : `${operator} ${shown}`;
}

function equals(operand: Operand, text: string, number: number | undefined): boolean {
  switch (operand.kind) {
    case 'text':
      return matchesWildcard(operand.wildcard, text);
    case 'regex':
      return findsRegex(operand.regex, text);
    case 'number':
      return number === undefined || !operand.isExact ? text === operand.text : number === operand.value;
  }
}

/** parseJson gives a number that JavaScript can't hold exactly as text, which is good enough to say which is more. */
function toLongNumber(text: string): number | undefined {
  const isLong = text.length <= longestNumber && typeof toExactNumber(text) === 'string';
  return isLong ? Number(text) : undefined;
}

function toShownOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'text':
      return toShown(operand.text);
    case 'number':
      return operand.text;
    case 'regex':
      return operand.regex.text;
  }
}

function parseOperand(reader: PatternReader): Operand {
  if (reader.sees(percent)) return { kind: 'regex', regex: parseRegex(reader) };
  if (reader.sees(quote)) return toTextOperand(takeQuoted(reader));
  const start = reader.position();
  const number = reader.take(numeric);
  if (number !== undefined) {
    const value = Number(number);
    const isExact = typeof toExactNumber(number) === 'number';
    if (Number.isFinite(value)) return { kind: 'number', text: number, value, isExact };
    throw reader.refusal('a number that double precision can hold', start);
  }
  if (reader.sees(nearlyNumeric)) {
    throw reader.refusal('a number such as 12, -0.5 or 1e3, or quotes round a text', start);
  }
  const text = reader.take(word);
  if (text === undefined) throw reader.refusal('a text, a number or a %regular expression%');
  if (!reader.isAtEnd() && !reader.sees(endOfOperand)) {
    throw reader.refusal('quotes round a text with other characters than A-Z, a-z, 0-9, _, . and *');
  }
  if (text === 'null') throw reader.refusal('"null" for the text, or IS NULL for a JSON property', start);
  return toTextOperand(text);
}

function toTextOperand(text: string): Operand {
  return { kind: 'text', text, wildcard: toWildcard(text) };
}

function toOperator(text: string | undefined): Comparison['operator'] | undefined {
  return knownOperators.find((operator) => operator === text);
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html */
const mostRegexes = 2;
/** The longest number that a double needs to be told from others has 767 digits. */
const longestNumber = 800;

const knownOperators = ['=', '!=', '<', '<=', '>', '>='] as const;
const operators = /!=|[<>]=?|=/y;
const quote = /"/y;
const percent = /%/y;
const word = /[A-Za-z0-9_.*]+/y;
const endOfOperand = /[ \t\r\n)}\],&|]/y;
/** As AWS documents numbers. */
const numeric = /[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?=[ \t\r\n)}\],&|]|$)/y;
/** `.5`, `5.` and `1E3`: AWS doesn't say whether they are numbers or texts. */
const nearlyNumeric = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=[ \t\r\n)}\],&|]|$)/y;
