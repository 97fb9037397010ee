import { isObject } from '../../events/json.ts';
import { toShown } from '../mistake.ts';
import { parseCondition } from './parse-condition.ts';
import type { Condition } from './pattern.ts';
import type { Place } from './place.ts';

/** What a pattern asks for: a field, by its whole path, or one of several patterns. */
export type Entry =
  | {
      readonly kind: 'leaf';
      readonly path: readonly string[];
      readonly conditions: readonly Condition[];
      readonly place: Place;
    }
  | { readonly kind: 'or'; readonly choices: readonly (readonly Entry[])[] };

/** The fields of a mapping and of those in it. Reports what is wrong, and leaves it out. */
export function parseEntries(
  mapping: { readonly [name: string]: unknown },
  place: Place,
  path: readonly string[] = [],
): readonly Entry[] {
  const entries = Object.entries(mapping);
  if (entries.length === 0) place.report('found an empty mapping, expected fields and what they may be');
  return entries.flatMap(([name, value]) =>
    name === '$or'
      ? parseOr(value, place.at(name), path)
      : parseField(value, place.at(name), [...path, name]),
  );
}

function parseField(raw: unknown, place: Place, path: readonly string[]): readonly Entry[] {
  if (reserved.has(path.at(-1) ?? '') && place.path.includes('$or')) {
    place.report('this name means a condition inside $or, expected the name of a field');
    return [];
  }
  if (Array.isArray(raw) && raw.length > 0) {
    const conditions = raw.flatMap((entry: unknown, index) => parseCondition(entry, place.at(index)) ?? []);
    return [{ kind: 'leaf', path, conditions, place }];
  }
  if (isObject(raw) && place.dialect !== 'sns') return parseEntries(raw, place, path);
  const found = toShown(raw, place.path);
  place.report(`found ${found}, expected a list of what it may be, such as [created]`);
  return [];
}

/** https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html says it for both. */
function parseOr(raw: unknown, place: Place, path: readonly string[]): readonly Entry[] {
  if (!Array.isArray(raw) || raw.length < 2) {
    const found = Array.isArray(raw) && raw.length === 1 ? 'a list with one entry' : toShown(raw, place.path);
    place.report(`found ${found}, expected a list of at least 2 patterns`);
    return [];
  }
  const choices = raw.map((choice: unknown, index) => {
    const at = place.at(index);
    if (isObject(choice)) return parseEntries(choice, at, path);
    at.report(`found ${toShown(choice, at.path)}, expected a pattern such as { state: [created] }`);
    return [];
  });
  return [{ kind: 'or', choices }];
}

/**
 * Inside `$or` these can't be names of fields: those of conditions, and those that AWS keeps for later ones.
 * https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/Constants.java
 */
const reserved: ReadonlySet<string> = new Set([
  'exactly',
  'equals-ignore-case',
  'prefix',
  'suffix',
  'anything-but',
  'exists',
  'wildcard',
  'numeric',
  'cidr',
  'html',
  '=',
  '<',
  '<=',
  '>',
  '>=',
  'regex',
  'not-wildcard',
  'not-equals-ignore-case',
  'date-after',
  'date-on-or-after',
  'date-before',
  'date-on-or-before',
  'in-date-range',
  'ip-address-in-range',
  'ip-address-not-in-range',
]);
