import type { z } from 'zod';
import { isRecord } from './document.ts';
import { atKey, atValue, type Mistake, type Path, toShown } from './mistake.ts';

/** Looks at something as it is written in jobs.yml, whatever else is wrong with it. Paths start at what it is given. */
export type Check = (raw: unknown) => readonly Mistake[];

/**
 * A check that says which parts it needs. It runs when those are right, even if others are not, and is silent when
 * they are wrong, since the schemas report that.
 */
export function check<T>(needs: z.ZodType<T>, find: (parts: T, raw: unknown) => readonly Mistake[]): Check {
  return (raw) => {
    const parsed = needs.safeParse(raw);
    return parsed.success ? find(parsed.data, raw) : [];
  };
}

/** The same checks for a part of what is given. */
export function inside(name: string, checks: readonly Check[]): Check {
  return (raw) => (has(raw, name) ? within([name], runChecks(checks, raw[name])) : []);
}

/** The same checks for each entry of a list or a mapping. */
export function forEach(checks: readonly Check[]): Check {
  return (raw) => {
    if (Array.isArray(raw)) return raw.flatMap((entry, index) => within([index], runChecks(checks, entry)));
    if (!isRecord(raw)) return [];
    return Object.entries(raw).flatMap(([name, entry]) => within([name], runChecks(checks, entry)));
  };
}

export function runChecks(checks: readonly Check[], raw: unknown): readonly Mistake[] {
  return checks.flatMap((found) => found(raw));
}

/** Mistakes of a part, as mistakes of what the part is in. */
export function within(path: Path, mistakes: readonly Mistake[]): readonly Mistake[] {
  return mistakes.map((mistake) => ({ ...mistake, path: [...path, ...mistake.path] }));
}

export function mistakeIf(isMistake: boolean, mistake: Mistake): readonly Mistake[] {
  return isMistake ? [mistake] : [];
}

export function exactlyOneOf(...names: readonly string[]): Check {
  return (raw) => {
    if (!isRecord(raw) || names.some((name) => has(raw, name))) return atMostOneOf(...names)(raw);
    return [atKey([], `found none of ${names.join(', ')}, expected exactly one`)];
  };
}

export function atMostOneOf(...names: readonly string[]): Check {
  return (raw) => {
    const [first, ...others] = names.filter((name) => has(raw, name));
    return others.map((name) =>
      atKey([name], `found beside "${first}", expected only one of ${names.join(', ')}`),
    );
  };
}

/** The names of the entries of a list have to differ. */
export function uniqueNames(names: readonly (readonly [Path, string])[]): readonly Mistake[] {
  const seen = new Set<string>();
  return names.flatMap(([path, name]) => {
    if (seen.has(name))
      return [atValue(path, `found ${toShown(name)} a second time, expected every name once`)];
    seen.add(name);
    return [];
  });
}

export function has<T extends string>(raw: unknown, name: T): raw is Readonly<Record<T, unknown>> {
  return isRecord(raw) && Object.hasOwn(raw, name);
}
