import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceNames } from '../../shared/events/trigger-event.ts';
import { toLocalPlan } from '../../shared/jobs/local-plan.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource as everySourceRules } from '../../shared/jobs/rules/every-source.ts';
import { toDrafts } from '../../shared/router/draft.ts';
import { recognise } from '../../shared/sources/recognise.ts';
import { type Delivery, EventParseError, NoRuleError } from '../../shared/sources/source.ts';
import { sources } from '../../shared/sources/sources.ts';
import { invocation } from '../contract/source.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { mutate, mutations } from './mutation.ts';

/** For each source; FC_RUNS=100000 makes it 20,000, which is 220,000 payloads in all. Fewer say little of a third. */
const numRuns = Math.max(Math.round(Number(process.env['FC_RUNS'] ?? 2500) / 5), 300);

const { jobs } = parseJobs(everySource, 'jobs.yml');
const table = createRoutingTable(jobs, everySourceRules);

describe.each(sourceNames)('payloads of %s that something was done to', (name) => {
  const own = Object.values(payloads[name]);

  it(`are taken, or refused with our error, whatever it was; a third of ${numRuns} are still recognised`, () => {
    let tried = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...own), mutations(), (payload, todo) => {
        const mutated = mutate(payload, todo);
        tried++;
        if (isTaken(mutated)) taken++;
      }),
      { numRuns, endOnFailure: true },
    );
    expect(tried).toBe(numRuns);
    expect(taken / tried).toBeGreaterThan(1 / 3);
  });

  /** Whether it was taken; then it's routed too, and what its jobs would get is written down. */
  function isTaken(payload: unknown): boolean {
    const before = JSON.stringify(payload);
    const recognised = recognise(payload);
    const delivery = parse(payload);
    if (delivery === undefined) return false;
    expect(recognised).toEqual({ source: name });
    expect(delivery.source).toBe(name);
    expect(new Date(delivery.time).toISOString()).toBe(delivery.time);
    for (const { verdict } of table.judge(delivery)) expect(verdict.why()).toMatch(/\S/);
    for (const event of eventsOf(delivery)) expect(JSON.parse(event)).toBeTypeOf('object');
    expect(JSON.stringify(payload)).toBe(before);
    return true;
  }

  function parse(payload: unknown): Delivery | undefined {
    try {
      return sources[name].parse(payload, invocation);
    } catch (error) {
      if (!(error instanceof EventParseError)) throw error;
      expect(error.message).toMatch(new RegExp(`^${name}: \\S`));
      return undefined;
    }
  }
});

it('nothing that was done to any payload changed what all objects have', () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty('polluted');
});

function eventsOf(delivery: Delivery): readonly string[] {
  try {
    return table
      .match(delivery)
      .flatMap((match) => toDrafts(delivery, match, toLocalPlan(match.job, '.'), 0))
      .map(({ event }) => event);
  } catch (error) {
    if (error instanceof NoRuleError) return [];
    throw error;
  }
}
