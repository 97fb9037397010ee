import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createFolderPayloadStore } from '../../../shared/payloads/folder.ts';
import { createClock } from '../../support/clock.ts';
import { toDraft } from '../../support/draft.ts';
import { loseAnswerOnce, makeTable, watch } from '../../support/dynamo.ts';
import { makeFolder } from '../../support/folder.ts';
import { type Mode, queue, toDelivery, toOwners } from './deliveries.ts';

const { now } = createClock();

describe('an answer that is lost after the write, so that the SDK writes again', () => {
  it.each([
    ['event', 1],
    ['run', 2],
  ])('is recognised when it was that to the %s', async (_what, nth) => {
    const losing = await loseAnswerOnce(await makeTable(), 'PutItem', nth);
    const ledger = createDynamoLedger({ ...losing, now });
    const draft = toDraft();
    expect(await ledger.accept(draft, queue)).toEqual({ outcome: 'accepted', run: queue(draft.run, []) });
    expect(losing.sent()).toBe(3);
    expect(await ledger.loadEvent(draft.run.id)).toBe(draft.event);
  });

  it.each<[Mode, string, number]>([
    ['names', 'PutItem', 2],
    ['names', 'PutItem', 3],
    ['range', 'PutItem', 2],
    ['alone', 'PutItem', 2],
    ['alone', 'UpdateItem', 1],
  ])('is recognised when it was that to a claim by %s: %s %i', async (mode, operation, nth) => {
    const losing = await loseAnswerOnce(await makeTable(), operation, nth);
    const ledger = createDynamoLedger({ ...losing, now });
    const accepted = await ledger.accept(toDelivery([1, 2], mode), queue);
    expect(accepted).toMatchObject({ outcome: 'accepted', run: { lostRecords: [] } });
    expect(losing.sent()).toBeGreaterThan(nth);
  });

  it('is recognised when it was that to a save', async () => {
    const losing = await loseAnswerOnce(await makeTable(), 'UpdateItem', 1);
    const ledger = createDynamoLedger({ ...losing, now });
    const { run } = await ledger.accept(toDraft(), queue);
    if (run === undefined) throw new Error('it was not accepted');
    expect(await ledger.save({ ...run, status: 'running' })).toMatchObject({
      status: 'running',
      revision: 1,
    });
    expect(losing.sent()).toBe(2);
    expect(await ledger.load(run.id)).toMatchObject({ status: 'running', revision: 1 });
  });

  it('does not make the save of another look like one’s own', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const { run } = await ledger.accept(toDraft(), queue);
    if (run === undefined) throw new Error('it was not accepted');
    await ledger.save({ ...run, status: 'running' });
    expect(await ledger.save({ ...run, status: 'running' })).toBeUndefined();
  });

  it.each([
    ['', 'accepted', false],
    [', also when another took the event over since', 'duplicate', true],
  ])('leaves an event in the payload store%s', async (_when, outcome, isTakenOver) => {
    const table = await makeTable();
    const payloads = createFolderPayloadStore(makeFolder());
    const draft = toDraft({}, { event: 'x'.repeat(400_000) });
    const other = createDynamoLedger({ ...table, payloads, now });
    const losing = await loseAnswerOnce(table, 'PutItem', 1, async () => {
      if (isTakenOver) await other.accept(draft, queue);
    });
    const ledger = createDynamoLedger({ ...losing, payloads, now });
    expect(await ledger.accept(draft, queue)).toMatchObject({ outcome });
    expect(await ledger.loadEvent(draft.run.id)).toBe(draft.event);
  });

  it('is recognised when an event is dropped', async () => {
    const losing = await loseAnswerOnce(await makeTable(), 'DeleteItem', 1);
    const ledger = createDynamoLedger({ ...losing, now });
    await ledger.accept(toDelivery([1, 2], 'names'), queue);
    const again = toDelivery([2], 'names');
    expect((await ledger.accept(again, queue)).outcome).toBe('duplicate');
    expect(losing.sent()).toBe(2);
    expect(await ledger.loadEvent(again.run.id)).toBeUndefined();
  });
});

describe('calls that overtake each other', () => {
  it('leave its event to a run that was accepted while another call found nothing left for it', async () => {
    const clock = createClock();
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now: clock.now });
    await ledger.accept(toDelivery([1, 2], 'names'), queue);
    const draft = toDelivery([1], 'names');
    // Between what the slow call saw and what it does about it, the claim comes to its end and is won for the same run.
    const slow = await watch(table, {
      async hold({ operation }) {
        if (operation !== 'DeleteItem') return;
        clock.pass(2_592_000);
        expect((await ledger.accept(draft, queue)).outcome).toBe('accepted');
      },
    });
    await createDynamoLedger({ client: slow.client, table: slow.table, now: clock.now }).accept(draft, queue);
    expect(slow.calls.map(({ operation }) => operation)).toContain('DeleteItem');
    expect(await ledger.load(draft.run.id)).toMatchObject({ lostRecords: [] });
    expect(await ledger.loadEvent(draft.run.id)).toBe(draft.event);
  });

  it('give a place to the range that was claimed between the place’s item and its commit', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const range = toDelivery([1, 2, 3], 'range');
    const alone = toDelivery([2], 'alone');
    let held = 0;
    const slow = await watch(table, {
      async hold({ operation }) {
        if (operation === 'UpdateItem' && held++ === 0) await ledger.accept(range, queue);
      },
    });
    const late = await createDynamoLedger({ client: slow.client, table: slow.table, now }).accept(
      alone,
      queue,
    );
    expect(late).toMatchObject({ outcome: 'duplicate', run: { id: range.run.id } });
    expect((await toOwners(ledger, [range, alone])).get(2)).toEqual([range.run.id]);
    // The item that came too late means nothing to those who come after it.
    const again = await ledger.accept(toDelivery([2, 9], 'alone'), queue);
    expect(again).toMatchObject({ outcome: 'accepted', run: { lostRecords: [0] } });
    expect(again.recovered).toBeUndefined();
  });

  it('leave a place out of a range when it was committed before the range was', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const range = toDelivery([1, 2, 3], 'range');
    const alone = toDelivery([2], 'alone');
    const slow = await watch(table, {
      async hold({ operation, input }) {
        const isHead = JSON.stringify(input['Item'] ?? null).includes('"head"');
        if (operation === 'PutItem' && isHead) await ledger.accept(alone, queue);
      },
    });
    const late = await createDynamoLedger({ client: slow.client, table: slow.table, now }).accept(
      range,
      queue,
    );
    expect(late).toMatchObject({ outcome: 'accepted', run: { lostRecords: [1] } });
    expect((await toOwners(ledger, [range, alone])).get(2)).toEqual([alone.run.id]);
  });
});
