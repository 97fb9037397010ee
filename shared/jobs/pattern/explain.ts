import type { Json } from '../../events/trigger-event.ts';
import { toDotted } from '../mistake.ts';
import { isList, leavesOf, partOf } from './leaves.ts';
import { matchesGroup } from './match-group.ts';
import type { Alternative, Field, Group, Pattern } from './pattern.ts';
import { toScalarText } from './scalar.ts';
import { toShortList } from './short-list.ts';

/** The first field that is wrong, of each alternative when they fail for different reasons. */
export function explain({ alternatives }: Pattern, event: Json): string {
  const reasons = new Set<string>();
  for (const alternative of alternatives) {
    reasons.add(explainAlternative(alternative, event));
    if (reasons.size > mostShown) break;
  }
  const shown = [...reasons].slice(0, mostShown);
  return [...shown, ...(reasons.size > mostShown ? ['…'] : [])].join('; or else ');
}

const mostShown = 3;

function explainAlternative({ fields, root }: Alternative, event: Json): string {
  for (const field of fields) {
    const reason = explainField(field, event);
    if (reason !== undefined) return reason;
  }
  return explainTorn(root, event, []);
}

/** Looks at the field alone, wherever in a list it is. */
function explainField({ path, conditions, mayBeMissing }: Field, event: Json): string | undefined {
  const found = leavesOf(event, path);
  if (found.length === 0 && mayBeMissing) return undefined;
  if (found.some((value) => conditions.some(({ isMet }) => isMet(value)))) return undefined;
  const expected = toShortList(conditions, 'or', (condition) => condition.expected);
  const shown = toShortList(found, 'and', (value) => toScalarText(value, path));
  const whole = path.reduce<Json | undefined>((value, name) => partOf(value, name), event);
  const is = found.length === 0 ? toAbsence(whole) : `${new Set(found).size === 1 ? 'is' : 'has'} ${shown}`;
  return `${toDotted(path)} ${is}, expected ${expected}`;
}

/** What is there instead of a value. */
function toAbsence(whole: Json | undefined): string {
  if (whole === undefined) return 'is missing';
  if (!isList(whole)) return 'is an object';
  return whole.length === 0 ? 'is an empty list' : 'is a list without values';
}

/** Every field is there as it should be, but in different items of a list. */
function explainTorn(group: Group, value: Json | undefined, path: readonly string[]): string {
  const torn = isList(value)
    ? undefined
    : group.groups.find(
        ({ name, group: inner }) => !matchesGroup(inner, partOf(value, name), path.length + 1),
      );
  if (torn !== undefined) return explainTorn(torn.group, partOf(value, torn.name), [...path, torn.name]);
  const names = group.fields.map((field) => toDotted(field.path.slice(path.length)));
  return `${toDotted(path)} has no item in which ${toShortList(names, 'and')} all match`;
}
