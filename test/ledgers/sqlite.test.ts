import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { runId, start, toDraft, toRunId } from '../support/draft.ts';
import { atEnd, makeFolder } from '../support/folder.ts';

const now = () => start;
const queue = (run: Run, lostRecords: readonly number[]): Run => ({
  ...run,
  status: 'queued',
  lostRecords,
  dueAt: start,
});

function open(path: string, options?: { readonly readOnly: boolean }): DatabaseSync {
  const database = openDatabase(path, options);
  atEnd(() => database.isOpen && database.close());
  return database;
}

/** An SQLite file that some other program made. */
function makeForeign(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function refusal(path: string): LedgerError {
  try {
    openDatabase(path).close();
  } catch (error) {
    if (error instanceof LedgerError) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

describe('opening a ledger in an SQLite file', () => {
  it('makes one where there is none, and finds everything there again', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const database = open(path);
    await createSqliteLedger(database, now).accept(toDraft(), queue);
    database.close();
    expect(await createSqliteLedger(open(path), now).load(runId)).toMatchObject({ status: 'queued' });
  });

  it('makes one of an empty file', async () => {
    const path = join(makeFolder(), 'ledger.db');
    writeFileSync(path, '');
    expect(await createSqliteLedger(open(path), now).load(runId)).toBeUndefined();
  });

  it('writes what was acknowledged through to the disk', () => {
    const database = open(join(makeFolder(), 'ledger.db'));
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it('refuses a file that is not SQLite, and leaves it as it is', () => {
    const path = join(makeFolder(), 'ledger.db');
    const text = 'jobs: {}\n'.repeat(500);
    writeFileSync(path, text);
    expect(refusal(path).message).toBe(
      `${path} is not an SQLite file: move it away, and a new ledger is made`,
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it.each([
    ['has no format number', 'CREATE TABLE photos (id INTEGER)'],
    ['has the same format number as ours', 'CREATE TABLE photos (id INTEGER); PRAGMA user_version = 1'],
    ['has a format number below nought', 'CREATE TABLE photos (id INTEGER); PRAGMA user_version = -3'],
    ['has a table of the same name', 'CREATE TABLE runs (id INTEGER); PRAGMA user_version = 1'],
  ])('refuses the SQLite file of another program that %s, and leaves it as it is', (_name, sql) => {
    const path = join(makeFolder(), 'ledger.db');
    makeForeign(path, sql);
    const before = readFileSync(path);
    const { message } = refusal(path);
    expect(message).toContain(path);
    expect(message).toContain('of something else');
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('takes a ledger of format 1, and adds what it has not', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const old = open(path);
    await createSqliteLedger(old, now).accept(toDraft(), queue);
    old.exec('DROP TABLE ranges; DROP TABLE job_hours; PRAGMA user_version = 1');
    old.close();
    const reading = open(path, { readOnly: true });
    expect(reading.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    const ledger = createSqliteLedger(open(path), now);
    const claim = { shard: 'clicks/0', sequenceNumber: '7', isAlone: false, seconds: 60 };
    expect(await ledger.accept(toDraft({ id: toRunId(2) }, { claims: [claim] }), queue)).toMatchObject({
      outcome: 'accepted',
    });
    expect(await ledger.load(runId)).toMatchObject({ status: 'queued' });
  });

  it('refuses a newer format, and says what to do', () => {
    const path = join(makeFolder(), 'ledger.db');
    open(path).close();
    makeForeign(path, 'PRAGMA user_version = 99');
    expect(refusal(path).message).toMatch(
      /has format 99, this Signalbox knows formats up to \d+: use the newer/,
    );
  });

  it('refuses a folder, and a path in a folder that is not there', () => {
    const folder = makeFolder();
    expect(refusal(folder).message).toContain(folder);
    expect(refusal(join(folder, 'none', 'ledger.db')).message).toContain("can't be opened");
  });

  it('for reading only refuses one that is not there, and does not make it', () => {
    const path = join(makeFolder(), 'ledger.db');
    expect(() => openDatabase(path, { readOnly: true })).toThrow(LedgerError);
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('two connections to one ledger', () => {
  it('see what the other accepted and saved, and save once between them', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const one = createSqliteLedger(open(path), now);
    const other = createSqliteLedger(open(path), now);
    await one.accept(toDraft(), queue);
    const run = await other.load(runId);
    if (run === undefined) throw new Error('the other does not see it');
    expect(await one.save({ ...run, status: 'running' })).toMatchObject({ revision: 1 });
    expect(await other.save({ ...run, status: 'cancelled' })).toBeUndefined();
    expect(await other.load(runId)).toMatchObject({ status: 'running' });
  });

  it('accept one of the same runs, and share claims out', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const ledgers = [createSqliteLedger(open(path), now), createSqliteLedger(open(path), now)];
    const claims = [{ id: 'a', seconds: 60 }];
    const outcomes = await Promise.all(
      ledgers.map((ledger, index) => ledger.accept(toDraft({ id: toRunId(index) }, { claims }), queue)),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'duplicate']);
  });

  it('may be one that only reads while the other writes', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const writer = createSqliteLedger(open(path), now);
    await writer.accept(toDraft({ id: toRunId(1) }), queue);
    const reader = createSqliteLedger(open(path, { readOnly: true }), now);
    expect((await reader.list({ limit: 10 })).runs).toHaveLength(1);
    await writer.accept(toDraft({ id: toRunId(2) }), queue);
    expect((await reader.list({ limit: 10 })).runs).toHaveLength(2);
    await expect(reader.accept(toDraft({ id: toRunId(3) }), queue)).rejects.toThrow(LedgerError);
    expect(await writer.load(toRunId(3))).toBeUndefined();
  });

  it('fail with a LedgerError when the other does not let go, and work again when it does', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const database = open(path);
    database.exec('PRAGMA busy_timeout = 50');
    const ledger = createSqliteLedger(database, now);
    const other = open(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(ledger.accept(toDraft(), queue)).rejects.toMatchObject({
      name: 'LedgerError',
      reason: 'throttled',
    });
    other.exec('ROLLBACK');
    expect(await ledger.accept(toDraft(), queue)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('a full disk', () => {
  const big = (number: number) =>
    toDraft(
      { id: toRunId(number) },
      { event: 'x'.repeat(100_000), claims: [{ id: `record-${number}`, seconds: 60 }] },
    );

  it('refuses a run with a LedgerError, stores nothing of it, and takes it once there is room', async () => {
    const database = open(join(makeFolder(), 'ledger.db'));
    const ledger = createSqliteLedger(database, now);
    database.exec('PRAGMA max_page_count = 100');
    let number = 0;
    let refused: unknown;
    while (refused === undefined && number < 100) {
      number += 1;
      refused = await ledger.accept(big(number), queue).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(refused).toBeInstanceOf(LedgerError);
    expect(String(refused)).toContain('full');
    expect(number).toBeGreaterThan(1);
    expect(await ledger.load(toRunId(number))).toBeUndefined();
    expect(await ledger.loadEvent(toRunId(number))).toBeUndefined();
    expect((await ledger.list({ limit: 100 })).runs).toHaveLength(number - 1);

    database.exec('PRAGMA max_page_count = 100000');
    // Its claim was not kept either.
    expect(await ledger.accept(big(number), queue)).toMatchObject({
      outcome: 'accepted',
      run: { lostRecords: [] },
    });
    expect(await ledger.loadEvent(toRunId(number))).toHaveLength(100_000);
  });

  it('refuses a save with a LedgerError, keeps the run as it was, and saves it once there is room', async () => {
    const database = open(join(makeFolder(), 'ledger.db'));
    const ledger = createSqliteLedger(database, now);
    await ledger.accept(toDraft(), queue);
    const run = await ledger.load(runId);
    if (run === undefined) throw new Error('it is not there');
    const grown: Run = {
      ...run,
      status: 'failed',
      cause: { class: 'bad-event', reason: 'y'.repeat(500_000) },
    };
    database.exec('PRAGMA max_page_count = 12');
    await expect(ledger.save(grown)).rejects.toThrow(LedgerError);
    expect(await ledger.load(runId)).toEqual(run);
    database.exec('PRAGMA max_page_count = 100000');
    expect(await ledger.save(grown)).toMatchObject({ status: 'failed', revision: 1 });
  });
});

describe('a ledger that was closed', () => {
  it('fails with a LedgerError', async () => {
    const database = open(join(makeFolder(), 'ledger.db'));
    const ledger = createSqliteLedger(database, now);
    database.close();
    await expect(ledger.load(runId)).rejects.toThrow(LedgerError);
    await expect(ledger.accept(toDraft(), queue)).rejects.toThrow(LedgerError);
  });
});
