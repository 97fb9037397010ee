import type { Json } from '../../../events/trigger-event.ts';
import { PatternError, parsePattern } from '../../../jobs/pattern/parse-pattern.ts';

type Policy = { readonly [name: string]: Json };

/**
 * One policy that lets through all that any of the policies does: what they all look at, with the values of all. It may
 * let through more, which the router leaves out. `undefined` when they have no name in common, when one event wants
 * everything, or when together they are more than SNS takes.
 * https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
export function mergeFilterPolicies(policies: readonly (Policy | undefined)[]): Policy | undefined {
  const [first, ...others] = policies;
  if (first === undefined) return undefined;
  if (others.every((other) => JSON.stringify(other) === JSON.stringify(first))) return first;
  const names = Object.keys(first).filter((name) =>
    others.every((other) => Object.hasOwn(other ?? {}, name)),
  );
  const merged = Object.fromEntries(
    names.map((name) => [name, different(policies.flatMap((policy) => policy?.[name] ?? []))]),
  );
  return names.length > 0 && isTaken(merged) ? merged : undefined;
}

function different(values: readonly Json[]): readonly Json[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function isTaken(policy: Policy): boolean {
  try {
    parsePattern(policy, 'sns');
    return true;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}
