import type { Dir, Dirent, Stats } from 'node:fs';
import { opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as breathe } from 'node:timers/promises';
import { createLookup, prune } from '../ledgers/sqlite-prune.ts';
import type { EpochMs } from '../runs/run.ts';
import type { Home } from './home.ts';

export type PruneParts = {
  readonly database: DatabaseSync;
  readonly home: Pick<Home, 'attempts' | 'payloads'>;
  /** How long runs are kept after they have ended. */
  readonly historyDays: number;
  readonly now: () => EpochMs;
};

export type Pruner = {
  /** Now, and then every hour. */
  start(): void;
  /** After the piece that is under way. */
  stop(): Promise<void>;
};

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** A payload is there before its run is in the ledger. */
const youngMs = dayMs;

/** Keeps the router's folder from growing for ever. What fails is told, and tried again an hour later. */
export function createPruner(parts: PruneParts, fail: (error: unknown) => void): Pruner {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let passing: Promise<void> | undefined;

  return {
    start: pass,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await passing;
    },
  };

  function pass(): void {
    passing = pruneHome(parts, () => isStopped)
      .catch(fail)
      .finally(() => {
        if (!isStopped) timer = setTimeout(pass, hourMs).unref();
      });
  }
}

/**
 * Removes old runs, and then the files of runs that the ledger doesn't have: a router that dies in between leaves files
 * that the next pass finds. In pieces, between which the router goes on with its work, or ends.
 */
export async function pruneHome(
  { database, home, historyDays, now }: PruneParts,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const endedBefore = now() - historyDays * dayMs;
  await breathe();
  if (isStopped()) return;
  for (const _removed of prune(database, { now: now(), endedBefore })) {
    await breathe();
    if (isStopped()) return;
  }
  const isKept = createLookup(database);
  for (const folder of [home.attempts, home.payloads]) {
    for await (const { name } of await listFolder(folder)) {
      if (isStopped()) return;
      const path = join(folder, name);
      if (!isOrphan(name, isKept)) continue;
      const changedAt = (await statIfAny(path))?.mtimeMs;
      if (changedAt === undefined || now() - changedAt < youngMs) continue;
      // Asked again: it may have been accepted meanwhile.
      if (!isStopped() && isOrphan(name, isKept)) await rm(path, { recursive: true, force: true });
    }
  }
}

/** `<run id>` of an attempt's folder, `<run id>-…` of a payload; what is named otherwise is not ours to remove. */
function isOrphan(name: string, isKept: (runId: string) => boolean): boolean {
  const runId = /^[0-9a-z]{26}(?=-|$)/.exec(name)?.[0];
  return runId !== undefined && !isKept(runId);
}

/** Nothing of a folder that isn't there yet. */
async function listFolder(path: string): Promise<Dir | readonly Dirent[]> {
  return opendir(path).catch(noneOf([]));
}

async function statIfAny(path: string): Promise<Stats | undefined> {
  return stat(path).catch(noneOf(undefined));
}

function noneOf<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return nothing;
    throw error;
  };
}
