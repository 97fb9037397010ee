import { isObject } from '../../events/json.ts';
import { FieldError, type Fields, kindOf } from '../reading/fields.ts';

/** Headers or query values by name; a list when there are several. */
export type Values = { readonly [name: string]: string | readonly string[] };

type Texts = { readonly [name: string]: string };
type Lists = { readonly [name: string]: readonly string[] };
type Entry = readonly [name: string, value: string | readonly string[]];

/** An object of texts, as `{ "tag": "a" }`; an empty one when it's missing. Throws FieldError. */
export function textsIn(payload: Fields, key: string): Texts {
  const found = payload[key] ?? {};
  if (!isObject(found)) throw new FieldError(`${key} is ${kindOf(found)}, expected an object of texts`);
  if (isTexts(found)) return found;
  const odd = Object.keys(found).find((name) => typeof found[name] !== 'string') ?? '';
  throw new FieldError(`${key}.${odd} is ${kindOf(found[odd])}, expected a text`);
}

/** The lists of `multiple`; the single texts of `single` only when there are none. Throws FieldError. */
export function valuesIn(payload: Fields, multiple: string, single: string): Values {
  const found = payload[multiple] ?? {};
  if (!isObject(found)) throw new FieldError(`${multiple} is ${kindOf(found)}, expected an object of lists`);
  if (Object.keys(found).length === 0) return textsIn(payload, single);
  requireLists(found, `${multiple}.`);
  return withoutLists(found);
}

/** Headers are the same in any case. */
export function withLowerCaseNames(headers: Values): Values {
  const names = Object.keys(headers);
  const isLowerCase = names.every((name) => name === name.toLowerCase());
  return isLowerCase ? headers : toValues(names.map((name) => [name.toLowerCase(), headers[name] ?? '']));
}

/** The first of a header's values. */
export function firstOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

export function toList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** A query without its question mark, split as URLSearchParams does it. */
export function splitQuery(raw: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const piece of raw.split('&')) {
    const at = piece.indexOf('=');
    if (at !== -1) pairs.push([piece.slice(0, at), piece.slice(at + 1)]);
    else if (piece !== '') pairs.push([piece, '']);
  }
  return pairs;
}

/** Of a query as it was sent. A plus is a space; what is no UTF-8 in percent-encoding stays as it was sent. */
export function decodeQuery(pairs: readonly (readonly [string, string])[]): Values {
  return toValues(pairs.map(([name, value]) => [decode(name), decode(value)]));
}

/** Each value with its name. */
export function toPairs(values: Values): [string, string][] {
  const pairs: [string, string][] = [];
  for (const name of Object.keys(values)) {
    for (const value of toList(values[name])) pairs.push([name, value]);
  }
  return pairs;
}

export function splitCookies(header: string | readonly string[] | undefined): string[] {
  return toList(header)
    .flatMap((cookies) => cookies.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

/** Throws FieldError. */
export function listOfTextIn(object: Fields, key: string, where = ''): readonly string[] {
  const value = object[key];
  if (isListOfText(value)) return value;
  if (!Array.isArray(value)) {
    throw new FieldError(`${where}${key} is ${kindOf(value)}, expected a list of texts`);
  }
  const odd: unknown = value.find((item) => typeof item !== 'string');
  throw new FieldError(`${where}${key} has ${kindOf(odd)} in it, expected only texts`);
}

/** A list of one becomes its value. Only keys that the copy has are written to, so that a __proto__ is one of them. */
function withoutLists(lists: Lists): Values {
  const values: Record<string, string | readonly string[]> = { ...lists };
  for (const name of Object.keys(lists)) {
    const list = lists[name];
    const first = list?.[0];
    if (first === undefined) delete values[name];
    else if (list?.length === 1) values[name] = first;
  }
  return values;
}

/** Values of one name are put together, in their order. */
function toValues(entries: readonly Entry[]): Values {
  const values = new Map<string, string | readonly string[]>();
  const lists = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const before = values.get(name);
    if (before === undefined) values.set(name, value);
    else {
      const list = lists.get(name) ?? [...toList(before)];
      for (const each of toList(value)) list.push(each);
      lists.set(name, list);
      values.set(name, list);
    }
  }
  return Object.fromEntries(values);
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  const spaced = text.replaceAll('+', ' ');
  return tryDecode(spaced) ?? spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (part) => tryDecode(part) ?? part);
}

function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isTexts(object: Fields): object is Texts {
  for (const name of Object.keys(object)) if (typeof object[name] !== 'string') return false;
  return true;
}

function requireLists(object: Fields, where: string): asserts object is Lists {
  for (const name of Object.keys(object)) listOfTextIn(object, name, where);
}

function isListOfText(value: unknown): value is readonly string[] {
  if (!Array.isArray(value)) return false;
  for (const item of value) if (typeof item !== 'string') return false;
  return true;
}
