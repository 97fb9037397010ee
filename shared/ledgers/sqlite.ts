import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { toLane } from '../runs/lane.ts';
import {
  type Accepted,
  type Draft,
  type Ledger,
  LedgerError,
  PlaceError,
  type RunFilter,
  type RunPage,
} from '../runs/ledger.ts';
import { toNextPlace } from '../runs/place.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import { toMessage } from '../to-message.ts';
import { claimAll, prepareClaims } from './sqlite-claims.ts';
import { transact } from './sqlite-transact.ts';

/**
 * The ledger in an SQLite file. Every call is one transaction, so an accepted run is never seen half done.
 * Takes a database that `openDatabase` opened; the caller closes it.
 */
export function createSqliteLedger(database: DatabaseSync, now: () => EpochMs): Ledger {
  const sql = prepare(database);

  return {
    async accept(draft, settle) {
      return guard(() => transact(database, () => accept(sql, draft, settle, now())));
    },
    async load(id) {
      return guard(() => toRun(sql.load.get(id)));
    },
    async loadEvent(id) {
      return guard(() => toText(sql.loadEvent.get(id)?.['event']));
    },
    async save(run) {
      return guard(() => {
        const saved = { ...run, revision: run.revision + 1 };
        const { changes } = sql.save.run(
          saved.status,
          saved.revision,
          ...toDue(saved),
          JSON.stringify(saved),
          run.id,
          run.revision,
        );
        return changes === 1 ? saved : undefined;
      });
    },
    async due({ now: until, after = Number.MIN_SAFE_INTEGER, limit, of }) {
      return guard(() =>
        sql.due.all(of, after, until, limit).map((row) => ({ id: toId(row), at: Number(row['due_at']) })),
      );
    },
    async nextDue(of) {
      return guard(() => toNumber(sql.nextDue.get(of)?.['at']));
    },
    async list(filter) {
      if (filter.after !== undefined && !/^\d{1,15}$/.test(filter.after)) throw new PlaceError();
      return guard(() => list(database, filter));
    },
    async takePlace(job, most, at) {
      return guard(() => transact(database, () => takePlace(sql, job, most, at)));
    },
    async find(prefix, limit) {
      // Every id is below its prefix followed by the last letter of its alphabet and more.
      return guard(() => sql.find.all(prefix, `${prefix}{`, limit).map(toId));
    },
  };
}

function prepare(database: DatabaseSync) {
  return {
    claims: prepareClaims(database),
    load: database.prepare('SELECT body FROM runs WHERE id = ?'),
    loadEvent: database.prepare('SELECT event FROM events WHERE run_id = ?'),
    insert: database.prepare(
      'INSERT INTO runs (id, job, status, revision, created_at, lane, due_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    insertEvent: database.prepare('INSERT INTO events (run_id, event) VALUES (?, ?)'),
    save: database.prepare(
      'UPDATE runs SET status = ?, revision = ?, lane = ?, due_at = ?, body = ? WHERE id = ? AND revision = ?',
    ),
    due: database.prepare(
      'SELECT id, due_at FROM runs WHERE lane = ? AND due_at > ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?',
    ),
    nextDue: database.prepare('SELECT min(due_at) AS at FROM runs WHERE lane = ? AND due_at IS NOT NULL'),
    newestHour: database.prepare('SELECT hour, taken FROM job_hours WHERE job = ?'),
    takePlace: database.prepare('INSERT OR REPLACE INTO job_hours (job, hour, taken) VALUES (?, ?, ?)'),
    find: database.prepare('SELECT id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT ?'),
  };
}

type Statements = ReturnType<typeof prepare>;

function accept(
  sql: Statements,
  { run, event, claims }: Draft,
  settle: (run: Run, lostRecords: readonly number[]) => Run,
  now: EpochMs,
): Accepted {
  const known = toRun(sql.load.get(run.id));
  if (known) return { outcome: 'duplicate', run: known };
  const held = claimAll(sql.claims, run, claims, now);
  const lost = held.map(({ position }) => position).sort((one, other) => one - other);
  if (claims.length > 0 && lost.length === claims.length) {
    const holder = held.find(({ position }) => position === 0)?.runId ?? '';
    return { outcome: 'duplicate', run: toRun(sql.load.get(holder)) };
  }
  const settled = settle(run, lost);
  const { id, job, status, revision, createdAt } = settled;
  sql.insert.run(id, job, status, revision, createdAt, ...toDue(settled), JSON.stringify(settled));
  sql.insertEvent.run(id, event);
  return { outcome: 'accepted', run: settled };
}

function takePlace(sql: Statements, job: string, most: number, now: EpochMs): EpochMs | undefined {
  const row = sql.newestHour.get(job);
  const newest = row && { hour: Number(row['hour']), taken: Number(row['taken']) };
  const place = toNextPlace(newest, most, now);
  if (place) sql.takePlace.run(job, place.hour, place.taken);
  return place?.hour;
}

function list(database: DatabaseSync, { jobs, statuses, since, limit, after }: RunFilter): RunPage {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const where = (condition: string, ...given: SQLInputValue[]) => {
    conditions.push(condition);
    values.push(...given);
  };
  if (jobs) where(`job IN (${jobs.map(() => '?').join(', ')})`, ...jobs);
  if (statuses) where(`status IN (${statuses.map(() => '?').join(', ')})`, ...statuses);
  if (since !== undefined) where('created_at >= ?', since);
  if (after !== undefined) where('seq < ?', Number(after));
  const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const rows = database
    .prepare(`SELECT seq, body FROM runs ${filter} ORDER BY seq DESC LIMIT ?`)
    .all(...values, limit + 1);
  const page = rows.slice(0, limit);
  const runs = page.flatMap((row) => toRun(row) ?? []);
  return rows.length > limit ? { runs, next: String(page.at(-1)?.['seq']) } : { runs };
}

function toDue(run: Run): [string | null, number | null] {
  return run.dueAt === undefined ? [null, null] : [toLane(run), run.dueAt];
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const text = toMessage(cause);
    const reason = reasons.get(toPrimaryCode(cause)) ?? 'unavailable';
    throw new LedgerError(`the ledger could not be read or written: ${text}`, { cause, reason });
  }
}

/** SQLITE_BUSY, SQLITE_LOCKED and SQLITE_TOOBIG. https://www.sqlite.org/rescode.html */
const reasons = new Map<number, LedgerError['reason']>([
  [5, 'throttled'],
  [6, 'throttled'],
  [18, 'too-large'],
]);

function toPrimaryCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : 0;
  return typeof code === 'number' ? code & 0xff : 0;
}

type Row = Readonly<Record<string, unknown>>;

/** A row's body is what this file wrote: the file's format number vouches for its shape. */
function toRun(row: Row | undefined): Run | undefined {
  const body = toText(row?.['body']);
  return body === undefined ? undefined : JSON.parse(body);
}

function toId(row: Row): string {
  return String(row['id']);
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
