import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHome } from '../../shared/local/home.ts';
import { LockedError, lock } from '../../shared/local/lock.ts';
import { openWorld } from '../../shared/local/world.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';

const log = pino({ level: 'silent' });
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-lock-'));
  path = join(folder, 'router.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock of a ledger', () => {
  it('is held by one router, until it is released', () => {
    const first = lock(path);
    expect(() => lock(path)).toThrow(new LockedError(`another router is using ${path}`));
    expect(() => lock(path)).toThrow(LockedError);
    first.release();
    lock(path).release();
  });

  it('is held against another process, and let go when that one is killed', async () => {
    const module = new URL('../../shared/local/lock.ts', import.meta.url).href;
    const script = `import(${JSON.stringify(module)}).then(({ lock }) => {
      lock(process.argv[1]); console.log('held'); setTimeout(() => {}, 20000);
    })`;
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      expect(() => lock(path)).toThrow(LockedError);
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    lock(path).release();
  });

  it('cannot be taken on a file of something else, or where there is no folder', () => {
    writeFileSync(path, 'a shopping list, which is no SQLite file whatever way it is looked at');
    expect(() => lock(path)).toThrow(LedgerError);
    expect(() => lock(join(folder, 'nowhere', 'router.lock'))).toThrow(
      /nowhere\/router.lock can't be locked/,
    );
  });
});

describe("a router's home", () => {
  it('is made for this user only', async () => {
    const home = toHome(folder);
    await openWorld(home, { slots: 1, log }).close();
    expect(statSync(home.path).mode & 0o777).toBe(0o700);
  });

  it('has room for one router', async () => {
    const home = toHome(folder);
    const first = openWorld(home, { slots: 1, log });
    expect(() => openWorld(home, { slots: 1, log })).toThrow(LockedError);
    await first.close();
    await openWorld(home, { slots: 1, log }).close();
  });

  it('is let go when its ledger cannot be opened', async () => {
    const home = toHome(folder);
    mkdirSync(home.path);
    writeFileSync(home.ledger, 'a shopping list, which is no SQLite file whatever way it is looked at');
    expect(() => openWorld(home, { slots: 1, log })).toThrow(LedgerError);
    rmSync(home.ledger);
    await openWorld(home, { slots: 1, log }).close();
  });
});
