import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../runs/ledger.ts';

const version = 1;

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
  PRAGMA user_version = ${version};
`;

/** Opens the ledger's file, and makes it when there is none. Throws LedgerError when it's not a ledger of ours. */
export function openDatabase(path: string, options: { readonly readOnly?: boolean } = {}): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: 5000 });
    // FULL: what was acknowledged outlives a power cut too.
    if (!options.readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    prepareSchema(database, path);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof LedgerError) throw cause;
    throw new LedgerError(toSentence(cause, path), { cause });
  }
}

function prepareSchema(database: DatabaseSync, path: string): void {
  const found = readVersion(database);
  if (found === version) return;
  if (found > version) {
    throw new LedgerError(
      `the ledger ${path} has format ${found}, this Signalbox knows formats up to ${version}: use the newer Signalbox that wrote it`,
    );
  }
  database.exec('BEGIN IMMEDIATE');
  // Another process may have made it between the look and the lock.
  if (readVersion(database) === 0) {
    if (database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
      throw new LedgerError(
        `${path} is an SQLite file of something else: it has tables and isn't a Signalbox ledger`,
      );
    }
    database.exec(schema);
  }
  database.exec('COMMIT');
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

function toSentence(cause: unknown, path: string): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/not a database/.test(text))
    return `${path} is not an SQLite file: move it away, and a new ledger is made`;
  if (/unable to open/.test(text)) return `the ledger ${path} can't be opened: ${text}`;
  return `the ledger ${path}: ${text}`;
}
