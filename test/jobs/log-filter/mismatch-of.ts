import { findLogMismatch, parseLogFilter } from '../../../shared/jobs/log-filter/log-filter.ts';

/** Why a message doesn't match a filter pattern; `undefined` when it does. */
export function mismatchOf(pattern: string, message: string): string | undefined {
  return findLogMismatch(parseLogFilter(pattern), message);
}

/** Those of the messages that match. */
export function matchesOf(pattern: string, messages: readonly string[]): string[] {
  const filter = parseLogFilter(pattern);
  return messages.filter((message) => findLogMismatch(filter, message) === undefined);
}
