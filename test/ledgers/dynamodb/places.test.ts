import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createClock } from '../../support/clock.ts';
import { allItems, makeTable, type Table, watch } from '../../support/dynamo.ts';
import { queue, toDelivery } from './deliveries.ts';

const { now } = createClock();

const headOf = async (table: Table) => (await allItems(table)).find(({ sk }) => sk?.S === 'head');

/** Deliveries of two records each: 1 and 2, 4 and 5, 7 and 8, … */
const toPair = (index: number) => toDelivery([index * 3 + 1, index * 3 + 2], 'range');

async function withRanges(count: number) {
  const table = await makeTable();
  const ledger = createDynamoLedger({ ...table, now });
  for (let index = 0; index < count; index++) await ledger.accept(toPair(index), queue);
  return { table, ledger };
}

describe('the ranges of a shard', () => {
  it('are moved out of the head before it grows large, and none is forgotten', async () => {
    const { table } = await withRanges(100);
    const head = await headOf(table);
    const near = JSON.parse(head?.['ranges']?.S ?? '[]');
    expect(near.length).toBeLessThanOrEqual(16);
    const ends = (await allItems(table)).flatMap(({ endsAt }) => (endsAt?.S ? [endsAt.S] : []));
    expect(new Set([...ends, ...near.map(([, last]: string[]) => last)]).size).toBe(100);
  });

  it('still trim a delivery that comes again long after', async () => {
    const { ledger } = await withRanges(60);
    expect(await ledger.accept(toDelivery([10, 11], 'range'), queue)).toMatchObject({
      outcome: 'duplicate',
      run: { id: toPair(3).run.id },
    });
    expect(await ledger.accept(toDelivery([11], 'range'), queue)).toMatchObject({
      outcome: 'duplicate',
      run: { id: toPair(3).run.id },
    });
    // Records 3 and 6 were never delivered before.
    expect(await ledger.accept(toDelivery([1, 2, 3, 4, 5, 6], 'range'), queue)).toMatchObject({
      outcome: 'accepted',
      run: { lostRecords: [0, 1, 3, 4] },
    });
    expect(await ledger.accept(toDelivery([3, 9], 'alone'), queue)).toMatchObject({
      outcome: 'accepted',
      run: { lostRecords: [0] },
    });
    expect(await ledger.accept(toDelivery([5], 'alone'), queue)).toMatchObject({
      outcome: 'duplicate',
      run: { id: toPair(1).run.id },
    });
  });

  it('are claimed around what others have, however much that is', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const odd = Array.from({ length: 60 }, (_, index) => index * 2 + 1);
    const all = Array.from({ length: 120 }, (_, index) => index + 1);
    await ledger.accept(toDelivery(odd, 'alone'), queue);
    const rest = await ledger.accept(toDelivery(all, 'range'), queue);
    expect(rest.run?.lostRecords).toEqual(odd.map((record) => record - 1));
    const again = await ledger.accept(toDelivery(all.slice(0, 100), 'range'), queue);
    expect(again.outcome).toBe('duplicate');
  });

  it('cost a delivery beyond them one read and one write, and no query', async () => {
    const { table } = await withRanges(40);
    const { client, calls } = await watch(table);
    const ledger = createDynamoLedger({ client, table: table.table, now });
    const costs: string[][] = [];
    for (let index = 40; index < 48; index++) {
      const from = calls.length;
      await ledger.accept(toPair(index), queue);
      costs.push(calls.slice(from).map(({ operation }) => operation));
    }
    const usual = ['PutItem', 'GetItem', 'PutItem', 'PutItem'];
    // Now and then eight are moved out.
    const moving = ['PutItem', 'GetItem', ...Array.from({ length: 10 }, () => 'PutItem')];
    expect(costs.filter((cost) => cost.length === usual.length)).toEqual(
      Array.from({ length: 7 }, () => usual),
    );
    expect(costs.filter((cost) => cost.length !== usual.length)).toEqual([moving]);
  });
});

describe('places that are claimed alone', () => {
  it('do not hold each other up when many come at once', async () => {
    const table = await makeTable();
    const { client, calls } = await watch(table);
    const ledger = createDynamoLedger({ client, table: table.table, now });
    await ledger.accept(toDelivery([100], 'alone'), queue);
    const from = calls.length;
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => ledger.accept(toDelivery([index + 1], 'alone'), queue)),
    );
    const commits = calls.slice(from).filter(({ operation }) => operation === 'UpdateItem');
    expect(commits).toHaveLength(10);
  });
});
