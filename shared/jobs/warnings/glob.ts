import { parseReference } from '../reference.ts';

/**
 * A set of texts, as policies of IAM write it: `*` stands for any text, also none, and `?` for any one character.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export type Glob = readonly Token[];

/** A character, a resource of the stack's own by its id, or what stands for any. */
type Token = string | typeof any | typeof one;

export const any = Symbol('*');
const one = Symbol('?');

/** A variable such as `${aws:username}` may be anything. */
export function toGlob(text: string): Glob {
  return (
    fromReference(text, toGlob) ??
    [...text.replace(/\$\{[^}]*\}/g, '*')].map((character) =>
      character === '*' ? any : character === '?' ? one : character,
    )
  );
}

/** The text itself, whatever is in it. */
export function toLiteral(text: string): Glob {
  return fromReference(text, toLiteral) ?? [...text];
}

/** Undefined for a text that is none. Any attribute of a resource is that resource. */
function fromReference(text: string, toPlain: (text: string) => Glob): Glob | undefined {
  const reference = parseReference(text);
  if (typeof reference !== 'object') return reference === undefined ? undefined : [reference];
  const { Ref: id, 'Fn::GetAtt': attribute, 'Fn::Sub': pattern } = reference;
  if (typeof id === 'string') return [toToken(id)];
  if (Array.isArray(attribute)) return [toToken(String(attribute[0]))];
  if (typeof pattern !== 'string') return [JSON.stringify(reference)];
  return pattern
    .replace(/^arn:[^:]+(?:::[A-Za-z]+\})?:s3:::(?=\$)/, '')
    .split(/(\$\{[^!}][^}]*\})/)
    .flatMap((part, index) => (index % 2 === 1 ? [toToken(part.slice(2, -1).split('.')[0])] : toPlain(part)));
}

function toToken(id = ''): Token {
  return id.startsWith('AWS::') ? any : `\${${id}}`;
}

/** Whether some text is in both. */
export function meets(some: Glob, others: Glob): boolean {
  return walk(some, others, (i, j) => {
    const a = some[i];
    const b = others[j];
    return [
      ...(a === any ? [[i + 1, j] as const] : []),
      ...(b === any ? [[i, j + 1] as const] : []),
      ...(a !== undefined && b !== undefined && isSame(a, b) ? [toNext(a, b, i, j)] : []),
    ];
  });
}

/** Whether every text of the other is in it. Where that's hard to say, it gives false. */
export function covers(whole: Glob, part: Glob): boolean {
  return walk(whole, part, (i, j) => {
    const a = whole[i];
    const b = part[j];
    if (a === any)
      return b === undefined
        ? [[i + 1, j]]
        : [
            [i + 1, j],
            [i, j + 1],
          ];
    const isTaken = b !== undefined && b !== any && (a === one || a === b);
    return isTaken ? [[i + 1, j + 1]] : [];
  });
}

type Place = readonly [number, number];
/** One character of both; a `*` goes on standing for more. */
function toNext(a: Token, b: Token, i: number, j: number): Place {
  return [a === any ? i : i + 1, b === any ? j : j + 1];
}

function isSame(a: Token, b: Token): boolean {
  const isWild = a === any || b === any || a === one || b === one;
  return isWild || a === b;
}

/** Whether the end of both can be reached from their beginning; no place is looked at twice. */
function walk(some: Glob, others: Glob, from: (i: number, j: number) => readonly Place[]): boolean {
  const seen = new Set<number>([0]);
  const left: Place[] = [[0, 0]];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const [i, j] = place;
    if (i === some.length && j === others.length) return true;
    for (const next of from(i, j)) {
      const key = next[0] * (others.length + 1) + next[1];
      if (!seen.has(key)) left.push(next);
      seen.add(key);
    }
  }
  return false;
}
