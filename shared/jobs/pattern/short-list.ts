const mostListed = 5;

/** `a, b or c`; of many different ones only the first. */
export function toShortList<T>(
  items: readonly T[],
  word: 'and' | 'or',
  toText: (item: T) => string = String,
): string {
  const unique = [...new Set(items)];
  const listed =
    unique.length > mostListed
      ? [...unique.slice(0, mostListed - 1).map(toText), `${unique.length - mostListed + 1} more`]
      : unique.map(toText);
  const last = listed.at(-1) ?? '';
  return listed.length < 2 ? last : `${listed.slice(0, -1).join(', ')} ${word} ${last}`;
}
