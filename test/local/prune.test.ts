import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { makeHome, toHome } from '../../shared/local/home.ts';
import { createPruner, pruneHome } from '../../shared/local/prune.ts';
import { start as now, toDraft, toRunId } from '../support/draft.ts';
import { atEnd, makeFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { makeFolder as makeProject, shell, startTestDev } from './dev.ts';

const dayMs = 86_400_000;

/** Named as a run's id could be: whatever is in its folder is kept for itself. */
const job = toRunId(404);

/** A router's folder, and the files of runs in it. */
function createHome() {
  const folder = makeFolder();
  const home = { attempts: join(folder, 'attempts'), payloads: join(folder, 'payloads') };
  const database = openDatabase(':memory:');
  atEnd(() => database.isOpen && database.close());
  return {
    ...home,
    parts: { database, home, historyDays: 90, now: () => now },
    /** A run that ended so many days ago. */
    async accept(number: number, days: number) {
      const endedAt = now - days * dayMs;
      const run = { id: toRunId(number), status: 'succeeded', createdAt: endedAt - 1000, endedAt } as const;
      await createSqliteLedger(database, () => now).accept(toDraft(run), (settled) => settled);
    },
    /** The folder of its attempts and its payload, as they were changed so many days ago. */
    leaveFiles(number: number, days: number) {
      const attempts = join(home.attempts, toRunId(number));
      const payloads = join(home.payloads, job, toRunId(number));
      mkdirSync(join(attempts, '1-1'), { recursive: true });
      mkdirSync(payloads, { recursive: true });
      writeFileSync(join(attempts, '1-1', 'output.log'), 'hello');
      writeFileSync(join(payloads, '0123456789abcdef.json'), '{}');
      const at = new Date(now - days * dayMs);
      for (const path of [attempts, payloads, dirname(payloads)]) utimesSync(path, at, at);
    },
    /** The numbers of the runs that have files, by folder. */
    filesOf() {
      const numbersIn = (path: string) =>
        existsSync(path)
          ? readdirSync(path)
              .map((name) => Number.parseInt(name.slice(0, 26), 36))
              .sort()
          : [];
      return [numbersIn(home.attempts), numbersIn(join(home.payloads, job))];
    },
    async runs() {
      const { runs } = await createSqliteLedger(database, () => now).list({ limit: 100 });
      return runs.map(({ id }) => Number.parseInt(id, 36)).sort();
    },
  };
}

afterEach(() => void vi.useRealTimers());

describe('pruning the local history', () => {
  it('removes runs that ended before historyDays, with their logs and payloads', async () => {
    const home = createHome();
    for (const [number, days] of [
      [1, 91],
      [2, 89],
      [3, 400],
    ] as const) {
      await home.accept(number, days);
      home.leaveFiles(number, days);
    }
    await pruneHome(home.parts);
    expect(await home.runs()).toEqual([2]);
    expect(home.filesOf()).toEqual([[2], [2]]);
  });

  it('keeps them for as long as historyDays says', async () => {
    const home = createHome();
    await home.accept(1, 91);
    home.leaveFiles(1, 91);
    await pruneHome({ ...home.parts, historyDays: 92 });
    expect([await home.runs(), home.filesOf()]).toEqual([[1], [[1], [1]]]);
  });

  it('removes files that a router left which died before it had removed them', async () => {
    const home = createHome();
    await home.accept(1, 91);
    home.leaveFiles(1, 91);
    let pieces = 0;
    // The run is gone after the first piece, and nothing else happens.
    await pruneHome(home.parts, () => ++pieces > 1);
    expect([await home.runs(), home.filesOf()]).toEqual([[], [[1], [1]]]);
    await pruneHome(home.parts);
    expect(home.filesOf()).toEqual([[], []]);
  });

  it('keeps files that are young: their run may be on its way into the ledger', async () => {
    const home = createHome();
    home.leaveFiles(1, 0.9);
    home.leaveFiles(2, 1.1);
    await pruneHome(home.parts);
    expect(home.filesOf()).toEqual([[1], [1]]);
  });

  it('removes payloads that an earlier version stored without the job', async () => {
    const home = createHome();
    await home.accept(2, 89);
    mkdirSync(home.payloads);
    for (const number of [1, 2]) {
      const path = join(home.payloads, `${toRunId(number)}-0123456789abcdef.json`);
      writeFileSync(path, '{}');
      utimesSync(path, 0, 0);
    }
    await pruneHome(home.parts);
    expect(readdirSync(home.payloads)).toEqual([`${toRunId(2)}-0123456789abcdef.json`]);
  });

  it('leaves alone what is none of a run', async () => {
    const home = createHome();
    home.leaveFiles(1, 91);
    for (const name of ['compile-cache', `${toRunId(2)}x`, 'notes.txt']) {
      const path = join(home.attempts, name);
      mkdirSync(path);
      utimesSync(path, 0, 0);
    }
    await pruneHome(home.parts);
    expect(readdirSync(home.attempts).sort()).toEqual([`${toRunId(2)}x`, 'compile-cache', 'notes.txt']);
  });

  it('has nothing to do where no job has run yet', async () => {
    await expect(pruneHome(createHome().parts)).resolves.toBeUndefined();
  });

  it('lets the router do other things between its pieces', async () => {
    const home = createHome();
    for (let number = 1; number <= 120; number++) await home.accept(number, 91);
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    atEnd(() => clearInterval(count));
    const counted: number[] = [];
    await pruneHome(home.parts, () => {
      counted.push(turns);
      return false;
    });
    expect(counted.length).toBeGreaterThanOrEqual(3);
    expect(new Set(counted).size).toBeGreaterThan(1);
  });
});

describe('the router of `signalbox dev`', () => {
  it('prunes what is older than historyDays of jobs.yml when it starts', async () => {
    const jobs = { historyDays: 40, jobs: { hello: shell('echo hello') } };
    const folder = makeProject(jobs);
    const home = toHome(folder);
    makeHome(home);
    const database = openDatabase(home.ledger);
    for (const [number, days] of [
      [1, 41],
      [2, 39],
    ] as const) {
      const endedAt = Date.now() - days * dayMs;
      const run = { id: toRunId(number), status: 'succeeded', createdAt: endedAt, endedAt } as const;
      await createSqliteLedger(database, Date.now).accept(toDraft(run), (settled) => settled);
    }
    database.close();
    const dev = await startTestDev(jobs, { folder });
    atEnd(() => dev.remove());
    await until('the older one is gone', async () => (await dev.list()).length === 1);
    expect((await dev.list()).map(({ runId }) => runId)).toEqual([toRunId(2)]);
  });
});

describe('the pruner', () => {
  it('begins at once, and again every hour', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const home = createHome();
    await home.accept(1, 91);
    const pruner = createPruner(home.parts, () => {});
    pruner.start();
    await until('the first pass is over', async () => vi.getTimerCount() === 1);
    expect(await home.runs()).toEqual([]);
    await home.accept(2, 91);
    vi.advanceTimersByTime(3_599_999);
    expect(await home.runs()).toEqual([2]);
    vi.advanceTimersByTime(1);
    await until('the second pass is over', async () => (await home.runs()).length === 0);
    await pruner.stop();
  });

  it('tells what went wrong, and goes on an hour later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const home = createHome();
    home.leaveFiles(1, 91);
    rmSync(home.attempts, { recursive: true });
    writeFileSync(home.attempts, 'no folder');
    const failures: unknown[] = [];
    const pruner = createPruner(home.parts, (error) => void failures.push(error));
    pruner.start();
    await until('the first pass is over', async () => vi.getTimerCount() === 1);
    expect(failures).toMatchObject([{ code: 'ENOTDIR' }]);
    rmSync(home.attempts);
    vi.advanceTimersByTime(3_600_000);
    await until('the payload is gone', async () => home.filesOf()[1]?.length === 0);
    await pruner.stop();
  });

  it('is stopped after the piece that is under way, and begins no other', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const home = createHome();
    for (let number = 1; number <= 120; number++) await home.accept(number, 91);
    const pruner = createPruner(home.parts, () => {});
    pruner.start();
    await pruner.stop();
    home.parts.database.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
