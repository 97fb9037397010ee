import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder, shell, startTestDev, type TestDev } from '../local/dev.ts';
import { runHere } from './here.ts';

const endless = shell('sleep 60', { stopTimeout: 1 });
let dev: TestDev;

beforeAll(async () => {
  dev = await startTestDev({ jobs: { endless, other: endless, quick: shell('true') } }, { slots: 2 });
});
afterAll(() => dev.remove());

const cancel = (words: string, ask?: (question: string) => Promise<boolean>) =>
  runHere(dev.folder, ['runs', 'cancel', ...words.split(' ').filter(Boolean)], ask);

describe('cancelling what a filter finds', () => {
  it.each([
    ['', 'say which runs are to be cancelled: name them by their ids, or add --job or --status'],
    ['--since 2h --yes', 'that would be runs of every job'],
    ['--status failed', "runs that are failed can't be cancelled: --status is one of collecting, queued"],
  ])('is refused when it says too little or too much: %s', async (words, message) => {
    const { code, stdout, stderr } = await cancel(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('does nothing without a yes', async () => {
    const id = await dev.invoke('endless');
    expect((await cancel('--job endless')).code).toBe(2);
    const { code, stderr } = await cancel('--job endless', async (question) => question === 'Cancel it all?');
    expect([code, stderr.trimEnd().endsWith('nothing was done')]).toEqual([0, true]);
    const { stdout } = await cancel(`${id} --no-wait --json`);
    expect(JSON.parse(stdout)).toMatchObject({
      runId: id,
      status: expect.stringMatching(/stopping|cancelled/),
    });
  });

  it('stops those that run and those that wait, and no others', async () => {
    const [other, ...ids] = [
      await dev.invoke('other'),
      await dev.invoke('endless'),
      await dev.invoke('endless'),
      await dev.invoke('endless'),
    ];
    const { code, stdout } = await cancel(
      '--job endless --status queued,waiting,starting,running --yes --json',
    );
    expect(code).toBe(0);
    const cancelled: { runId: string; status: string }[] = JSON.parse(stdout);
    expect(cancelled.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(new Set(cancelled.map(({ runId }) => runId))).toEqual(new Set(ids));
    const [run] = await dev.list('?job=other&status=running');
    expect(run).toMatchObject({ runId: other });
    await cancel(`${other} --no-wait`);
  });

  it('has nothing to do the next time', async () => {
    await dev.waitFor((await dev.list('?job=endless'))[0]?.runId ?? '', 'cancelled');
    const { code, stderr } = await cancel('--job endless --yes');
    expect([code, stderr]).toEqual([0, 'no runs match\n']);
  });
});

describe('cancelling without a router', () => {
  it('starts nothing that an earlier one left in line, whether what is cancelled has begun or not', async () => {
    const killed = await startTestDev({ jobs: { endless } }, { slots: 1 });
    const { folder } = killed;
    const running = await killed.invoke('endless');
    await killed.waitFor(running, 'running');
    const [queued, left] = [await killed.invoke('endless'), await killed.invoke('endless')];
    await killed.end(false);
    for (const id of [queued, running]) {
      const { code, stdout } = await runHere(folder, ['runs', 'cancel', id, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ runId: id, status: 'cancelled' });
    }
    const shown = await runHere(folder, ['runs', 'show', left, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'queued', attempts: [] });
    rmSync(folder, { recursive: true, force: true });
  });
});

it('without a router, a run can not be left to one', async () => {
  const folder = makeFolder({ jobs: { quick: shell('true') } });
  const { code, stderr } = await runHere(folder, ['invoke', 'quick', '--no-wait']);
  expect(code).toBe(2);
  expect(stderr).toContain('--no-wait needs a running router ("signalbox dev")');
  expect((await runHere(folder, ['runs', 'list'])).stderr).toBe('no runs\n');
});
