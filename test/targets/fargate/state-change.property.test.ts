import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toStateChange } from '../../../shared/targets/fargate/state-change.ts';
import { token } from './fargate-world.ts';
import { toEvent } from './task-event.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

describe('any event', () => {
  const junk = fc.oneof(fc.jsonValue(), fc.anything());
  const keys = Object.keys(toEvent().detail);

  it('is read without an error, whatever part of it is of another kind', () => {
    fc.assert(
      fc.property(fc.constantFrom(...keys), junk, (key, value) => {
        const change = toStateChange(toEvent({ [key]: value }), 0);
        if (change?.kind === 'report') expect(change.report.token).toBe(token);
      }),
      { numRuns },
    );
  });

  it('is read without an error, whatever it is', () => {
    const containers = fc.array(fc.record({ name: junk, exitCode: junk, reason: junk, environment: junk }));
    fc.assert(
      fc.property(junk, containers, (value, parts) => {
        expect(toStateChange(value, 0)).toBeUndefined();
        toStateChange(toEvent({ containers: parts, overrides: { containerOverrides: parts } }), 0);
        expect(toStateChange(toEvent({}, { detail: value }), 0)).toBeUndefined();
      }),
      { numRuns },
    );
  });
});
