import { z } from 'zod';
import { atKey, atValue, type Mistake, type Path, suggestion, toShown } from '../mistake.ts';

export type Parsed<T> =
  | { readonly value: T; readonly mistakes: readonly [] }
  | { readonly value?: never; readonly mistakes: readonly Mistake[] };

/** Parses with one of the schemas of jobs.yml; every mistake that it finds says what was found and expected. */
export function parseWith<T>(schema: z.ZodType<T>, raw: unknown): Parsed<T> {
  const parsed = schema.safeParse(raw, { error: toExpected });
  if (parsed.success) return { value: parsed.data, mistakes: [] };
  return { mistakes: parsed.error.issues.flatMap((issue) => toMistakes(issue, raw, [])) };
}

const separator = ', ';

const kinds: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'text',
};

/** What was expected, where a schema doesn't say it itself; for unknown properties, the names of the known ones. */
function toExpected(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return toExpectedValues(issue.values.map(String), issue.input);
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? toExpectedValues(issue.options.map(String), partOf(issue.input, [String(issue.discriminator)]))
        : 'another value';
    case 'unrecognized_keys':
      return issue.inst instanceof z.core.$ZodObject
        ? Object.keys(issue.inst._zod.def.shape).join(separator)
        : '';
    default:
      return 'another value';
  }
}

function toExpectedValues(values: readonly string[], input: unknown): string {
  const choice = values.length === 1 ? values.join('') : `one of ${values.join(separator)}`;
  const near = typeof input === 'string' ? suggestion(input, values) : '';
  // 1.0 and 2.0 are numbers to YAML.
  const quotes =
    typeof input === 'number' && values.some((value) => Number(value) === input) ? ', in quotes' : '';
  return choice + quotes + near;
}

function toMistakes(issue: z.core.$ZodIssue, raw: unknown, around: Path): readonly Mistake[] {
  const path = [...around, ...issue.path.filter((part) => typeof part !== 'symbol')];
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message === '' ? [] : issue.message.split(separator);
    return issue.keys.map((key) => atKey([...path, key], toUnknownProperty(key, known)));
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'another name';
    return [atKey(path, `found the name ${toShown(path.at(-1))}, expected ${expected}`)];
  }
  if (issue.code === 'invalid_union') {
    // A branch that takes the value as a whole, and finds fault with parts of it only, is the one that was meant.
    const meant = issue.errors.find((branch) => branch.length > 0 && branch.every(isAboutPart));
    if (meant !== undefined) return meant.flatMap((part) => toMistakes(part, raw, path));
  }
  const found = partOf(raw, path);
  if (found === undefined) {
    return [atKey(path.slice(0, -1), `"${path.at(-1)}" is missing, expected ${issue.message}`)];
  }
  return [atValue(path, `found ${toShown(found, path)}, expected ${issue.message}`)];
}

function toUnknownProperty(key: string, known: readonly string[]): string {
  if (known.length === 0) return 'unknown property, expected none here';
  const near = suggestion(key, known);
  return near === ''
    ? `unknown property, expected one of ${known.join(separator)}`
    : `unknown property${near}`;
}

function isAboutPart(issue: z.core.$ZodIssue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys';
}

function partOf(raw: unknown, path: Path): unknown {
  let part = raw;
  for (const step of path) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, step)) return undefined;
    part = Reflect.get(part, step);
  }
  return part;
}
