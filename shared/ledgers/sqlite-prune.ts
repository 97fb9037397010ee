import type { DatabaseSync } from 'node:sqlite';
import type { EpochMs } from '../runs/run.ts';
import { transact } from './sqlite-transact.ts';

export type PruneOptions = {
  readonly now: EpochMs;
  /** Runs that ended before it are removed. */
  readonly endedBefore: EpochMs;
};

/** Rows that are looked at in one piece. A run may have an event of some hundred kilobytes. */
const runsAtOnce = 100;
const claimsAtOnce = 1000;
/** Nobody has a place any more in an hour that is over; clocks may be set back. */
const hoursKeptMs = 86_400_000;

/**
 * Removes from a ledger what is needed no more: runs that have ended and owe nothing, with their events, claims whose
 * time is over, and places in past hours. It goes through the tables piece by piece, each a short transaction, and gives
 * how many rows that removed; whoever takes the pieces may pause between them, or stop after any. Throws as SQLite does.
 */
export function* prune(database: DatabaseSync, { now, endedBefore }: PruneOptions): Generator<number> {
  yield* pruneRuns(database, endedBefore);
  yield* pruneClaims(database, now);
  yield* pruneRanges(database, now);
  yield Number(database.prepare('DELETE FROM job_hours WHERE hour < ?').run(now - hoursKeptMs).changes);
}

/** Whether a run is in the ledger. */
export function createLookup(database: DatabaseSync): (runId: string) => boolean {
  const find = database.prepare('SELECT 1 FROM runs WHERE id = ?');
  return (runId) => find.get(runId) !== undefined;
}

/** What has no date has ended, and owes nothing. */
const isOver = `seq > ?1 AND seq <= ?2 AND due_at IS NULL AND created_at < ?3
  AND json_extract(body, '$.endedAt') < ?3`;

function* pruneRuns(database: DatabaseSync, endedBefore: EpochMs): Generator<number> {
  const page = database.prepare(
    'SELECT max(seq) AS last FROM (SELECT seq FROM runs WHERE seq > ? ORDER BY seq LIMIT ?)',
  );
  const events = database.prepare(`DELETE FROM events WHERE run_id IN (SELECT id FROM runs WHERE ${isOver})`);
  const runs = database.prepare(`DELETE FROM runs WHERE ${isOver}`);
  for (let from = 0; ; ) {
    const last = page.get(from, runsAtOnce)?.['last'];
    if (typeof last !== 'number') return;
    const first = from;
    yield transact(database, () => {
      events.run(first, last, endedBefore);
      return Number(runs.run(first, last, endedBefore).changes);
    });
    from = last;
  }
}

function* pruneClaims(database: DatabaseSync, now: EpochMs): Generator<number> {
  const page = database.prepare(
    'SELECT max(id) AS last FROM (SELECT id FROM claims WHERE id > ? ORDER BY id LIMIT ?)',
  );
  const claims = database.prepare('DELETE FROM claims WHERE id > ? AND id <= ? AND until <= ?');
  for (let from = ''; ; ) {
    const last = page.get(from, claimsAtOnce)?.['last'];
    if (typeof last !== 'string') return;
    yield Number(claims.run(from, last, now).changes);
    from = last;
  }
}

function* pruneRanges(database: DatabaseSync, now: EpochMs): Generator<number> {
  const page = database.prepare(
    'SELECT shard, last FROM ranges WHERE (shard, last) > (?, ?) ORDER BY shard, last LIMIT ?',
  );
  const ranges = database.prepare(
    'DELETE FROM ranges WHERE (shard, last) > (?, ?) AND (shard, last) <= (?, ?) AND until <= ?',
  );
  for (let from: readonly [string, string] = ['', '']; ; ) {
    const row = page.all(...from, claimsAtOnce).at(-1);
    if (row === undefined) return;
    const last = [String(row['shard']), String(row['last'])] as const;
    yield Number(ranges.run(...from, ...last, now).changes);
    from = last;
  }
}
