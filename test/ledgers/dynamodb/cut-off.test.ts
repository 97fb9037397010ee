import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createFolderPayloadStore } from '../../../shared/payloads/folder.ts';
import type { Accepted, Draft } from '../../../shared/runs/ledger.ts';
import { createClock } from '../../support/clock.ts';
import { toDraft } from '../../support/draft.ts';
import { allItems, type Cut, makeTable, type Table, watch } from '../../support/dynamo.ts';
import { makeFolder } from '../../support/folder.ts';
import { type Mode, queue, toDelivery, toOwners } from './deliveries.ts';

const modes: readonly Mode[] = ['names', 'range', 'alone'];

/** More calls than any of these deliveries takes. */
const mostCalls = 30;

/**
 * For each call that accepting the draft makes: a ledger that was cut off there, and what it left, before and after the
 * call was done.
 */
async function eachCut(
  draft: Draft,
  check: (table: Table, accept: (draft: Draft) => Promise<Accepted>, where: string) => Promise<void>,
): Promise<number> {
  for (let call = 1; call <= mostCalls; call++) {
    for (const when of ['before', 'after'] as const) {
      const clock = createClock();
      const table = await makeTable();
      const isDone = await acceptUntil({ call, when }, table, draft, clock.now);
      if (isDone) return call - 1;
      clock.pass(60);
      const ledger = createDynamoLedger({ ...table, now: clock.now });
      await check(table, (next) => ledger.accept(next, queue), `${when} call ${call}`);
    }
  }
  throw new Error('accepting never came to an end');
}

async function acceptUntil(cut: Cut, table: Table, draft: Draft, now: () => number): Promise<boolean> {
  const watched = await watch(table, { cut });
  const ledger = createDynamoLedger({ client: watched.client, table: watched.table, now });
  return ledger.accept(draft, queue).then(
    () => true,
    () => false,
  );
}

const recoveredBy = (...outcomes: readonly Accepted[]) =>
  outcomes.flatMap(({ recovered = [] }) => recovered.map(({ id }) => id));

const viewOf = ({ client, table }: Table) => createDynamoLedger({ client, table, now: createClock().now });

/** Whether anything is claimed for a run that is not there. */
async function isHalfDone(table: Table, id: string): Promise<boolean> {
  const items = await allItems(table);
  const isThere = items.some(({ sk }) => sk?.S === id);
  return !isThere && items.some(({ heldBy, ranges }) => heldBy?.S === id || ranges?.S?.includes(id));
}

describe('a call that is cut off while it accepts a run', () => {
  it('without claims is made good when the delivery comes again', async () => {
    const draft = toDraft();
    const calls = await eachCut(draft, async (table, accept, where) => {
      await accept(draft);
      expect(await viewOf(table).load(draft.run.id), where).toMatchObject({ status: 'queued' });
      expect(await viewOf(table).loadEvent(draft.run.id), where).toBe(draft.event);
      expect((await accept(draft)).outcome, where).toBe('duplicate');
    });
    expect(calls).toBe(2);
  });

  it.each(modes)(
    'with claims by %s has its records in one run when the delivery comes again',
    async (mode) => {
      const draft = toDelivery([1, 2, 3], mode);
      const calls = await eachCut(draft, async (table, accept, where) => {
        await accept(draft);
        expect(await viewOf(table).load(draft.run.id), where).toMatchObject({ lostRecords: [] });
        expect(await viewOf(table).loadEvent(draft.run.id), where).toBe(draft.event);
      });
      expect(calls).toBeGreaterThanOrEqual(4);
    },
  );

  it.each(modes)(
    'with claims by %s loses no record to deliveries with others, and is recovered',
    async (mode) => {
      const draft = toDelivery([1, 2, 3], mode);
      const others = [toDelivery([2, 3, 4], mode), toDelivery([1], mode)];
      let recoveries = 0;
      await eachCut(draft, async (table, accept, where) => {
        const wasHalfDone = await isHalfDone(table, draft.run.id);
        const outcomes = [];
        for (const other of others) outcomes.push(await accept(other));
        expect(recoveredBy(...outcomes), where).toEqual(wasHalfDone ? [draft.run.id] : []);
        recoveries += wasHalfDone ? 1 : 0;
        for (const [record, owners] of await toOwners(viewOf(table), [draft, ...others])) {
          expect(owners, `${where}: record ${record}`).toHaveLength(1);
        }
      });
      expect(recoveries).toBeGreaterThan(0);
    },
  );

  it.each(modes)('with claims by %s has each record in one run when both kinds come', async (mode) => {
    const draft = toDelivery([1, 2, 3], mode);
    const all = [toDelivery([3, 4], mode), draft, toDelivery([1, 2], mode)];
    await eachCut(draft, async (table, accept, where) => {
      for (const next of all) await accept(next);
      for (const [record, owners] of await toOwners(viewOf(table), all)) {
        expect(owners, `${where}: record ${record}`).toHaveLength(1);
      }
    });
  });

  it('after it lost a record to a run that was cut off too, leaves none behind', async () => {
    const one = toDelivery([1, 2], 'names');
    const two = toDelivery([2, 3], 'names');
    for (let call = 1; call <= mostCalls; call++) {
      const clock = createClock();
      const table = await makeTable();
      // The first has its event and its claims.
      await acceptUntil({ call: 3, when: 'after' }, table, one, clock.now);
      const isDone = await acceptUntil({ call, when: 'after' }, table, two, clock.now);
      clock.pass(60);
      const ledger = createDynamoLedger({ ...table, now: clock.now });
      if (!isDone) await ledger.accept(two, queue);
      // Record 2 is acknowledged now, and only the second delivery brought it: nobody else will ask.
      const owners = await toOwners(ledger, [one, two]);
      expect(owners.get(2), `call ${call}`).toEqual([one.run.id]);
      expect(owners.get(3), `call ${call}`).toEqual([two.run.id]);
      if (isDone) return;
    }
    throw new Error('accepting never came to an end');
  });

  it('while its event lies in the payload store is made good', async () => {
    const draft = {
      ...toDelivery([1], 'names'),
      event: JSON.stringify({ records: [1], text: 'é'.repeat(300_000) }),
    };
    const other = toDelivery([1, 2], 'names');
    const payloads = createFolderPayloadStore(makeFolder());
    const clock = createClock();
    const table = await makeTable();
    const { client } = await watch(table, { cut: { call: 2, when: 'after' } });
    const dying = createDynamoLedger({ client, table: table.table, payloads, now: clock.now });
    await expect(dying.accept(draft, queue)).rejects.toThrow();
    const ledger = createDynamoLedger({ ...table, payloads, now: clock.now });
    const accepted = await ledger.accept(other, queue);
    expect(recoveredBy(accepted)).toEqual([draft.run.id]);
    expect(await ledger.loadEvent(draft.run.id)).toBe(draft.event);
  });
});
