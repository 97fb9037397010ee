import {
  anyCharacter,
  type CharacterSet,
  escapedSets,
  invert,
  setOfCharacters,
  setOfRange,
  unite,
} from './character-set.ts';
import type { PatternReader } from './pattern-reader.ts';
import { type Branch, type Item, type Regex, stepsOf, toRegex } from './regex.ts';

/**
 * Reads `%^ERROR [45][0-9]{2}$%`, for which the reader is at the first `%`. Throws LogFilterError.
 *
 * Only what AWS lists: letters, digits, `: _ # = @ / ; , -` and the space of its examples; `. [] | ? * + {m,n}`;
 * `^` and `$` at the ends of an alternative; a backslash before an operator; `\d \w \s` and their opposites; `\xhh`.
 * No groups, and nothing repeated twice, so that what is left has one meaning in every dialect.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 */
export function parseRegex(reader: PatternReader): Regex {
  const start = reader.position();
  reader.take(percent);
  const branches = [parseBranch(reader)];
  while (reader.take(bar) !== undefined) branches.push(parseBranch(reader));
  if (reader.take(percent) === undefined) {
    throw reader.refusal(reader.isAtEnd() ? 'a closing %' : 'the end of the alternative after $');
  }
  const count = branches.flatMap(({ items }) => items.map(stepsOf)).reduce((sum, steps) => sum + steps, 0);
  if (count > mostSteps) {
    throw reader.refusal(
      `a regular expression for at most ${mostSteps} characters; its repetitions come to ${count}`,
      start,
    );
  }
  return toRegex(reader.textSince(start), branches);
}

function parseBranch(reader: PatternReader): Branch {
  const startsAtStart = reader.take(caret) !== undefined;
  const items: Item[] = [];
  while (!reader.isAtEnd() && !reader.sees(endOfBranch)) items.push(parseItem(reader));
  if (items.length === 0) throw reader.refusal('something to match');
  return { startsAtStart, endsAtEnd: reader.take(dollar) !== undefined, items };
}

function parseItem(reader: PatternReader): Item {
  const set = parseSet(reader);
  const item = { set, ...parseRepetition(reader) };
  if (reader.sees(repetition)) throw reader.refusal('at most one repetition');
  return item;
}

function parseSet(reader: PatternReader): CharacterSet {
  if (reader.take(dot) !== undefined) return anyCharacter;
  if (reader.take(openBracket) !== undefined) return parseClass(reader);
  return parseEscape(reader) ?? setOfCharacters(takeLiteral(reader, literal));
}

function parseRepetition(reader: PatternReader): Omit<Item, 'set'> {
  const start = reader.position();
  switch (reader.take(oneSign)) {
    case '?':
      return { least: 0, most: 1 };
    case '*':
      return { least: 0, most: Number.POSITIVE_INFINITY };
    case '+':
      return { least: 1, most: Number.POSITIVE_INFINITY };
  }
  if (!reader.sees(openBrace)) return { least: 1, most: 1 };
  const counts = reader.take(braces);
  if (counts === undefined) throw reader.refusal('{m}, {m,n}, {m,} or {,n}');
  const [least = '', most = least] = counts.slice(1, -1).split(',');
  const range = { least: Number(least), most: most === '' ? Number.POSITIVE_INFINITY : Number(most) };
  if (range.most === 0 || range.least > range.most || counts === '{,}') {
    throw reader.refusal('{m,n} with n from 1 and not below m', start);
  }
  return range;
}

/** `[a-z_]` or `[^0-9]`, after its opening bracket. */
function parseClass(reader: PatternReader): CharacterSet {
  const isInverted = reader.take(caret) !== undefined;
  const sets: CharacterSet[] = [];
  do sets.push(parseMember(reader, sets.length === 0));
  while (reader.take(closeBracket) === undefined);
  const set = unite(sets);
  return isInverted ? invert(set) : set;
}

/** A character, a range or `\d`. A hyphen between others makes a range, so it stands for itself only at the ends. */
function parseMember(reader: PatternReader, isFirst: boolean): CharacterSet {
  const start = reader.position();
  const hyphen = reader.take(dash);
  if (hyphen !== undefined) {
    if (isFirst || reader.sees(closeBracket)) return setOfCharacters(hyphen);
    throw reader.refusal('a hyphen that stands for itself to be first or last, or written \\-', start);
  }
  const from = parseEscape(reader) ?? setOfCharacters(takeLiteral(reader, literalInClass));
  if (!reader.sees(rangeDash)) return from;
  reader.take(dash);
  const to = parseEscape(reader) ?? setOfCharacters(takeLiteral(reader, literalInClass));
  const [low, high] = [onlyMember(from), onlyMember(to)];
  if (low === undefined || high === undefined || low > high) {
    throw reader.refusal('a range from a lower to a higher character', start);
  }
  return setOfRange(low, high);
}

function parseEscape(reader: PatternReader): CharacterSet | undefined {
  const start = reader.position();
  if (reader.take(backslash) === undefined) return undefined;
  const letter = reader.take(classLetter);
  if (letter !== undefined) return escapedSets.get(letter) ?? anyCharacter;
  const hex = reader.take(hexadecimal);
  if (hex !== undefined) {
    const code = Number.parseInt(hex.slice(1), 16);
    return setOfRange(code, code);
  }
  const character = reader.take(escapable);
  if (character !== undefined) return setOfCharacters(character);
  throw reader.refusal('an operator, d, D, s, S, w, W or x00 to x7F after the backslash', start);
}

function takeLiteral(reader: PatternReader, expression: RegExp): string {
  const character = reader.take(expression);
  if (character !== undefined) return character;
  if (reader.isAtEnd() || reader.sees(percent)) throw reader.refusal('the regular expression to go on');
  throw reader.refusal(
    'what AWS supports in a regular expression: A-Z, a-z, 0-9, : _ # = @ / ; , - and its operators; others as \\xhh, operators with a backslash',
  );
}

function onlyMember(set: CharacterSet): number | undefined {
  const first = set.indexOf(1);
  return set.lastIndexOf(1) === first ? first : undefined;
}

/** As many as a pattern has characters: only counts such as {1,5000} come to more. */
const mostSteps = 1024;

const percent = /%/y;
const bar = /\|/y;
const caret = /\^/y;
const dollar = /\$/y;
const dot = /\./y;
const dash = /-/y;
const rangeDash = /-(?!\])/y;
const backslash = /\\/y;
const openBracket = /\[/y;
const closeBracket = /\]/y;
const openBrace = /\{/y;
const endOfBranch = /[|%$]/y;
const oneSign = /[?*+]/y;
const repetition = /[?*+{]/y;
const braces = /\{(?:\d{1,4}(?:,\d{0,4})?|,\d{0,4})\}/y;
const classLetter = /[dDsSwW]/y;
const hexadecimal = /x[0-7][0-9A-Fa-f]/y;
const literal = /[A-Za-z0-9:_#=@/;, -]/y;
const literalInClass = /[A-Za-z0-9:_#=@/;, .$?{}|*+^]/y;
const escapable = /[\^$?[\]{}|\\*+.:#=@/;,-]/y;
