import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { covers, overlap, toGaps } from '../../../shared/ledgers/dynamodb/ranges.ts';
import type { Draft } from '../../../shared/runs/ledger.ts';
import { createClock } from '../../support/clock.ts';
import { type Cut, makeTable, type Table, watch } from '../../support/dynamo.ts';
import { createMemoryLedger } from '../../support/memory-ledger.ts';
import { type Mode, queue, toDelivery, toOwners } from './deliveries.ts';

/** FC_RUNS=100000 for a long run; each of these makes many calls. */
const numRuns = Math.ceil(Number(process.env['FC_RUNS'] ?? 1600) / 200);

type Coming = { readonly records: readonly number[]; readonly mode: Mode; readonly cut: Cut | undefined };

const slice = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 }))
  .map(([first, count]) => Array.from({ length: count }, (_, index) => first + index));
const subset = fc.uniqueArray(fc.integer({ min: 1, max: 11 }), { minLength: 1, maxLength: 5 });
const cut = fc.option(
  fc.record({ call: fc.integer({ min: 1, max: 12 }), when: fc.constantFrom('before', 'after') }),
  { nil: undefined, freq: 2 },
);
/** A range is claimed of records that nothing lies between; others may be any. */
const comingInShard: fc.Arbitrary<Coming> = fc.oneof(
  fc.record({ records: slice, mode: fc.constant('range' as const), cut }),
  fc.record({ records: subset, mode: fc.constant('alone' as const), cut }),
);
const comingByName: fc.Arbitrary<Coming> = fc.record({
  records: subset,
  mode: fc.constant('names' as const),
  cut,
});

/** All at once, each by a process of its own, some of which die; then each again until it is acknowledged. */
async function deliverAll(
  table: Table,
  coming: readonly Coming[],
  delaysMs: readonly number[],
  job: string,
): Promise<readonly Draft[]> {
  const { now } = createClock();
  let calls = 0;
  const hold = () => sleep(delaysMs[calls++ % delaysMs.length] ?? 0);
  const drafts = coming.map(({ records, mode }) => toDelivery(records, mode, { job }));
  const deliver = async (draft: Draft, dies: Cut | undefined) => {
    const { client } = await watch(table, { hold, ...(dies && { cut: dies }) });
    await createDynamoLedger({ client, table: table.table, now }).accept(draft, queue);
  };
  const first = await Promise.allSettled(drafts.map((draft, index) => deliver(draft, coming[index]?.cut)));
  const failed = drafts.filter((_, index) => first[index]?.status === 'rejected');
  await Promise.all(failed.map((draft) => deliver(draft, undefined)));
  return drafts;
}

describe('deliveries that overlap and come at once', () => {
  it.each([
    ['by name', comingByName],
    ['by place, as ranges and alone', comingInShard],
  ])('have each record in one run, claimed %s', { timeout: 600_000 }, async (_name, arbitrary) => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now: createClock().now });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitrary, { minLength: 2, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }),
        async (coming, delaysMs) => {
          const drafts = await deliverAll(table, coming, delaysMs, `job-${++round}`);
          for (const [record, owners] of await toOwners(ledger, drafts)) {
            expect(owners, `record ${record}`).toHaveLength(1);
          }
          for (const { run, event } of drafts) {
            if (await ledger.load(run.id)) expect(await ledger.loadEvent(run.id)).toBe(event);
          }
        },
      ),
      { numRuns },
    );
  });
});

describe('deliveries of one shard, one after the other', () => {
  it('have the same outcomes as in memory, however many ranges there are', { timeout: 600_000 }, async () => {
    const table = await makeTable();
    const { now } = createClock();
    const wide = fc
      .tuple(fc.integer({ min: 1, max: 60 }), fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 3 }))
      .map(([first, steps]) => steps.map((step) => first + step));
    const step = fc.record({ records: wide, mode: fc.constantFrom<Mode>('range', 'range', 'alone') });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50 }), async (steps) => {
        const ledger = createDynamoLedger({ ...table, now });
        const model = createMemoryLedger(now);
        const job = `job-${++round}`;
        for (const { records, mode } of steps) {
          const draft = toDelivery(records, mode, { job });
          expect(await ledger.accept(draft, queue)).toEqual(await model.accept(draft, queue));
        }
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

describe('the gaps of a range', () => {
  it('are all that is not taken', () => {
    const extent = fc
      .tuple(fc.bigInt(0n, 40n), fc.bigInt(0n, 10n))
      .map(([first, length]) => ({ first: String(first), last: String(first + length) }));
    fc.assert(
      fc.property(extent, fc.array(extent, { maxLength: 6 }), (whole, taken) => {
        const gaps = toGaps(whole, taken);
        for (let place = 0; place <= 60; place++) {
          const isFree = covers(whole, String(place)) && !taken.some((each) => covers(each, String(place)));
          expect(gaps.filter((gap) => covers(gap, String(place)))).toHaveLength(isFree ? 1 : 0);
        }
        for (const gap of gaps) expect(taken.some((each) => overlap(each, gap))).toBe(false);
      }),
    );
  });
});
