import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LockedError } from '../../shared/local/lock.ts';
import { until } from '../support/until.ts';
import { makeFolder, shell, startTestDev, type TestDev } from './dev.ts';

const jobs = {
  // Ends when the test says so; writes down each time it began.
  told: shell(
    'echo began >> began.txt; n=0; while [ ! -e go ] && [ $n -lt 500 ]; do n=$((n+1)); sleep 0.02; done; echo over; exit 4',
  ),
  flaky: shell('echo "$STP_CURRENT_ATTEMPT" >> tries.txt; [ "$STP_CURRENT_ATTEMPT" = 2 ]', {
    retryConfig: { attempts: 2, retryIntervalSeconds: 1 },
  }),
};
let folder = '';
let dev: TestDev | undefined;

const start = async (): Promise<TestDev> => {
  folder ||= makeFolder({ jobs });
  dev = await startTestDev({ jobs }, { folder, slots: 1 });
  return dev;
};
const sayGo = () => writeFileSync(join(folder, 'go'), '');

afterEach(async () => {
  sayGo();
  await dev?.end(true);
  dev = undefined;
  rmSync(folder, { recursive: true, force: true });
  folder = '';
});

describe('a router that was stopped while a job ran', () => {
  it('finds it running when it starts again, and records its end', async () => {
    const before = await start();
    const id = await before.invoke('told');
    await before.waitFor(id, 'running');
    await before.end(false);

    const after = await start();
    expect(await after.waitFor(id, 'running')).toMatchObject({ attempts: [{ attempt: 1, starts: 1 }] });
    sayGo();
    expect(await after.waitFor(id, 'failed')).toMatchObject({
      cause: { class: 'exit-code', exitCode: 4 },
      attempts: [{ attempt: 1, starts: 1, failure: { exitCode: 4 } }],
    });
    expect(readFileSync(join(folder, 'began.txt'), 'utf8')).toBe('began\n');
    expect(after.output(`${id}-1-1`)).toBe('over\n');
  });

  it('finds out how it ended while no router ran', async () => {
    const before = await start();
    const id = await before.invoke('told');
    await before.waitFor(id, 'running');
    await before.end(false);
    sayGo();
    await until('the job is over', () => before.output(`${id}-1-1`) === 'over\n');

    expect(await (await start()).waitFor(id, 'failed')).toMatchObject({ cause: { exitCode: 4 } });
    expect(readFileSync(join(folder, 'began.txt'), 'utf8')).toBe('began\n');
  });

  it('keeps the place of those that waited', async () => {
    const before = await start();
    const running = await before.invoke('told');
    await before.waitFor(running, 'running');
    const queued = [await before.invoke('told'), await before.invoke('flaky')];
    await before.end(false);
    sayGo();

    const after = await start();
    const ended = await Promise.all(
      [running, ...queued].map((id) => after.waitFor(id, 'failed', 'succeeded')),
    );
    expect(ended.map(({ status }) => status)).toEqual(['failed', 'failed', 'succeeded']);
    expect(readFileSync(join(folder, 'began.txt'), 'utf8')).toBe('began\nbegan\n');
  });

  it('goes on with the retries of a job that waited for one', async () => {
    const before = await start();
    const id = await before.invoke('flaky');
    await before.waitFor(id, 'waiting');
    await before.end(false);

    const run = await (await start()).waitFor(id, 'succeeded');
    expect(run.attempts.map(({ status }) => status)).toEqual(['failed', 'succeeded']);
    expect(readFileSync(join(folder, 'tries.txt'), 'utf8')).toBe('1\n2\n');
  });
});

describe('a router that drains', () => {
  it('waits for what runs, starts nothing more, and leaves the rest to the next one', async () => {
    const before = await start();
    const running = await before.invoke('told');
    await before.waitFor(running, 'running');
    const queued = await before.invoke('flaky');
    let isOver = false;
    const ending = before.end(true).then(() => {
      isOver = true;
    });
    await until('it takes nothing any more', () =>
      before
        .get('/_signalbox')
        .then(() => false)
        .catch(() => true),
    );
    expect(isOver).toBe(false);
    expect(before.local.pump.live()).toBe(1);
    sayGo();
    await ending;
    expect(existsSync(join(folder, 'tries.txt'))).toBe(false);

    const after = await start();
    expect((await after.list()).find(({ runId }) => runId === running)).toMatchObject({ status: 'failed' });
    await after.waitFor(queued, 'succeeded');
  });

  it('leaves neither a note of where it listens nor a lock', async () => {
    const first = await start();
    const note = join(folder, '.signalbox', 'router.json');
    expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({ url: first.url, pid: process.pid });
    await expect(startTestDev({ jobs }, { folder })).rejects.toThrow(LockedError);
    expect(existsSync(note)).toBe(true);
    await first.end(true);
    expect(existsSync(note)).toBe(false);
    await start();
  });
});
