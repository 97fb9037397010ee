/** Does the work for each, at most `atOnce` at a time. When one fails, those under way are waited for; then it throws. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = 25,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let next = 0; next < items.length; next += atOnce) {
    const settled = await Promise.allSettled(items.slice(next, next + atOnce).map(work));
    for (const each of settled) {
      if (each.status === 'rejected') throw each.reason;
      results.push(each.value);
    }
  }
  return results;
}
