import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { toRunId } from '../../../shared/runs/identity.ts';
import { createClock } from '../../support/clock.ts';
import { start, toDraft } from '../../support/draft.ts';
import { allItems, makeTable, watch } from '../../support/dynamo.ts';
import { queue, toDelivery } from './deliveries.ts';

const { now } = createClock();

async function open() {
  const { client, table, calls } = await watch(await makeTable());
  const ledger = createDynamoLedger({ client, table, now });
  const operationsOf = async (work: () => Promise<unknown>) => {
    const from = calls.length;
    await work();
    return calls.slice(from).map(({ operation }) => operation);
  };
  return { ledger, operationsOf, client, table };
}

describe('accepting a run', () => {
  it('without claims takes two writes and no read', async () => {
    const { ledger, operationsOf } = await open();
    expect(await operationsOf(() => ledger.accept(toDraft(), queue))).toEqual(['PutItem', 'PutItem']);
  });

  it('with one claim takes three writes and no read', async () => {
    const { ledger, operationsOf } = await open();
    const draft = toDelivery([1], 'names');
    expect(await operationsOf(() => ledger.accept(draft, queue))).toEqual(['PutItem', 'PutItem', 'PutItem']);
  });

  it('again takes one write that is refused, and two reads', async () => {
    const { ledger, operationsOf } = await open();
    await ledger.accept(toDelivery([1], 'names'), queue);
    const again = await operationsOf(() => ledger.accept(toDelivery([1], 'names'), queue));
    expect(again).toEqual(['PutItem', 'GetItem', 'GetItem']);
  });
});

describe('saving a run', () => {
  it('takes one write and no read', async () => {
    const { ledger, operationsOf } = await open();
    const { run } = await ledger.accept(toDraft(), queue);
    expect(await operationsOf(async () => run && (await ledger.save(run)))).toEqual(['UpdateItem']);
  });
});

describe('the keys of many runs', () => {
  it('are spread over the partitions of the table and of its indexes', { timeout: 60_000 }, async () => {
    const { ledger, client, table } = await open();
    const ids = Array.from({ length: 240 }, (_, index) => toRunId('word-index', 'queue', `message-${index}`));
    for (let next = 0; next < ids.length; next += 50) {
      await Promise.all(ids.slice(next, next + 50).map((id) => ledger.accept(toDraft({ id }), queue)));
    }
    const items = await allItems({ client, table });
    const partitionsOf = (name: string) =>
      new Set(items.flatMap((item) => item[name]?.S ?? []).filter((pk) => !pk.startsWith('event#'))).size;
    expect(partitionsOf('pk')).toBeGreaterThanOrEqual(30);
    for (const name of ['duePk', 'jobPk', 'statusPk']) expect(partitionsOf(name), name).toBe(12);
    expect(await ledger.due({ now: start, limit: 2000, of: 'line' })).toHaveLength(240);
    expect(await ledger.find('', 2000)).toEqual([...ids].sort());
  });
});

describe('listing many runs', () => {
  it('gives each once, page by page, although an index has others between them', {
    timeout: 60_000,
  }, async () => {
    const { ledger } = await open();
    const ids = Array.from({ length: 120 }, (_, index) => toRunId('word-index', 'queue', `message-${index}`));
    for (const [index, id] of ids.entries()) {
      const change = {
        id,
        createdAt: start + index,
        job: index % 2 === 0 ? 'even' : 'odd',
        status: index % 40 < 2 ? 'failed' : index % 3 === 0 ? 'running' : 'succeeded',
      } as const;
      await ledger.accept(toDraft(change), (run) => run);
    }
    const pagesOf = async (filter: object, limit: number) => {
      const found: number[][] = [];
      let after: string | undefined;
      do {
        const page = await ledger.list({ ...filter, limit, ...(after === undefined ? {} : { after }) });
        found.push(page.runs.map(({ createdAt }) => createdAt - start));
        after = page.next;
      } while (after !== undefined && found.length < 100);
      return found;
    };
    const downFrom119 = Array.from({ length: 120 }, (_, index) => 119 - index);
    expect((await pagesOf({}, 25)).flat()).toEqual(downFrom119);
    expect(await pagesOf({ jobs: ['even'], statuses: ['failed'] }, 1)).toEqual([[80], [40], [0]]);
    expect(
      await pagesOf({ jobs: ['odd'], statuses: ['failed', 'succeeded'], since: start + 100 }, 100),
    ).toEqual([downFrom119.filter((index) => index >= 100 && index % 2 === 1 && index % 3 !== 0)]);
    expect(await pagesOf({ jobs: ['none'] }, 10)).toEqual([[]]);
    await expect(ledger.list({ limit: 10, after: 'no place' })).rejects.toThrow('there is no such place');
  });
});
