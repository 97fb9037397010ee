/**
 * `*` stands for any text, also none; `\*` is an asterisk and `\\` a backslash. Gives a function that tells whether a
 * text is like it, in time that grows with both lengths only, or what is wrong with it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function parseWildcard(wildcard: string): ((text: string) => boolean) | { readonly expected: string } {
  const parts: string[] = [];
  let part = '';
  for (const [token] of wildcard.matchAll(/\\[\s\S]?|\*+|[^\\*]+/g)) {
    if (token === '*') {
      parts.push(part);
      part = '';
    } else if (token.startsWith('*')) {
      return { expected: 'no two * side by side' };
    } else if (token.startsWith('\\')) {
      if (token !== '\\*' && token !== '\\\\') return { expected: '\\ only before * or another \\' };
      part += token.slice(1);
    } else {
      part += token;
    }
  }
  return isLike([...parts, part]);
}

/** The earliest place for each part is as good as any later one, so nothing is tried twice. */
function isLike([first = '', ...others]: readonly string[]): (text: string) => boolean {
  const last = others.at(-1);
  if (last === undefined) return (text) => text === first;
  const between = others.slice(0, -1);
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}
