import { existsSync } from 'node:fs';
import { createSqliteLedger } from '../shared/ledgers/sqlite.ts';
import { openDatabase } from '../shared/ledgers/sqlite-schema.ts';
import type { Home } from '../shared/local/home.ts';
import type { Ledger } from '../shared/runs/ledger.ts';
import type { Commands, RunsAccess } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';
import { findHome, readJobsFile } from './jobs-file.ts';
import { openLocalCommands } from './local-commands.ts';
import { openLocalLog } from './local-log.ts';
import type { Shell } from './shell.ts';

/** The runs beside a jobs.yml. Nothing is opened before it's needed: what only looks makes no ledger. */
export function openLocal({ environment, configPath, log }: Shell): RunsAccess {
  const config = configPath();
  const home = findHome(environment, config);
  let history: ReturnType<typeof openHistory> | undefined;
  let commands: Promise<Commands & { close(): Promise<void> }> | undefined;
  const ledger = () => {
    history ??= openHistory(home);
    return history.ledger;
  };
  return {
    ledger: {
      load: async (id) => ledger().load(id),
      loadEvent: async (id) => ledger().loadEvent(id),
      find: async (prefix, limit) => ledger().find(prefix, limit),
      list: async (filter) => (existsSync(home.ledger) ? ledger().list(filter) : { runs: [] }),
    },
    openLog: (run, attempt) => openLocalLog(home, run, attempt),
    lookMs: 100,
    logLagMs: 0,
    openCommands() {
      commands ??= openLocalCommands(home, () => readJobsFile(environment, config), log);
      return commands;
    },
    async close() {
      await (await commands?.catch(() => undefined))?.close();
      history?.close();
    },
  };
}

/** The ledger, to read: it can be read while a router writes it. Throws when no run was ever accepted there. */
function openHistory(home: Home): { readonly ledger: Ledger; readonly close: () => void } {
  if (!existsSync(home.ledger)) {
    throw new CommandError(exitCodes.notFound, `there are no runs yet: ${home.ledger} is not there`);
  }
  const database = openDatabase(home.ledger, { readOnly: true });
  return { ledger: createSqliteLedger(database, Date.now), close: () => database.close() };
}
