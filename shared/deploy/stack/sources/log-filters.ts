/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html */
const longestPattern = 1024;

/**
 * One pattern for all lines that any of the patterns is for; an empty one is for all lines. Patterns over JSON are put
 * together with ||; others can't be, and all lines are delivered for the router to choose from.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function mergeLogFilters(patterns: readonly string[]): string {
  const [first = '', ...others] = [...new Set(patterns.map((pattern) => pattern.trim()))];
  if (others.length === 0) return first;
  const conditions = [first, ...others].map((pattern) => /^\{(.*)\}$/s.exec(pattern)?.[1]?.trim());
  if (conditions.includes(undefined)) return '';
  const merged = `{ ${conditions.map((condition) => `(${condition})`).join(' || ')} }`;
  return merged.length <= longestPattern ? merged : '';
}
