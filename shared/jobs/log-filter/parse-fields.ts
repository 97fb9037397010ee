import { toExactNumber } from '../../events/number.ts';
import { toShown } from '../mistake.ts';
import { type Comparison, createComparisonParser, satisfies, toExpected } from './comparison.ts';
import { type Expression, findExpressionMismatch, parseExpression } from './expression.ts';
import type { PatternReader } from './pattern-reader.ts';
import { splitFields } from './split-fields.ts';

/** `[ip, ..., status = 4*, bytes]`: fields from the start of a line, and those from its end after an ellipsis. */
export type FieldsFilter = {
  readonly before: readonly Field[];
  readonly after: readonly Field[] | undefined;
};

/** A field that may be anything has no condition. */
type Field = { readonly name: string; readonly condition?: Expression<Comparison> };

/**
 * Reads a filter for space-delimited lines, for which the reader is at the opening bracket. Throws LogFilterError.
 * A field may have no name, as in AWS's own `[..., status_code=4*,]`; `[]` is any line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
 */
export function parseFields(reader: PatternReader): FieldsFilter {
  reader.take(openBracket);
  const parseComparison = createComparisonParser(reader);
  const names = new Set<string>();
  const before: Field[] = [];
  let after: Field[] | undefined;
  reader.skipSpace();
  if (reader.take(closeBracket) !== undefined) return { before, after: [] };
  do {
    reader.skipSpace();
    if (reader.sees(ellipsis)) {
      if (after !== undefined) throw reader.refusal('at most one ...');
      reader.take(ellipsis);
      after = [];
    } else {
      (after ?? before).push(parseField(reader, names, parseComparison));
    }
    reader.skipSpace();
  } while (reader.take(comma) !== undefined);
  if (reader.take(closeBracket) === undefined) throw reader.refusal('&&, ||, a comma or ]');
  return { before, after };
}

/**
 * Why the line doesn't match; `undefined` when it does. The last field takes the rest of the line, as AWS's
 * `[w1=ERROR, w2]` shows; after an ellipsis it is the last one of the line.
 */
export function findFieldsMismatch({ before, after }: FieldsFilter, line: string): string | undefined {
  const found = splitFields(line);
  const least = before.length + (after?.length ?? 0);
  if (found.length < least) return `has ${toCount(found.length)}, expected at least ${least}`;
  const texts = found.map(({ text }) => text);
  const last = found[before.length - 1];
  if (after === undefined && last !== undefined && found.length > before.length) {
    texts[before.length - 1] = line.slice(last.start).trimEnd();
  }
  const fromEnd = texts.length - (after?.length ?? 0);
  return findMismatch(before, texts, 0) ?? findMismatch(after ?? [], texts, fromEnd);
}

function findMismatch(fields: readonly Field[], texts: readonly string[], from: number): string | undefined {
  for (const [at, { name, condition }] of fields.entries()) {
    if (condition === undefined) continue;
    const text = texts[from + at] ?? '';
    const number = text.length <= longestNumber ? toExactNumber(text) : undefined;
    const reason = findExpressionMismatch(condition, (comparison) =>
      satisfies(comparison, text, typeof number === 'number' ? number : undefined)
        ? undefined
        : `${name} is ${toShown(text, [name])}, expected ${toExpected(comparison)}`,
    );
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function parseField(reader: PatternReader, names: Set<string>, parseComparison: () => Comparison): Field {
  if (reader.sees(endOfField)) return { name: '' };
  if (reader.sees(bareName)) return { name: takeName(reader, names) };
  const first = takeName(reader, names);
  let isFirst = true;
  const condition = parseExpression<Comparison>(reader, () => {
    if (!isFirst) takeSameName(reader, first);
    isFirst = false;
    return { kind: 'condition', condition: parseComparison() };
  });
  return { name: first, condition };
}

function takeName(reader: PatternReader, names: Set<string>): string {
  const start = reader.position();
  const name = reader.take(plainName);
  if (name === undefined) throw reader.refusal('a name of A-Z, a-z, 0-9, _ and -, or ...');
  if (names.has(name)) throw reader.refusal('a name that no other field has', start);
  names.add(name);
  return name;
}

function takeSameName(reader: PatternReader, name: string): void {
  reader.skipSpace();
  const start = reader.position();
  if (reader.take(plainName) !== name) {
    throw reader.refusal(`${name} again: a field has conditions on itself only`, start);
  }
}

function toCount(fields: number): string {
  return fields === 1 ? '1 field' : `${fields} fields`;
}

/** No number in a log is longer, and telling a longer one exactly would take long. */
const longestNumber = 400;

const openBracket = /\[/y;
const closeBracket = /\]/y;
const comma = /,/y;
const ellipsis = /\.\.\./y;
const plainName = /[A-Za-z0-9_-]+/y;
const bareName = /[A-Za-z0-9_-]+[ \t\r\n]*[,\]]/y;
const endOfField = /[,\]]/y;
