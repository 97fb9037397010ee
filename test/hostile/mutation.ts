import { deflateSync, gzipSync, unzipSync } from 'node:zlib';
import fc from 'fast-check';

/** One thing done to a payload: `at` chooses the place, `what` the deed, `how` its details. */
export type Mutation = { readonly at: number; readonly what: number; readonly how: number };

export function mutations(): fc.Arbitrary<readonly Mutation[]> {
  const number = fc.nat({ max: 1_000_000 });
  return fc.array(fc.record({ at: number, what: number, how: number }), { minLength: 1, maxLength: 3 });
}

/** A copy of a payload to which the mutations were done, one after the other; always what JSON can say. */
export function mutate(payload: unknown, todo: readonly Mutation[]): unknown {
  let text = JSON.stringify(payload);
  for (const { at, what, how } of todo) {
    // Some things can only be done to the text: a key that stands there twice.
    if (what % 10 === 0) text = withDoubleKey(text, at, how);
    else text = JSON.stringify(mutateAt(JSON.parse(text), at, what, how));
  }
  return JSON.parse(text);
}

type Place = { readonly holder: Holder; readonly key: string | number };
type Holder = { [key: string | number]: unknown };

function mutateAt(root: unknown, at: number, what: number, how: number): unknown {
  const places = placesIn(root);
  const place = places[at % Math.max(places.length, 1)];
  if (place === undefined) return pick(junk, how)();
  const { holder, key } = place;
  const value = holder[key];
  const deed = typeof value === 'string' ? pick(textDeeds, what) : pick(deeds, what);
  // Most of what is compressed is mutated inside, or hardly any of it would still be read.
  const inside = typeof value === 'string' && how % 5 > 0 ? mutateInside(value, at, what, how) : undefined;
  set(holder, key, inside ?? deed(value, how));
  if (what % 17 === 0 && inside === undefined) remove(holder, key);
  return root;
}

/** JSON that was compressed and encoded, with something done to it; `undefined` for any other text. */
function mutateInside(text: string, at: number, what: number, how: number): string | undefined {
  try {
    const inner: unknown = JSON.parse(unzipSync(Buffer.from(text, 'base64')).toString());
    const packed = JSON.stringify(mutateAt(inner, Math.floor(at / 7), what, how));
    return (how % 2 === 0 ? gzipSync(packed) : deflateSync(packed)).toString('base64');
  } catch {
    return undefined;
  }
}

/** Every place below the root: deeper ones are more, so most payloads stay what they were at the top. */
function placesIn(root: unknown): readonly Place[] {
  const found: Place[] = [];
  const open: unknown[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isHolder(next)) continue;
    for (const key of Object.keys(next)) {
      found.push({ holder: next, key });
      // Deeper than any payload is: what is below was put there by an earlier mutation.
      if (isHolder(next[key]) && found.length < 5000) open.push(next[key]);
    }
  }
  return found;
}

const junk: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1.5e300,
  () => 2 ** 53 + 2,
  () => '',
  () => '\ud800 \udc00\u0000\u202e\ufeff💥',
  () => 'x'.repeat(100_000),
  () => '123456789012345678901234567890.5e-7',
  () => [],
  () => ({}),
  () => [[], {}, null],
  () => JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":1},"toString":1}'),
  () => JSON.parse('['.repeat(300) + ']'.repeat(300)),
  () => JSON.parse('{"a":'.repeat(2000) + '1'.concat('}'.repeat(2000))),
];

type Deed = (value: unknown, how: number) => unknown;

const deeds: readonly Deed[] = [
  (_value, how) => pick(junk, how)(),
  (value, how) => (isHolder(value) ? withKey(value, pick(prototypeKeys, how), pick(junk, how + 7)()) : how),
  (value, how) => (Array.isArray(value) ? [...value, ...value.slice(0, 1 + (how % 3))] : value),
  (value) => (Array.isArray(value) ? value.toReversed() : value),
  (value, how) => (typeof value === 'number' ? value * 10 ** ((how % 40) - 20) : value),
  (value) => [value],
  (value) => JSON.stringify(value),
];

const textDeeds: readonly Deed[] = [
  (_value, how) => pick(junk, how)(),
  (value, how) => String(value).slice(0, how % (String(value).length + 1)),
  (value, how) => splice(String(value), how, pick(oddTexts, how)),
  (value, how) => splice(String(value), how, ''),
  (value, how) => reparse(String(value), how),
  (value) => Buffer.from(String(value)).toString('base64'),
  (value, how) =>
    gzipSync(String(value))
      .subarray(0, how % 3 === 0 ? 12 : undefined)
      .toString('base64'),
  (value, how) => (how % 200 === 0 ? pick(bombs, how / 200) : String(value).toUpperCase()),
  (value) => `${value}`.repeat(3),
  (value, how) => `{"body":${'['.repeat(how % 600)}${JSON.stringify(value)}${']'.repeat(how % 600)}}`,
];

const prototypeKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', ''];

const oddTexts = [
  '\ud83d',
  '\udca5',
  '\u0000',
  '\u2028',
  '\ufffe',
  '"',
  '\\',
  '%',
  '%zz',
  '+',
  '=',
  '{',
  ']',
  ',',
  '-',
  '\u202e',
  ' ',
  '9',
];

/** Two million and sixteen million bytes that a few thousand expand to. */
const bombs = [2_000_000, 16_000_000].map((size) => gzipSync(Buffer.alloc(size)).toString('base64'));

/** JSON in a text, mutated and written again: as envelopes have it. */
function reparse(text: string, how: number): string {
  try {
    const inner: unknown = JSON.parse(text);
    return JSON.stringify(isHolder(inner) ? mutateAt(inner, how, how % 7, how % 13) : { inner });
  } catch {
    return splice(text, how, '\u0001');
  }
}

/** The value of some key, once more under the same key, before or after it. */
function withDoubleKey(text: string, at: number, how: number): string {
  const keys = [...text.matchAll(/"[\w-]{1,40}":/g)];
  const key = keys[at % Math.max(keys.length, 1)];
  if (key === undefined) return text;
  const doubled = `${key[0]}${JSON.stringify(pick(junk, how % 13)())},`;
  return text.slice(0, key.index) + doubled + text.slice(key.index);
}

function splice(text: string, how: number, inserted: string): string {
  const at = how % (text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at + 1);
}

function withKey(holder: Holder, key: string, value: unknown): unknown {
  return Array.isArray(holder)
    ? [...holder, value]
    : Object.fromEntries([...Object.entries(holder), [key, value]]);
}

function set(holder: Holder, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(holder: Holder, key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null;
}

function pick<T>(list: readonly T[], at: number): T {
  const found = list[Math.floor(at) % list.length];
  if (found === undefined) throw new Error('an empty list has nothing to pick from');
  return found;
}
