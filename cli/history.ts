import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSqliteLedger } from '../shared/ledgers/sqlite.ts';
import { openDatabase } from '../shared/ledgers/sqlite-schema.ts';
import type { Home } from '../shared/local/home.ts';
import type { Ledger } from '../shared/runs/ledger.ts';
import { isFinished, type Run } from '../shared/runs/run.ts';
import { CommandError, exitCodes } from './exit.ts';

/** The ledger, to read. It can be read while a router writes it. */
export type History = { readonly ledger: Ledger; readonly close: () => void };

export function hasHistory(home: Home): boolean {
  return existsSync(home.ledger);
}

/** Throws when no run was ever accepted there, and when the ledger can't be read. */
export function openHistory(home: Home): History {
  if (!hasHistory(home)) {
    throw new CommandError(exitCodes.notFound, `there are no runs yet: ${home.ledger} is not there`);
  }
  const database = openDatabase(home.ledger, { readOnly: true });
  return { ledger: createSqliteLedger(database, Date.now), close: () => database.close() };
}

/** The run whose id begins so; it has to be the only one. */
export async function findRun({ ledger }: History, prefix: string): Promise<Run> {
  if (!/^[0-9a-z]{1,26}$/.test(prefix)) {
    throw new CommandError(
      exitCodes.mistake,
      `"${prefix}" is no run's id: 26 of 0-9 and a-z, or the first few of them`,
    );
  }
  const [id, ...others] = await ledger.find(prefix, 6);
  if (id === undefined) throw new CommandError(exitCodes.notFound, `no run's id begins with ${prefix}`);
  if (others.length > 0) {
    const some = [id, ...others].slice(0, 5).join(', ');
    throw new CommandError(
      exitCodes.mistake,
      `more than one run's id begins with ${prefix}: ${some}${others.length > 4 ? ' …' : ''}`,
    );
  }
  return loadRun(ledger, id);
}

export async function waitForEnd({ ledger }: History, id: string): Promise<Run> {
  for (;;) {
    const run = await loadRun(ledger, id);
    if (isFinished(run)) return run;
    await sleep(100);
  }
}

async function loadRun(ledger: Ledger, id: string): Promise<Run> {
  const run = await ledger.load(id);
  if (run === undefined) throw new CommandError(exitCodes.notFound, `no run is named ${id}`);
  return run;
}
