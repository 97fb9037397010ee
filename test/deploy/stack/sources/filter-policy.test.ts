import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeFilterPolicies } from '../../../../shared/deploy/stack/sources/filter-policy.ts';
import type { Json } from '../../../../shared/events/trigger-event.ts';
import { findMismatch } from '../../../../shared/jobs/pattern/match-pattern.ts';
import { PatternError, parsePattern } from '../../../../shared/jobs/pattern/parse-pattern.ts';

describe('filter policies of one topic, in one', () => {
  it('are the policy that they all are', () => {
    const policy = { kind: ['image'], size: [{ numeric: ['>', 5] }] };
    expect(mergeFilterPolicies([policy, { ...policy }])).toEqual(policy);
  });

  it('are exactly theirs where they differ in one name', () => {
    const merged = mergeFilterPolicies([
      { kind: ['image'], shop: ['eu'] },
      { kind: [{ prefix: 'vid' }, 'image'], shop: ['eu'] },
    ]);
    expect(merged).toEqual({ kind: ['image', { prefix: 'vid' }], shop: ['eu'] });
  });

  it('are about what they all look at', () => {
    const merged = mergeFilterPolicies([
      { kind: ['image'], shop: ['eu'] },
      { kind: ['text'], size: [5] },
    ]);
    expect(merged).toEqual({ kind: ['image', 'text'] });
  });

  it('are none when they look at different things, or one is for everything', () => {
    expect(mergeFilterPolicies([{ kind: ['image'] }, { shop: ['eu'] }])).toBeUndefined();
    expect(mergeFilterPolicies([{ kind: ['image'] }, undefined])).toBeUndefined();
    expect(mergeFilterPolicies([undefined, { kind: ['image'] }])).toBeUndefined();
    expect(mergeFilterPolicies([{ kind: ['image'] }, { kind: ['text'] }, undefined])).toBeUndefined();
  });

  it('are none when they are more than SNS takes', () => {
    const kinds = (from: number) => ({ kind: Array.from({ length: 100 }, (_, index) => `k${from + index}`) });
    expect(mergeFilterPolicies([kinds(0), kinds(50)])?.['kind']).toHaveLength(150);
    expect(mergeFilterPolicies([kinds(0), kinds(51)])).toBeUndefined();
  });

  it('let every message through that one of them does', () => {
    const condition = fc.oneof(
      fc.constantFrom('x', 'y', 1, 2),
      fc.constantFrom(
        { exists: true },
        { exists: false },
        { prefix: 'x' },
        { 'anything-but': ['x'] },
        { numeric: ['>', 1] },
      ),
    );
    const conditions = fc.array(condition, { minLength: 1, maxLength: 3 });
    const group = fc.dictionary(fc.constantFrom('c', 'd'), conditions, { minKeys: 1 });
    const policy = fc.record(
      { a: conditions, b: conditions, $or: fc.array(group, { minLength: 2, maxLength: 3 }) },
      { requiredKeys: [] },
    );
    const value = fc.constantFrom('x', 'xy', 'y', 1, 2);
    const message = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), value);
    const isTaken = (of: unknown, event: Json) => findMismatch(parsePattern(of, 'sns'), event) === undefined;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(policy, { minLength: 2, maxLength: 3 }), message, (policies, event) => {
        fc.pre(policies.every(isPolicy));
        const merged = mergeFilterPolicies(policies as never);
        if (merged === undefined || !policies.some((each) => isTaken(each, event))) return;
        taken += 1;
        expect(isTaken(merged, event)).toBe(true);
      }),
      { numRuns: 1000, seed: 7 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});

function isPolicy(policy: object): boolean {
  if (Object.keys(policy).length === 0) return false;
  try {
    parsePattern(policy, 'sns');
    return true;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}
