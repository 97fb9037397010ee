import { toShown } from '../mistake.ts';
import { type PatternReader, takeQuoted } from './pattern-reader.ts';

/** `ERROR "bad request" -DEBUG`, or `?ERROR ?WARN`, where one is enough. */
export type Terms = {
  readonly required: readonly string[];
  readonly excluded: readonly string[];
  readonly optional: readonly string[];
};

/**
 * Reads terms up to the end. Throws LogFilterError.
 *
 * As AWS documents: terms are parts of words, upper and lower case differ; `?` terms are ignored when there is any
 * other; `""` and `" "` are everything (what AWS does with `" "` is to look for a space).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
export function parseTerms(reader: PatternReader): Terms {
  const terms: Record<keyof Terms, string[]> = { required: [], excluded: [], optional: [] };
  let isMixed = false;
  reader.skipSpace();
  while (!reader.isAtEnd()) {
    const sign = reader.take(signs);
    const start = reader.position();
    const term = takeTerm(reader);
    if (sign !== '?') isMixed = true;
    if (term.trim() !== '')
      terms[sign === '?' ? 'optional' : sign === '-' ? 'excluded' : 'required'].push(term);
    else if (sign !== undefined) throw reader.refusal(`a term after ${sign}`, start);
    if (!reader.isAtEnd() && !reader.sees(space)) {
      throw reader.refusal(
        'a space; a term with other characters than A-Z, a-z, 0-9 and _ goes in double quotes',
      );
    }
    reader.skipSpace();
  }
  return isMixed ? { ...terms, optional: [] } : terms;
}

/** Why the message doesn't match; `undefined` when it does. */
export function findTermsMismatch(
  { required, excluded, optional }: Terms,
  message: string,
): string | undefined {
  const missing = required.find((term) => !message.includes(term));
  if (missing !== undefined) return `has no ${toShown(missing)}`;
  const present = excluded.find((term) => message.includes(term));
  if (present !== undefined) return `has ${toShown(present)}`;
  if (optional.length === 0 || optional.some((term) => message.includes(term))) return undefined;
  return `has none of ${optional.map((term) => toShown(term)).join(', ')}`;
}

function takeTerm(reader: PatternReader): string {
  if (reader.sees(quote)) return takeQuoted(reader);
  const word = reader.take(words);
  if (word !== undefined) return word;
  throw reader.refusal(
    reader.sees(percent)
      ? 'a term: a %regular expression% stands alone'
      : 'a term of A-Z, a-z, 0-9 and _, or one in double quotes',
  );
}

const signs = /[?-]/y;
const quote = /"/y;
const percent = /%/y;
const words = /\w+/y;
const space = /[ \t\r\n]/y;
