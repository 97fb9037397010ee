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
  for await (const { path, name } of listRuns(home)) {
    if (isStopped()) return;
    if (!isOrphan(name, isKept)) continue;
    const changedAt = (await statIfAny(path))?.mtimeMs;
    if (changedAt === undefined || now() - changedAt < youngMs) continue;
    // Asked again: it may have been accepted meanwhile.
    if (!isStopped() && isOrphan(name, isKept)) await rm(path, { recursive: true, force: true });
  }
}

type Entry = { readonly path: string; readonly name: string };

/** What there is of runs: folders of their attempts, and folders of payloads, which lie in a folder for each job. */
async function* listRuns({ attempts, payloads }: PruneParts['home']): AsyncGenerator<Entry, void, undefined> {
  for await (const { name } of await listFolder(attempts)) yield { path: join(attempts, name), name };
  for await (const entry of await listFolder(payloads)) {
    const path = join(payloads, entry.name);
    // A job may be named like a run. Files are payloads of an earlier version.
    if (!entry.isDirectory()) yield { path, name: entry.name };
    else for await (const { name } of await listFolder(path)) yield { path: join(path, name), name };
  }
}

/** `<run id>` of a folder, `<run id>-…` of a file; what is named otherwise is not ours to remove. */
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
