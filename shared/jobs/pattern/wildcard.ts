import { matchesWildcard } from '../wildcard.ts';

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
  const like = { parts: [...parts, part] };
  return (text) => matchesWildcard(like, text);
}
