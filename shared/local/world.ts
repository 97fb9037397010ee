import type { Announcer } from '../announcers/announcer.ts';
import { createListeners } from '../announcers/listeners.ts';
import { createSqliteLedger } from '../ledgers/sqlite.ts';
import { openDatabase } from '../ledgers/sqlite-schema.ts';
import { createFolderPayloadStore } from '../payloads/folder.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { createEngine, type Engine } from '../runs/engine.ts';
import type { Ledger } from '../runs/ledger.ts';
import { none } from '../targets/none.ts';
import { createProcessTarget } from '../targets/process/process.ts';
import type { Target } from '../targets/target.ts';
import { toMessage } from '../to-message.ts';
import { type Home, makeHome } from './home.ts';
import { LockedError, lock } from './lock.ts';
import { createRunLog, type Log } from './log.ts';
import { createPruner } from './prune.ts';
import { createPump, type Pump } from './pump.ts';
import { readRouterNote } from './router-file.ts';

/** A router's parts on this machine, put together around one ledger that no other router is using. */
export type LocalWorld = {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly payloads: PayloadStore;
  readonly pump: Pump;
  readonly listen: ReturnType<typeof createListeners>['listen'];
  /** Stops at once and lets the ledger go; jobs go on by themselves. */
  readonly close: () => Promise<void>;
};

/** What the router stores in and runs jobs with; tests wrap these to stop the router between two steps. */
export type Parts = { readonly ledger: Ledger; readonly targets: Readonly<Record<string, Target>> };

export type WorldOptions = {
  /** How many jobs may run at once. */
  readonly slots: number;
  readonly log: Log;
  /** How long runs are kept after they have ended; 90. */
  readonly historyDays?: number;
  /** Hears of runs before whoever listens, who then hears once of what it took. */
  readonly bus?: Announcer;
  readonly wrap?: (parts: Parts) => Parts;
};

/** Throws LockedError when another router has the ledger, LedgerError when it can't be opened. */
export function openWorld(
  home: Home,
  { slots, log, historyDays = 90, bus, wrap = (parts) => parts }: WorldOptions,
): LocalWorld {
  const now = Date.now;
  makeHome(home);
  const held = lockHome(home);
  let database: ReturnType<typeof openDatabase>;
  try {
    database = openDatabase(home.ledger);
  } catch (error) {
    held.release();
    throw error;
  }
  const { ledger, targets } = wrap({
    ledger: createSqliteLedger(database, now),
    targets: { process: createProcessTarget(home.attempts), none },
  });
  const payloads = createFolderPayloadStore(home.payloads);
  const listeners = createListeners();
  listeners.listen(createRunLog(log));
  const fail = (error: unknown) =>
    log.error({ err: error }, `the router stumbled and goes on: ${toMessage(error)}`);
  const pump = createPump({ ledger, targets, slots, now, fail });
  const pruner = createPruner({ database, home, historyDays, now }, fail);
  pruner.start();
  const warn = (runId: string, problem: string) => log.warn({ runId }, `${runId}: ${problem}`);
  const engine = createEngine({
    ledger,
    targets,
    payloads,
    announcers: { bus: bus === undefined ? listeners : inTurn(bus, listeners) },
    waker: pump.waker,
    now,
    warn,
  });
  return {
    engine,
    ledger,
    payloads,
    pump,
    listen: listeners.listen,
    async close() {
      await Promise.all([pump.stop(), pruner.stop()]);
      database.close();
      held.release();
    },
  };
}

function inTurn(first: Announcer, second: Announcer): Announcer {
  return {
    async announce(run, announcement) {
      await first.announce(run, announcement);
      await second.announce(run, announcement);
    },
  };
}

function lockHome(home: Home): ReturnType<typeof lock> {
  try {
    return lock(home.lock);
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    const note = readRouterNote(home);
    const who = note ? `: process ${note.pid} at ${note.url}` : '';
    throw new LockedError(`another router is using ${home.path}${who}; a ledger has one router at a time`, {
      cause: error,
    });
  }
}
