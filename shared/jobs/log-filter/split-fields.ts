/** A field of a line, and where it begins, its quote or bracket included. */
export type LineField = { readonly text: string; readonly start: number };

/**
 * The fields of a space-delimited line. What is in quotes or brackets is one field, without them, when the closing
 * one ends a word: `[10/Oct/2000:13:25:15 -0700]`. Any other quote or bracket is an ordinary character.
 * Tabs and line ends part fields too.
 */
export function splitFields(line: string): readonly LineField[] {
  const fields: LineField[] = [];
  // A closing sign is looked for once and remembered, so that a line of opening ones takes no longer than another.
  const closings = new Map<string, number>();
  const findClosing = (sign: string, from: number) => {
    const known = closings.get(sign);
    if (known !== undefined && (known === -1 || known >= from)) return known;
    const found = line.indexOf(sign, from);
    closings.set(sign, found);
    return found;
  };
  let start = skip(line, blanks, 0);
  while (start < line.length) {
    const sign = closingOf.get(line.charAt(start));
    const closing = sign === undefined ? -1 : findClosing(sign, start + 1);
    const isEnclosed = closing !== -1 && skip(line, word, closing + 1) === closing + 1;
    const end = isEnclosed ? closing + 1 : skip(line, word, start);
    fields.push({ text: isEnclosed ? line.slice(start + 1, closing) : line.slice(start, end), start });
    start = skip(line, blanks, end);
  }
  return fields;
}

/** Where the sticky expression, which may match nothing, ends. */
function skip(line: string, expression: RegExp, from: number): number {
  expression.lastIndex = from;
  expression.test(line);
  return expression.lastIndex;
}

const closingOf: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['[', ']'],
]);
const blanks = /[ \t\r\n]*/y;
const word = /[^ \t\r\n]*/y;
