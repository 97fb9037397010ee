import { type FieldsFilter, findFieldsMismatch, parseFields } from './parse-fields.ts';
import { findJsonMismatch, type JsonFilter, parseJsonFilter } from './parse-json-filter.ts';
import { parseRegex } from './parse-regex.ts';
import { findTermsMismatch, parseTerms, type Terms } from './parse-terms.ts';
import { createPatternReader, LogFilterError, type PatternReader } from './pattern-reader.ts';
import { findsRegex, type Regex } from './regex.ts';

/** A filter pattern of CloudWatch Logs, ready to be matched with any number of messages. */
export type LogFilter =
  | { readonly kind: 'terms'; readonly terms: Terms }
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'json'; readonly filter: JsonFilter }
  | { readonly kind: 'fields'; readonly filter: FieldsFilter };

/**
 * Reads a filter pattern: terms (`ERROR -timeout`), a regular expression (`%[45][0-9]{2}%`), a JSON filter
 * (`{ $.level = "ERROR" }`) or one for space-delimited fields (`[ip, ..., status = 5*]`). An empty one is everything.
 *
 * Throws LogFilterError for what CloudWatch Logs wouldn't take, and for what AWS doesn't say the meaning of.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function parseLogFilter(text: string): LogFilter {
  if (text.length > longestPattern) {
    throw new LogFilterError(
      `log filter: found ${text.length} characters, expected at most ${longestPattern}`,
    );
  }
  const reader = createPatternReader(text);
  reader.skipSpace();
  const filter = parseAnyKind(reader);
  reader.skipSpace();
  if (!reader.isAtEnd()) throw reader.refusal('nothing after the filter');
  return filter;
}

/** Why a message doesn't match, such as `has no "ERROR"`; `undefined` when it does. */
export function findLogMismatch(filter: LogFilter, message: string): string | undefined {
  switch (filter.kind) {
    case 'terms':
      return findTermsMismatch(filter.terms, message);
    case 'regex':
      return findsRegex(filter.regex, message) ? undefined : `has nothing that matches ${filter.regex.text}`;
    case 'json':
      return findJsonMismatch(filter.filter, message);
    case 'fields':
      return findFieldsMismatch(filter.filter, message);
  }
}

function parseAnyKind(reader: PatternReader): LogFilter {
  if (reader.sees(brace)) return { kind: 'json', filter: parseJsonFilter(reader) };
  if (reader.sees(bracket)) return { kind: 'fields', filter: parseFields(reader) };
  if (reader.sees(percent)) return { kind: 'regex', regex: parseRegex(reader) };
  return { kind: 'terms', terms: parseTerms(reader) };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html */
const longestPattern = 1024;

const brace = /\{/y;
const bracket = /\[/y;
const percent = /%/y;
