import { isJson, isObject } from '../../events/json.ts';
import type { Json } from '../../events/trigger-event.ts';
import { toIsoTime } from './iso-time.ts';

/** A plain object of a payload, not looked into yet. */
export type Fields = { readonly [key: string]: unknown };

/** A part of a payload is not what AWS documents; `message` names the part, what was found and what was expected. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

/** `where` is the path to the object with a dot at its end, as `requestContext.`; throws FieldError, as all here do. */
export function textIn(object: Fields, key: string, where = ''): string {
  const value = optionalTextIn(object, key, where);
  if (value === null) throw new FieldError(`${where}${key} is missing, expected a text`);
  return value;
}

export function optionalTextIn(object: Fields, key: string, where = ''): string | null {
  const value = object[key] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw new FieldError(`${where}${key} is ${kindOf(value)}, expected a text`);
}

export function objectIn(object: Fields, key: string, where = ''): Fields {
  const value = object[key];
  if (isObject(value)) return value;
  throw new FieldError(`${where}${key} is ${kindOf(value)}, expected an object`);
}

/** A text that names something, so that it can't be empty. */
export function nameIn(object: Fields, key: string, where = ''): string {
  const value = textIn(object, key, where);
  if (value === '') throw new FieldError(`${where}${key} is empty, expected a text`);
  return value;
}

/** An empty object when it's missing or null. */
export function optionalObjectIn(object: Fields, key: string, where = ''): Fields {
  const value = object[key] ?? {};
  if (isObject(value)) return value;
  throw new FieldError(`${where}${key} is ${kindOf(value)}, expected an object`);
}

/** Anything that JSON can say, nested as deep as parseJson would take; null when it's missing. */
export function jsonIn(object: Fields, key: string, where = ''): Json {
  const value = object[key] ?? null;
  if (isJson(value)) return value;
  throw new FieldError(`${where}${key || '""'} is nested too deeply, or is no JSON`);
}

/** ISO 8601 in UTC, from epoch milliseconds. */
export function toTime(milliseconds: unknown, name: string): string {
  const time = typeof milliseconds === 'number' ? toIsoTime(milliseconds) : undefined;
  if (time !== undefined) return time;
  throw new FieldError(`${name} is ${kindOf(milliseconds)}, expected a time in epoch milliseconds`);
}

/** ISO 8601 in UTC, from ISO 8601 with any offset. */
export function parseTime(value: unknown, name: string): string {
  if (typeof value === 'string') {
    // Most are just so; making a date of them takes thirty times as long.
    if (isoTime.test(value)) return value.length === 24 ? value : `${value.slice(0, -1)}.000Z`;
    const date = new Date(anyTime.test(value) ? value : Number.NaN);
    if (!Number.isNaN(date.getTime())) return date.toISOString();
  }
  throw new FieldError(
    `${name} is ${showText(value)}, expected an ISO 8601 time such as 2026-11-20T02:00:00Z`,
  );
}

/** Leaves out days that not every month has. */
const isoTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;

const anyTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** `missing`, `a list`, `an object`, `a number` … */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A text in quotes, shortened; the kind of anything else. */
export function showText(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : kindOf(value);
}
