import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createFolderPayloadStore } from '../../../shared/payloads/folder.ts';
import type { Run } from '../../../shared/runs/run.ts';
import { createClock } from '../../support/clock.ts';
import { runId, start, toDraft, toPlan } from '../../support/draft.ts';
import { allItems, makeTable, type Table, watch } from '../../support/dynamo.ts';
import { makeFolder } from '../../support/folder.ts';
import { queue, toDelivery } from './deliveries.ts';

const daySeconds = 86_400;

/** Seconds since 1970, of the event's item and the run's. */
async function expiriesOf(table: Table, id: string) {
  const items = await allItems(table);
  const of = (sk: string, pk: string) =>
    Number(items.find((item) => item['sk']?.S === sk && item['pk']?.S?.startsWith(pk))?.['expires']?.N);
  return { event: of('event', `event#${id}`), run: of(id, 'run#') };
}

async function open(historyDays?: number) {
  const clock = createClock();
  const table = await makeTable();
  const ledger = createDynamoLedger({
    ...table,
    now: clock.now,
    ...(historyDays === undefined ? {} : { historyDays }),
  });
  return { clock, table, ledger };
}

describe('an event', () => {
  it('is kept for the longest life of its run, and then for the history', async () => {
    const { table, ledger } = await open(100);
    const plan = toPlan({
      timeoutSeconds: 3600,
      startTimeoutSeconds: 600,
      retry: { attempts: 5, maxIntervalSeconds: 60 },
    });
    await ledger.accept(toDraft({ plan }), queue);
    const { event } = await expiriesOf(table, runId);
    expect(event).toBe(start / 1000 + 5 * (3600 + 600 + 60) + 100 * daySeconds);
  });

  it('is kept longer when its run may be held for the hour of a place', async () => {
    const { table, ledger } = await open(100);
    const plan = toPlan({ maxRunsPerHour: 10, retry: { maxIntervalSeconds: 60 } });
    await ledger.accept(toDraft({ plan }), queue);
    const { event } = await expiriesOf(table, runId);
    expect(event).toBe(start / 1000 + 7 * daySeconds + (60 + 60 + 60) + 100 * daySeconds);
  });

  it('is kept longer than claims are, however short the history is', async () => {
    const { table, ledger } = await open(1);
    await ledger.accept(toDraft(), queue);
    const { event } = await expiriesOf(table, runId);
    expect(event).toBeGreaterThan(start / 1000 + 30 * daySeconds);
  });

  it('never outlives its run, whenever that is saved', async () => {
    const { clock, table, ledger } = await open();
    let run: Run | undefined = (await ledger.accept(toDraft(), queue)).run;
    for (const days of [0, 1, 30, 60]) {
      clock.pass(days * daySeconds);
      if (run) run = await ledger.save({ ...run, updatedAt: clock.now() });
      const { event, run: runExpiry } = await expiriesOf(table, runId);
      expect(runExpiry).toBeGreaterThanOrEqual(event + 7 * daySeconds);
      expect(runExpiry).toBeGreaterThanOrEqual(clock.now() / 1000 + 97 * daySeconds);
    }
  });

  it('is gone after its time, whether or not DynamoDB has removed it', async () => {
    const { clock, table, ledger } = await open();
    await ledger.accept(toDraft(), queue);
    const { event } = await expiriesOf(table, runId);
    clock.passTo(event * 1000 - 1);
    expect(await ledger.loadEvent(runId)).toBeDefined();
    clock.passTo(event * 1000);
    expect(await ledger.loadEvent(runId)).toBeUndefined();
    expect(await ledger.load(runId)).toBeDefined();
  });
});

describe('a run', () => {
  it('is gone after its time, whether or not DynamoDB has removed it', async () => {
    const { clock, table, ledger } = await open();
    await ledger.accept(toDraft(), queue);
    const { run } = await expiriesOf(table, runId);
    clock.passTo(run * 1000 - 1);
    expect(await ledger.find('', 10)).toEqual([runId]);
    clock.passTo(run * 1000);
    expect(await ledger.load(runId)).toBeUndefined();
    expect(await ledger.list({ limit: 10 })).toEqual({ runs: [] });
    expect(await ledger.find('', 10)).toEqual([]);
    expect(await allItems(table)).toHaveLength(2);
  });

  it('is the same when its delivery comes again after its event is gone, and no new event is left', async () => {
    const { clock, table, ledger } = await open();
    await ledger.accept(toDraft(), queue);
    const { event } = await expiriesOf(table, runId);
    clock.passTo(event * 1000);
    const late = toDraft({ createdAt: clock.now(), updatedAt: clock.now() });
    expect(await ledger.accept(late, queue)).toMatchObject({
      outcome: 'duplicate',
      run: { createdAt: start },
    });
    const items = await allItems(table);
    expect(items.map(({ sk }) => sk?.S)).toEqual([runId]);
  });

  it('is accepted anew, with its new event, when its delivery comes again after all of it is gone', async () => {
    const { clock, table, ledger } = await open();
    await ledger.accept(toDraft({}, { event: '1' }), queue);
    const { run } = await expiriesOf(table, runId);
    clock.passTo(run * 1000);
    const createdAt = clock.now();
    const late = toDraft({ createdAt, updatedAt: createdAt }, { event: '2' });
    expect(await ledger.accept(late, queue)).toMatchObject({ outcome: 'accepted', run: { createdAt } });
    expect(await ledger.loadEvent(runId)).toBe('2');
    expect(await ledger.load(runId)).toMatchObject({ createdAt });
  });
});

describe('a run that was cut off', () => {
  it('is not accepted after its event is gone', async () => {
    const { clock, table, ledger } = await open();
    const claims = [{ id: 'a', seconds: 400 * daySeconds }];
    const { client } = await watch(table, { cut: { call: 2, when: 'after' } });
    const dying = createDynamoLedger({ client, table: table.table, now: clock.now });
    await expect(dying.accept(toDraft({}, { claims }), queue)).rejects.toThrow();
    const { event } = await expiriesOf(table, runId);
    clock.passTo(event * 1000);
    const other = toDelivery([1], 'names');
    const late = await ledger.accept({ ...other, claims }, queue);
    expect(late).toEqual({ outcome: 'duplicate', run: undefined });
    expect(await ledger.load(runId)).toBeUndefined();
  });
});

describe('what was stored for a delivery that won nothing', () => {
  it('is removed, in the payload store too', async () => {
    const folder = makeFolder();
    const table = await makeTable();
    const payloads = createFolderPayloadStore(folder);
    const ledger = createDynamoLedger({ ...table, payloads, now: createClock().now });
    const big = (records: readonly number[]) => ({
      ...toDelivery(records, 'names'),
      event: JSON.stringify({ records, text: 'x'.repeat(400_000) }),
    });
    await ledger.accept(big([1, 2]), queue);
    const kept = readdirSync(folder);
    expect(kept).toHaveLength(1);
    await ledger.accept(big([2]), queue);
    await ledger.accept(big([1, 2]), queue);
    expect(readdirSync(folder)).toEqual(kept);
  });
});
