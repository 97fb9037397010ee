import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../runs/ledger.ts';
import { toMessage } from '../to-message.ts';

const version = 3;

/** "SIGB": tells a ledger from the SQLite files of others. https://www.sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x53494742;

/** What format 2 added: the parts of streams' shards that runs have claimed, in digits that sort as numbers do. */
const ranges = `
  CREATE TABLE ranges (
    shard TEXT NOT NULL,
    last TEXT NOT NULL,
    first TEXT NOT NULL,
    run_id TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (shard, last)
  ) STRICT, WITHOUT ROWID;
`;

/** What format 3 added: the newest hour in which runs of a job have a place, and how many have one. */
const jobHours = `
  CREATE TABLE job_hours (
    job TEXT PRIMARY KEY,
    hour INTEGER NOT NULL,
    taken INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const schema = `
  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL,
    status TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    lane TEXT,
    due_at INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_due ON runs (lane, due_at, seq) WHERE due_at IS NOT NULL;
  CREATE TABLE events (run_id TEXT PRIMARY KEY, event TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE claims (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL,
    until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  ${ranges}
  ${jobHours}
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${version};
`;

/** Opens the ledger's file, and makes it when there is none. Throws LedgerError when it's not a ledger of ours. */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: 5000 });
    // In one transaction, so that a ledger which another process is making is seen whole or not at all.
    database.exec('BEGIN');
    const format = readFormat(database, path);
    database.exec('COMMIT');
    // Not before it is known to be ours. FULL: what was acknowledged outlives a power cut too.
    if (!options.readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    if (format < version && !options.readOnly) makeSchema(database, path);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof LedgerError) throw cause;
    throw new LedgerError(toSentence(cause, path), { cause });
  }
}

/** The file's format; 0 when it is empty still. */
function readFormat(database: DatabaseSync, path: string): number {
  const owner = readNumber(database, 'application_id');
  const found = readNumber(database, 'user_version');
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (owner === 0 && found === 0 && isEmpty) return 0;
  if (owner !== applicationId) {
    throw new LedgerError(`${path} is an SQLite file of something else: it isn't a Signalbox ledger`);
  }
  if (found > version) {
    throw new LedgerError(
      `the ledger ${path} has format ${found}, this Signalbox knows formats up to ${version}: use the newer Signalbox that wrote it`,
    );
  }
  return found;
}

/** Makes what is missing. */
function makeSchema(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE');
  // Another process may have made it between the look and the lock.
  const format = readFormat(database, path);
  if (format === 0) database.exec(schema);
  if (format === 1) database.exec(ranges);
  if (format === 1 || format === 2) database.exec(`${jobHours} PRAGMA user_version = ${version};`);
  database.exec('COMMIT');
}

function readNumber(database: DatabaseSync, pragma: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma] ?? 0);
}

function toSentence(cause: unknown, path: string): string {
  const text = toMessage(cause);
  if (/not a database/.test(text))
    return `${path} is not an SQLite file: move it away, and a new ledger is made`;
  if (/unable to open/.test(text)) return `the ledger ${path} can't be opened: ${text}`;
  return `the ledger ${path}: ${text}`;
}
