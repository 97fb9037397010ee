/** What an account may have without asking for more. */
const mostFilters = 5;

/**
 * The filters of a mapping that several events share: a record goes to the function when one of the events wants it;
 * the router tells which. None when an event wants all records, or when together they are more than AWS takes: the
 * router leaves out the rest by itself. An event that has more than five of its own says that its account may.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function toFilterCriteria(
  events: readonly { readonly filterPatterns?: readonly unknown[] | undefined }[],
): object {
  const lists = events.map(({ filterPatterns }) => filterPatterns ?? []);
  const patterns = new Set(lists.flat().map((pattern) => JSON.stringify(pattern)));
  const most = Math.max(mostFilters, ...lists.map(({ length }) => length));
  if (lists.some(({ length }) => length === 0) || patterns.size > most) return {};
  return { FilterCriteria: { Filters: [...patterns].map((Pattern) => ({ Pattern })) } };
}
