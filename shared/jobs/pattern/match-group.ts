import type { Json } from '../../events/trigger-event.ts';
import { hasLeaf, isList, partOf } from './leaves.ts';
import type { Condition, Field, Group } from './pattern.ts';
import { isScalar } from './scalar.ts';

/** Whether the value has all that the group wants; `depth` steps of the fields' paths lead to it. */
export function matchesGroup(group: Group, value: Json | undefined, depth: number): boolean {
  if (isList(value)) return matchesInOneItem(group, value, depth);
  return (
    group.leaves.every(({ name, field }) => matchesField(field, partOf(value, name))) &&
    group.groups.every(({ name, group: inner }) => matchesGroup(inner, partOf(value, name), depth + 1))
  );
}

/**
 * All fields have to match in one item. But as event-ruler goes through the fields by their names, it's the first
 * one found that settles on an item; a field that may be missing and comes before that is missing only when no item
 * has it.
 */
function matchesInOneItem(group: Group, items: readonly Json[], depth: number): boolean {
  const has = (field: Field, value: Json) => hasLeaf(value, field.path, depth);
  const first = group.fields.find((field) => !field.mayBeMissing || has(field, items));
  if (first === undefined) return true;
  return items.some((item) => (!first.mayBeMissing || has(first, item)) && matchesGroup(group, item, depth));
}

function matchesField(field: Field, value: Json | undefined): boolean {
  return meetsOne(field.conditions, value) || (field.mayBeMissing && !hasLeaf(value, [], 0));
}

/** Conditions are about leaves: neither objects nor what is in them. */
function meetsOne(conditions: readonly Condition[], value: Json | undefined): boolean {
  if (isList(value)) return value.some((item) => meetsOne(conditions, item));
  return isScalar(value) && conditions.some(({ isMet }) => isMet(value));
}
