import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from '../runs/ledger.ts';
import { toMessage } from '../to-message.ts';

/** Another router holds the ledger. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/**
 * Makes this the only router of a ledger, until `release` is called or the process ends, however it ends:
 * the lock is SQLite's lock on a file of its own, which the system takes back with the process.
 * Throws LockedError.
 */
export function lock(path: string): { readonly release: () => void } {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && /locked/.test(cause.message)) {
      throw new LockedError(`another router is using ${path}`, { cause });
    }
    throw new LedgerError(`${path} can't be locked: ${toMessage(cause)}`, {
      cause,
    });
  }
  return { release: () => database?.close() };
}
