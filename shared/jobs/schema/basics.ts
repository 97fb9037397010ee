import { z } from 'zod';
import type { Json } from '../../events/trigger-event.ts';

/*
 * In the schemas of jobs.yml, `error` is not a whole message but what was expected, to follow "found …, expected".
 */

/** Frozen data: what is in it cannot be changed either. */
export type Immutable<T> = Json extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Immutable<T[K]> };

export const text = z.string({ error: 'text' }).min(1, { error: 'text that is not empty' });

export const flag = z.boolean({ error: 'true or false' });

/** Any value that JSON can hold. */
export const json = z.custom<Json>(isJson, { error: 'a value that JSON can hold' });

export function matching(pattern: RegExp, expected: string) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

/** What a union of mappings expects of what is no mapping; when none of them is meant, the types are listed. */
export function mapping(expected: string) {
  return {
    error: (issue: { readonly code?: string }) => (issue.code === 'invalid_type' ? expected : undefined),
  };
}

/** `of` names the unit: `seconds`. */
export function wholeNumber(minimum: number, maximum: number, of = '') {
  const error = `a whole number${of && ` of ${of}`} from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

export function seconds(minimum: number, maximum: number) {
  return wholeNumber(minimum, maximum, 'seconds');
}

export function numberFrom(minimum: number, maximum: number) {
  const error = `a number from ${minimum} to ${maximum}`;
  return z.number({ error }).min(minimum, { error }).max(maximum, { error });
}

/** At least one entry: a list that is there and empty says nothing. */
export function listOf<T extends z.ZodType>(entry: T, what: string, maximum?: number) {
  const error = `a list of ${what} with ${maximum === undefined ? 'at least one entry' : `1 to ${maximum} entries`}`;
  const list = z.array(entry, { error }).min(1, { error });
  return maximum === undefined ? list : list.max(maximum, { error });
}

/** One text or a list of them; gives a list. */
export function oneOrMore(what: string, one: z.ZodType<string> = text) {
  return z
    .union([one, listOf(one, what)], { error: `text, or a list of ${what}` })
    .transform((value) => (typeof value === 'string' ? [value] : value));
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value === 'object' && Object.values(value).every(isJson);
}
