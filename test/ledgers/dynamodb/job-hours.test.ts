import { expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { LedgerError } from '../../../shared/runs/ledger.ts';
import { createClock } from '../../support/clock.ts';
import { start } from '../../support/draft.ts';
import { allItems, loseAnswerOnce, makeTable, type Table, watch } from '../../support/dynamo.ts';

const hourMs = 3_600_000;
const { now } = createClock();

const open = (table: Table) => createDynamoLedger({ ...table, now });

it('a place takes one read and one write, of one item for each job', async () => {
  const table = await watch(await makeTable());
  const ledger = open(table);
  for (let next = 0; next < 3; next++) await ledger.takePlace('resize', 2, start);
  expect(table.calls.map(({ operation }) => operation)).toEqual([
    'GetItem',
    'UpdateItem',
    'GetItem',
    'UpdateItem',
    'GetItem',
    'UpdateItem',
  ]);
  expect(await allItems(table)).toEqual([
    {
      pk: { S: 'hours#resize' },
      sk: { S: 'newest' },
      newestHour: { N: String(start + hourMs) },
      taken: { N: '1' },
      // A day after its hour has begun.
      expires: { N: String((start + 25 * hourMs) / 1000) },
    },
  ]);
});

it('no place beyond the coming days takes one read and writes nothing', async () => {
  const table = await makeTable();
  await open(table).takePlace('resize', 1, start + 168 * hourMs);
  const watched = await watch(table);
  expect(await open(watched).takePlace('resize', 1, start)).toBeUndefined();
  expect(watched.calls.map(({ operation }) => operation)).toEqual(['GetItem']);
});

it('a place whose answer was lost, so that the SDK asks again, stays empty, and no other run has it', async () => {
  const table = await makeTable();
  const losing = await loseAnswerOnce(table, 'UpdateItem', 1);
  expect(await open(losing).takePlace('resize', 2, start)).toBe(start);
  expect(await open(table).takePlace('resize', 2, start)).toBe(start + hourMs);
});

it('those who turn to the next hour at once have different places', async () => {
  const table = await makeTable();
  const taken = await Promise.all(Array.from({ length: 8 }, () => open(table).takePlace('resize', 1, start)));
  expect(taken.sort()).toEqual(Array.from({ length: 8 }, (_, index) => start + index * hourMs));
});

it('is refused as throttled when others always come first', async () => {
  const table = await makeTable();
  const other = open(table);
  const beaten = await watch(table, {
    hold: async ({ operation }) => {
      if (operation === 'UpdateItem') await other.takePlace('resize', 1, start);
    },
  });
  const refused = await open(beaten)
    .takePlace('resize', 1, start)
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(LedgerError);
  expect(refused).toMatchObject({
    reason: 'throttled',
    message: 'no place for a run of resize could be taken: others came first 10 times',
  });
});
