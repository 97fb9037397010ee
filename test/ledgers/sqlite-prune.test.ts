import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../shared/events/claim.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { createLookup, prune } from '../../shared/ledgers/sqlite-prune.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import type { Run } from '../../shared/runs/run.ts';
import { start, toDraft, toRunId } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';

const dayMs = 86_400_000;
const now = start + 200 * dayMs;
const endedBefore = now - 90 * dayMs;

function open(): DatabaseSync {
  const database = openDatabase(':memory:');
  atEnd(() => database.isOpen && database.close());
  return database;
}

async function put(database: DatabaseSync, change: Partial<Run>, claims: readonly Claim[] = []) {
  const draft = toDraft(change, { claims, event: `"event of ${change.id}"` });
  await createSqliteLedger(database, () => draft.run.createdAt).accept(draft, (run) => run);
}

const ended = (number: number, endedAt: number, change: Partial<Run> = {}): Partial<Run> => ({
  id: toRunId(number),
  status: 'succeeded',
  createdAt: endedAt - 1000,
  endedAt,
  ...change,
});

function rowsOf(database: DatabaseSync, table: 'runs' | 'events' | 'claims' | 'ranges' | 'job_hours') {
  return Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']);
}

/** Rows that were removed, piece by piece. */
function pruneAll(database: DatabaseSync): readonly number[] {
  return [...prune(database, { now, endedBefore })];
}

describe('pruning a ledger', () => {
  it('removes runs that ended long ago, with their events, and no others', async () => {
    const database = open();
    await put(database, ended(1, endedBefore - 1));
    await put(database, ended(2, endedBefore));
    await put(database, ended(3, endedBefore - dayMs, { status: 'failed' }));
    pruneAll(database);
    const isKept = createLookup(database);
    expect([1, 2, 3].map((number) => isKept(toRunId(number)))).toEqual([false, true, false]);
    const ledger = createSqliteLedger(database, () => now);
    expect(await ledger.loadEvent(toRunId(1))).toBeUndefined();
    expect(await ledger.loadEvent(toRunId(2))).toBe(`"event of ${toRunId(2)}"`);
    expect((await ledger.list({ limit: 10 })).runs.map(({ id }) => id)).toEqual([toRunId(2)]);
  });

  it('keeps a run that is not over, however old, and one that owes something still', async () => {
    const database = open();
    await put(database, { id: toRunId(1), status: 'running', createdAt: start, dueAt: start });
    await put(database, { id: toRunId(2), status: 'waiting', createdAt: start, dueAt: now + dayMs });
    await put(database, ended(3, start, { dueAt: start + 5000 }));
    await put(database, ended(4, now, { createdAt: start }));
    pruneAll(database);
    expect([rowsOf(database, 'runs'), rowsOf(database, 'events')]).toEqual([4, 4]);
  });

  it('removes claims whose time is over, and keeps those that hold', async () => {
    const database = open();
    const claim = (id: string, seconds: number): Claim => ({ id, seconds });
    const createdAt = now - 31 * dayMs;
    await put(database, { id: toRunId(1), createdAt, dueAt: now }, [
      claim('a', 30 * 86_400),
      claim('b', 40 * 86_400),
    ]);
    pruneAll(database);
    expect(database.prepare('SELECT id FROM claims').all()).toEqual([{ id: 'word-index/b' }]);
  });

  it('removes ranges of shards whose time is over, and keeps those that hold', async () => {
    const database = open();
    const place = (sequenceNumber: string, days: number): Claim => ({
      shard: 'shard-1',
      sequenceNumber,
      isAlone: true,
      seconds: days * 86_400,
    });
    const createdAt = now - 31 * dayMs;
    await put(database, { id: toRunId(1), createdAt, dueAt: now }, [place('10', 30)]);
    await put(database, { id: toRunId(2), createdAt, dueAt: now }, [place('20', 40)]);
    pruneAll(database);
    expect(database.prepare('SELECT run_id FROM ranges').all()).toEqual([{ run_id: toRunId(2) }]);
  });

  it('removes the places in hours that have been over for a day', async () => {
    const database = open();
    const ledger = createSqliteLedger(database, () => now);
    const hour = await ledger.takePlace('resize', 1, now);
    await ledger.takePlace('report', 5, now - 2 * dayMs);
    pruneAll(database);
    expect(rowsOf(database, 'job_hours')).toBe(1);
    expect(await ledger.takePlace('resize', 1, now)).toBe((hour ?? 0) + 3_600_000);
  });

  it('goes on in small pieces, and may stop after any of them', async () => {
    const database = open();
    for (let number = 1; number <= 250; number++) await put(database, ended(number, start));
    const pieces = prune(database, { now, endedBefore });
    expect(pieces.next().value).toBe(100);
    expect([rowsOf(database, 'runs'), rowsOf(database, 'events')]).toEqual([150, 150]);
    expect(database.isTransaction).toBe(false);
    pieces.return(undefined);
    expect(pruneAll(database).filter((removed) => removed > 0)).toEqual([100, 50]);
    expect(rowsOf(database, 'runs')).toBe(0);
  });

  it('passes over what it keeps: old runs behind many young ones are found', async () => {
    const database = open();
    for (let number = 1; number <= 150; number++) await put(database, ended(number, now));
    await put(database, ended(151, start));
    pruneAll(database);
    expect(rowsOf(database, 'runs')).toBe(150);
    expect(createLookup(database)(toRunId(151))).toBe(false);
  });

  it('removes nothing of a piece when something fails in it', async () => {
    const database = open();
    await put(database, ended(1, start));
    database.exec(`CREATE TRIGGER full BEFORE DELETE ON runs BEGIN SELECT raise(FAIL, 'disk full'); END`);
    expect(() => pruneAll(database)).toThrow('disk full');
    expect([rowsOf(database, 'runs'), rowsOf(database, 'events')]).toEqual([1, 1]);
  });

  it('is of no account for an empty ledger', () => {
    expect(pruneAll(open())).toEqual([0]);
  });
});
