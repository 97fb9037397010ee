import { isJson, isObject, maximumJsonDepth } from '../../events/json.ts';
import { toDotted, toShown } from '../mistake.ts';
import { type Entry, parseEntries } from './entries.ts';
import type { Alternative, Dialect, Field, Group, Pattern, PatternProblem } from './pattern.ts';
import { createPlace, type Place } from './place.ts';

/** A pattern that AWS wouldn't take, or would take for something else; with everything that is wrong with it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  readonly problems: readonly PatternProblem[];

  constructor(problems: readonly PatternProblem[]) {
    super(problems.map(({ path, problem }) => `${toDotted(path) || 'pattern'}: ${problem}`).join('; '));
    this.problems = problems;
  }
}

/**
 * Compiles a pattern as it's written in jobs.yml. Throws PatternError.
 *
 * Takes:  fields and the conditions that their values may meet, `{ detail: { state: [stopped, { prefix: fail }] } }`.
 *         A filter policy names message attributes, without nesting.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export function parsePattern(raw: unknown, dialect: Dialect): Pattern {
  const problems: PatternProblem[] = [];
  const place = createPlace(dialect, problems);
  if (!isObject(raw)) {
    place.report(`found ${toShown(raw)}, expected a mapping such as { source: [acme.orders] }`);
  } else if (!isJson(raw)) {
    place.report(
      `found something that JSON can't hold or that has more than ${maximumJsonDepth} levels, expected plain data`,
    );
  } else {
    const alternatives = parseAlternatives(raw, place);
    if (problems.length === 0) return { dialect, alternatives: alternatives.map(toAlternative) };
  }
  throw new PatternError(problems);
}

function parseAlternatives(raw: Mapping, place: Place): readonly Leaves[] {
  const entries = parseEntries(raw, place);
  const excesses = place.dialect === 'sns' ? findPolicyExcesses(raw, entries) : findExcesses(raw, entries);
  for (const excess of excesses) place.report(excess);
  if (excesses.length > 0) return [];
  const alternatives = expand(entries);
  for (const leaf of new Set(alternatives.flatMap(findRepeated))) {
    leaf.place.report(
      'found the field a second time, inside $or and beside it; AWS takes only the last, expected one',
    );
  }
  return alternatives;
}

type Mapping = { readonly [name: string]: unknown };
type Leaf = Extract<Entry, { readonly kind: 'leaf' }>;
type Leaves = readonly Leaf[];

/**
 * Of EventPattern in https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html and of Pattern in
 * https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html
 */
const longestPattern = 4096;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const mostCombinations = 1000;

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const policyLimits = { bytes: 262_144, names: 5, values: 150 };

function findExcesses(raw: Mapping, entries: readonly Entry[]): readonly string[] {
  const { length } = JSON.stringify(raw);
  return [
    ...findExcess(length, longestPattern, 'characters of JSON'),
    ...findExcess(
      countCombinations(entries),
      mostCombinations,
      'combinations, as the lengths of all $or multiply',
    ),
  ];
}

function findPolicyExcesses(raw: Mapping, entries: readonly Entry[]): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(raw));
  return [
    ...findExcess(bytes, policyLimits.bytes, 'bytes of JSON'),
    ...findExcess(Object.keys(raw).length, policyLimits.names, 'names'),
    ...findExcess(countValues(entries), policyLimits.values, 'combinations of values'),
  ];
}

function findExcess(found: number, most: number, what: string): readonly string[] {
  return found > most ? [`found ${found} ${what}, expected at most ${most}`] : [];
}

/** "To calculate the total combination, multiply the number of values in each array"; those of a `$or` are added up. */
function countValues(entries: readonly Entry[]): number {
  return entries
    .map((entry) =>
      entry.kind === 'or'
        ? entry.choices.map(countValues).reduce((sum, count) => sum + count, 0)
        : Math.max(1, entry.conditions.length),
    )
    .reduce((product, count) => product * count, 1);
}

/** As AWS counts: "multiply the total number of arguments from each `$or` array". */
function countCombinations(entries: readonly Entry[]): number {
  return entries
    .flatMap((entry) =>
      entry.kind === 'or' ? [entry.choices.length, ...entry.choices.map(countCombinations)] : [],
    )
    .reduce((product, count) => product * count, 1);
}

/** Every choice of one pattern from each `$or`, with what stands beside them. */
function expand(entries: readonly Entry[]): readonly Leaves[] {
  const leaves = entries.filter((entry) => entry.kind === 'leaf');
  return entries
    .flatMap((entry) => (entry.kind === 'or' ? [entry.choices.flatMap(expand)] : []))
    .reduce<readonly Leaves[]>(
      (alternatives, choices) =>
        alternatives.flatMap((alternative) => choices.map((choice) => [...alternative, ...choice])),
      [leaves],
    );
}

function findRepeated(leaves: Leaves): Leaves {
  const seen = new Set<string>();
  return leaves.filter(({ path }) => {
    const key = JSON.stringify(path);
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated;
  });
}

function toAlternative(leaves: Leaves): Alternative {
  const fields = leaves.map(({ path, conditions }) => ({
    path,
    conditions,
    mayBeMissing: conditions.some(({ wantsMissing }) => wantsMissing),
  }));
  return { fields, root: toGroup(sortByPath(fields), 0) };
}

/** The order of event-ruler, on which it depends where in a list a field may be missing. */
function sortByPath(fields: readonly Field[]): readonly Field[] {
  return fields
    .map((field) => ({ field, key: field.path.join('.') }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ field }) => field);
}

function toGroup(fields: readonly Field[], depth: number): Group {
  const isLeaf = (field: Field) => field.path.length === depth + 1;
  const below = Map.groupBy(
    fields.filter((field) => !isLeaf(field)),
    ({ path }) => path[depth] ?? '',
  );
  return {
    fields,
    leaves: fields.filter(isLeaf).map((field) => ({ name: field.path[depth] ?? '', field })),
    groups: [...below].map(([name, inner]) => ({ name, group: toGroup(inner, depth + 1) })),
  };
}
