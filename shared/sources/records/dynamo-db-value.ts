import { isObject } from '../../events/json.ts';
import { toExactNumber } from '../../events/number.ts';
import type { Json } from '../../events/trigger-event.ts';
import { parseBase64 } from '../reading/bytes.ts';
import { FieldError, kindOf, showText } from '../reading/fields.ts';

/**
 * The attributes of a DynamoDB item, `{ "Price": { "N": "9.5" } }`, as JSON: numbers that JavaScript can't hold exactly
 * come as text, sets as lists, binaries as { base64 }. Throws FieldError, also for a value without a type, of several
 * or of one that DynamoDB doesn't have.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_AttributeValue.html
 */
export function parseAttributes(attributes: unknown, where: string): { readonly [name: string]: Json } {
  try {
    return toObject(attributes, maximumDepth);
  } catch (error) {
    throw within(where, error);
  }
}

/** Twice what DynamoDB allows. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const maximumDepth = 64;

function toObject(attributes: unknown, depth: number): { readonly [name: string]: Json } {
  if (!isObject(attributes)) throw problem(kindOf(attributes), 'an object');
  const object: { [name: string]: Json } = {};
  let name = '';
  try {
    for (name in attributes) put(object, name, toJson(attributes[name], depth));
  } catch (error) {
    throw within(/^[\w-]{1,80}$/.test(name) ? `.${name}` : `[${showText(name)}]`, error);
  }
  return object;
}

/** Assigning is several times quicker than Object.fromEntries, but `__proto__` would not become a property. */
function put(object: { [name: string]: Json }, name: string, value: Json): void {
  if (name === '__proto__') Object.defineProperty(object, name, { ...asAssigned, value });
  else object[name] = value;
}

const asAssigned = { configurable: true, enumerable: true, writable: true };

function toJson(value: unknown, depth: number): Json {
  if (!isObject(value)) throw problem(kindOf(value), 'a value with its type');
  const [type, ...others] = Object.keys(value);
  if (type === undefined) throw problem('of no type', 'one');
  if (others.length > 0) throw problem('of several types', 'one');
  const content = value[type];
  switch (type) {
    case 'S':
      return toText(content);
    case 'N':
      return toNumber(content);
    case 'BOOL':
      if (typeof content === 'boolean') return content;
      throw problem(kindOf(content), 'true or false');
    case 'NULL':
      if (content === true) return null;
      throw problem(kindOf(content), 'true, which stands for null');
    case 'M':
      return toObject(content, below(depth));
    case 'L':
      return toList(content, toJson, below(depth));
    case 'B':
      return toBinary(content);
    case 'SS':
      return toList(content, toText);
    case 'NS':
      return toList(content, toNumber);
    case 'BS':
      return toList(content, toBinary);
    default:
      throw problem(`of the type ${showText(type)}`, 'S, N, B, SS, NS, BS, M, L, BOOL or NULL');
  }
}

function toList(
  content: unknown,
  toItem: (item: unknown, depth: number) => Json,
  depth = 0,
): readonly Json[] {
  if (!Array.isArray(content)) throw problem(kindOf(content), 'a list');
  const list: Json[] = [];
  try {
    for (const item of content) list.push(toItem(item, depth));
  } catch (error) {
    throw within(`[${list.length}]`, error);
  }
  return list;
}

function toText(content: unknown): string {
  if (typeof content === 'string') return content;
  throw problem(kindOf(content), 'a text');
}

/** DynamoDB has up to 38 digits, the last of them up to 130 places behind the point. */
const maximumNumberLength = 200;

function toNumber(content: unknown): number | string {
  const text = toText(content);
  const number = text.length <= maximumNumberLength ? toExactNumber(text) : undefined;
  if (number !== undefined) return number;
  throw problem(showText(text), 'a decimal number');
}

function toBinary(content: unknown): { readonly base64: string } {
  const base64 = toText(content);
  parseBase64(base64, '');
  return { base64 };
}

function below(depth: number): number {
  if (depth > 0) return depth - 1;
  throw problem('nested too deeply', `at most ${maximumDepth} levels`);
}

/** Its place is put in front on the way out: to have it at hand all the time would cost a third of the time. */
function problem(found: string, expected: string): FieldError {
  return new FieldError(` is ${found}, expected ${expected}`);
}

function within(place: string, error: unknown): unknown {
  return error instanceof FieldError ? new FieldError(`${place}${error.message}`) : error;
}
