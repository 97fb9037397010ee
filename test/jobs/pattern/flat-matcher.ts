import type { Json } from '../../../shared/events/trigger-event.ts';

/*
 * The rules of event-ruler, tried out by brute force, to compare with: the event is a flat list of values, each with
 * the items of lists that it's in; a pattern without $or is a flat list of fields, in the order of their names; a match
 * is a choice of one value for each field, no two of them in different items of one list.
 */

/** What a field may be, in the few operators that are compared. */
export type SmallCondition =
  | string
  | number
  | null
  | { readonly prefix: string }
  | { readonly exists: boolean }
  | { readonly 'anything-but': string }
  | { readonly numeric: readonly ['>', number] };

export type SmallPattern = {
  readonly [name: string]: readonly SmallCondition[] | SmallPattern | readonly SmallPattern[];
};

export function matchesFlat(pattern: SmallPattern, event: { readonly [name: string]: Json }): boolean {
  const values = flattenEvent(event);
  return flattenPattern(pattern).some((fields) => {
    const names = Object.keys(fields).sort();
    return choose(names, fields, values, new Map());
  });
}

/** Whether a field is asked for twice, which the parser refuses. */
export function hasRepeated(pattern: SmallPattern): boolean {
  return flattenPattern(pattern).some((fields) => 'repeated' in fields);
}

/** Whether one field is asked for both as a value and as an object, which findMismatch looks at each on its own. */
export function hasBoth(pattern: SmallPattern): boolean {
  return flattenPattern(pattern).some((fields) => {
    const names = Object.keys(fields);
    return names.some((name) => names.some((other) => other.startsWith(`${name}.`)));
  });
}

type Membership = ReadonlyMap<string, number>;
type Value = {
  readonly name: string;
  readonly value: string | number | boolean | null;
  readonly items: Membership;
};
type Fields = { readonly [name: string]: readonly SmallCondition[] };

function choose(
  names: readonly string[],
  fields: Fields,
  values: readonly Value[],
  items: Membership,
): boolean {
  const [name, ...others] = names;
  if (name === undefined) return true;
  const conditions = fields[name] ?? [];
  const possible = values.filter((value) => value.name === name && isConsistent(items, value.items));
  const wantsMissing = conditions.some((condition) => isExists(condition, false));
  if (wantsMissing && possible.length === 0 && choose(others, fields, values, items)) return true;
  return possible.some(
    ({ value, items: own }) =>
      conditions.some((condition) => isMet(condition, value)) &&
      choose(others, fields, values, new Map([...items, ...own])),
  );
}

function isConsistent(items: Membership, own: Membership): boolean {
  return [...own].every(([list, index]) => (items.get(list) ?? index) === index);
}

function isExists(condition: SmallCondition, wanted: boolean): boolean {
  return (
    typeof condition === 'object' &&
    condition !== null &&
    'exists' in condition &&
    condition.exists === wanted
  );
}

function isMet(condition: SmallCondition, value: Value['value']): boolean {
  if (typeof condition !== 'object' || condition === null) return condition === value;
  if ('exists' in condition) return condition.exists;
  if ('prefix' in condition) return typeof value === 'string' && value.startsWith(condition.prefix);
  if ('numeric' in condition) return typeof value === 'number' && value > condition.numeric[1];
  return value !== condition['anything-but'];
}

/** A list is known by the way to it, so that the same list has the same name everywhere. */
function flattenEvent(event: Json, name = '', way = '', items: Membership = new Map()): readonly Value[] {
  if (typeof event !== 'object' || event === null) return [{ name, value: event, items }];
  if (Array.isArray(event)) {
    return event.flatMap((item: Json, index) => {
      const isInner = typeof item === 'object' && item !== null;
      const inner = isInner ? new Map([...items, [way, index]]) : items;
      return flattenEvent(item, name, `${way}[${index}]`, inner);
    });
  }
  return Object.entries(event).flatMap(([key, value]) =>
    flattenEvent(value, name === '' ? key : `${name}.${key}`, `${way}.${key}`, items),
  );
}

/** One set of fields for each way to choose from the `$or`s. */
function flattenPattern(pattern: SmallPattern, prefix = ''): readonly Fields[] {
  return Object.entries(pattern).reduce<readonly Fields[]>(
    (alternatives, [key, value]) => {
      const choices = flattenEntry(key, value, prefix);
      return alternatives.flatMap((alternative) =>
        choices.map((choice) => ({
          ...alternative,
          ...choice,
          ...(Object.keys(choice).some((name) => name in alternative) && { repeated: [] }),
        })),
      );
    },
    [{}],
  );
}

function flattenEntry(key: string, value: SmallPattern[string], prefix: string): readonly Fields[] {
  if (key === '$or') return isChoices(value) ? value.flatMap((choice) => flattenPattern(choice, prefix)) : [];
  if (isConditions(value)) return [{ [`${prefix}${key}`]: value }];
  return isChoices(value) ? [] : flattenPattern(value, `${prefix}${key}.`);
}

function isChoices(value: SmallPattern[string]): value is readonly SmallPattern[] {
  return (
    Array.isArray(value) &&
    value.every(
      (entry) =>
        typeof entry === 'object' && entry !== null && ('a' in entry || 'b' in entry || '$or' in entry),
    )
  );
}

function isConditions(value: SmallPattern[string]): value is readonly SmallCondition[] {
  return Array.isArray(value) && !isChoices(value);
}
