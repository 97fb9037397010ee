import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http, shell, startTestDev } from '../local/dev.ts';
import { until } from '../support/until.ts';
import { createCommandLine, type Running } from './signalbox.ts';

const { run, runWith, startDev, makeProject, close } = createCommandLine();
afterAll(close);

/** Ends when the test says so, or by itself before long. */
const told = shell(
  'echo began >> began.txt; i=0; while [ ! -e go ] && [ $i -lt 400 ]; do i=$((i+1)); sleep 0.05; done; exit 4',
  { stopTimeout: 1 },
);
const jobs = {
  quick: shell('touch quick.txt', { events: [{ type: 'manual' }, http('POST', '/quick')] }),
  failing: shell('exit 3'),
  told,
};

describe('signalbox invoke, cancel and replay with a router', () => {
  let folder: string;
  let dev: Awaited<ReturnType<typeof startDev>>;
  beforeAll(async () => {
    folder = makeProject(jobs);
    dev = await startDev(folder);
  });

  it('return at once', async () => {
    const { code, stdout, stderr } = await run(folder, 'invoke', 'told', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const { runId, status } = JSON.parse(stdout);
    expect(['queued', 'starting', 'running']).toContain(status);
    await until('the job runs', () => existsSync(join(folder, 'began.txt')));
    const cancelled = await run(folder, 'runs', 'cancel', runId, '--json');
    expect(cancelled.code).toBe(0);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({ runId, status: 'cancelled' });
  });

  it('wait for the end when they are asked to', async () => {
    const [good, bad] = await Promise.all([
      run(folder, 'invoke', 'quick', '--wait', '--json'),
      run(folder, 'invoke', 'failing', '--wait', '--json'),
    ]);
    expect([good.code, bad.code]).toEqual([0, 3]);
    expect(JSON.parse(good.stdout)).toMatchObject({ job: 'quick', status: 'succeeded' });
    const { runId, status } = JSON.parse(bad.stdout);
    expect(status).toBe('failed');
    const replay = await run(folder, 'runs', 'replay', runId, '--wait', '--json');
    expect(replay.code).toBe(3);
    expect(JSON.parse(replay.stdout)).toMatchObject([{ replayOf: runId, status: 'failed' }]);
  });

  it('say what is wrong', async () => {
    const [unknown, huge] = await Promise.all([
      run(folder, 'invoke', 'quik'),
      runWith(folder, JSON.stringify('a'.repeat(6_300_000)), 'invoke', 'quick', '--event', '-'),
    ]);
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toContain('no job is named quik; jobs.yml has quick, failing, told');
    expect([huge.code, huge.stdout]).toEqual([1, '']);
    expect(huge.stderr).toBe(
      'error: The payload of a RequestResponse invocation is at most 6291456 bytes.\n',
    );
  });

  it('have the router log JSON when its log is no terminal', () => {
    const lines = dev
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
    const messages = lines.map(({ msg }) => msg);
    expect(messages[0]).toMatch(/^shop: listening on http:\/\/127\.0\.0\.1:\d+, at most \d+ jobs? at once$/);
    expect(messages).toContain('POST /quick starts quick');
    expect(lines.find(({ msg }) => msg.includes('failed'))).toMatchObject({
      job: 'failing',
      attempt: 1,
      cause: { class: 'exit-code', exitCode: 3 },
    });
    expect(dev.stdout()).toBe('');
  });

  it('leave no room for a second router', async () => {
    const { code, stdout, stderr } = await run(folder, 'dev', '--port', '0');
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(/^error: another router is using .*\n$/);
    expect(stderr).toContain(`${folder}/.signalbox`);
    expect(stderr).toContain(`process ${dev.process.pid} at ${dev.url}`);
    expect(await (await fetch(`${dev.url}/_signalbox`)).json()).toMatchObject({ service: 'shop' });
  });
});

describe('signalbox dev', () => {
  it('exits 5 when its port is in use, and lets the ledger go', async () => {
    const folder = makeProject(jobs);
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { code, stdout, stderr } = await run(folder, 'dev', '--port', port);
    server.close();
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toBe(`error: port ${port} is in use by another program; --port names another one\n`);
    expect((await run(folder, 'invoke', 'quick')).code).toBe(0);
  });

  it('ends when it cannot say where it listens, instead of taking what it would not start', async () => {
    const folder = makeProject(jobs);
    mkdirSync(join(folder, '.signalbox', 'router.json'), { recursive: true });
    const { code, signal, stderr } = await run(folder, 'dev', '--port', '0');
    expect([code, signal]).toEqual([1, null]);
    expect(stderr).toContain('router.json');
  });

  it('drains on SIGINT and exits 0; nobody else takes its ledger meanwhile', async () => {
    const { folder, dev, runId } = await startTold();
    dev.process.kill('SIGINT');
    await until('it drains', () => dev.stderr().includes('SIGINT: nothing more is taken'));
    expect(dev.stderr()).toContain('waiting for 1 running job, again to leave at once');
    const meanwhile = await run(folder, 'invoke', 'quick');
    expect(meanwhile.code).toBe(5);
    expect(meanwhile.stderr).toContain('another router is using');
    expect(dev.process.exitCode).toBeNull();
    writeFileSync(join(folder, 'go'), '');
    expect(await dev.ended).toMatchObject({ code: 0, stdout: '' });
    const shown = await run(folder, 'runs', 'show', runId, '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'failed', cause: { exitCode: 4 } });
    expect(existsSync(join(folder, '.signalbox', 'router.json'))).toBe(false);
  });

  it('leaves at once on a second signal; the job goes on, and the next router records its end', async () => {
    const { folder, dev, runId } = await startTold();
    dev.process.kill('SIGTERM');
    await until('it drains', () => dev.stderr().includes('SIGTERM: nothing more is taken'));
    dev.process.kill('SIGINT');
    expect(await dev.ended).toMatchObject({ code: 0 });
    expect(dev.stderr()).toContain('the jobs go on, and the next router finds how they ended');
    await expectEndIsFound(folder, runId);
  });

  it('may be killed; the job goes on, and the next router records its end', async () => {
    const { folder, dev, runId } = await startTold();
    dev.process.kill('SIGKILL');
    expect(await dev.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(join(folder, '.signalbox', 'router.json'))).toBe(true);
    await expectEndIsFound(folder, runId);
  });

  async function startTold(): Promise<{ folder: string; dev: Running; runId: string }> {
    const folder = makeProject(jobs);
    const dev = await startDev(folder);
    const { stdout } = await run(folder, 'invoke', 'told', '--json');
    const { runId } = JSON.parse(stdout);
    await until('the job runs', () => dev.stderr().includes(`told ${runId}: attempt runs`));
    return { folder, dev, runId };
  }

  async function expectEndIsFound(folder: string, runId: string): Promise<void> {
    const during = await run(folder, 'runs', 'show', runId, '--json');
    expect(JSON.parse(during.stdout)).toMatchObject({ status: 'running' });
    writeFileSync(join(folder, 'go'), '');
    const next = await startDev(folder);
    const found = await until('its end was found', async () => {
      const answer = await fetch(`${next.url}/_signalbox/runs/${runId}`);
      return answer.status === 200 && answer.json();
    });
    expect(found).toMatchObject({
      status: 'failed',
      cause: { class: 'exit-code', exitCode: 4 },
      attempts: [{ attempt: 1, starts: 1 }],
    });
    expect(readFileSync(join(folder, 'began.txt'), 'utf8')).toBe('began\n');
  }
});

describe('without a router', () => {
  it('cancelling a run that waits does not start it first', async () => {
    const folder = makeProject(jobs);
    const before = await startTestDev({ jobs }, { folder, slots: 1 });
    const running = await before.invoke('told');
    await before.waitFor(running, 'running');
    const queued = await before.invoke('quick');
    await before.end(false);
    writeFileSync(join(folder, 'go'), '');

    const { code, stdout } = await run(folder, 'runs', 'cancel', queued, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runId: queued, status: 'cancelled', attempts: [] });
    expect(existsSync(join(folder, 'quick.txt'))).toBe(false);
  });
});
