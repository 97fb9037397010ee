/** A text in which an asterisk stands for any text, also none: `*.html`, `4*`. Cut at its asterisks. */
export type Wildcard = { readonly parts: readonly string[] };

export function toWildcard(text: string): Wildcard {
  return { parts: text.split('*') };
}

/** The earliest place for each part is as good as any later one, so nothing is tried twice. */
export function matchesWildcard({ parts }: Wildcard, text: string): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= end;
}
