import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CarriedEvent } from '../../../shared/runs/order.ts';
import { createProcessTarget } from '../../../shared/targets/process/process.ts';
import { untilEnded, untilRunning } from '../../contract/target.ts';
import { atEnd, makeFolder } from '../../support/folder.ts';
import { createProcesses, lives, token, work } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

const inline: CarriedEvent = { tier: 'inline', text: '{"id":"event-1"}' };
const lost = { class: 'lost', reason: expect.stringContaining('how it ended is not known') };
const forGo = 'while [ ! -e go ]; do sleep 0.02; done';

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await until(`process ${pid} is gone`, () => !lives(pid));
}

describe('a process that is asked to stop', () => {
  it('gets SIGTERM, and may end in its own way', async () => {
    const { target, toShell, written } = createProcesses();
    const script = "trap 'exit 9' TERM; echo ready > ready; while :; do sleep 0.02; done";
    await target.start(toShell(script), inline);
    await written('ready');
    await target.stop({ token, work });
    expect((await untilEnded(target, { token, work })).failure).toMatchObject({ exitCode: 9 });
  });

  it('is told apart from one that failed: it was ended by SIGTERM', async () => {
    const { target, toShell } = createProcesses();
    await target.start(toShell('exec sleep 1000'), inline);
    await target.stop({ token, work });
    expect((await untilEnded(target, { token, work })).failure).toEqual({
      class: 'exit-code',
      reason: 'killed by SIGTERM',
      exitCode: 143,
      signal: 'SIGTERM',
    });
  });

  it('has its stopTimeout, then gets SIGKILL', async () => {
    const { target, toShell, written } = createProcesses();
    const script = "trap '' TERM; echo ready > ready; while :; do sleep 0.02; done";
    await target.start(toShell(script, { stopTimeoutSeconds: 1 }), inline);
    await written('ready');
    const asked = Date.now();
    await target.stop({ token, work });
    const { endedAt, failure } = await untilEnded(target, { token, work });
    expect(failure).toMatchObject({ signal: 'SIGKILL', exitCode: 137 });
    expect(endedAt - asked).toBeGreaterThanOrEqual(1000);
    expect(endedAt - asked).toBeLessThan(4000);
  });

  it('gets SIGKILL at once with a stopTimeout of nothing', async () => {
    const { target, toShell, written } = createProcesses();
    const script = "trap '' TERM; echo ready > ready; while :; do sleep 0.02; done";
    await target.start(toShell(script, { stopTimeoutSeconds: 0 }), inline);
    await written('ready');
    await target.stop({ token, work });
    expect((await untilEnded(target, { token, work })).failure).toMatchObject({ signal: 'SIGKILL' });
  });

  it('takes its children with it, those too that ignore SIGTERM', async () => {
    const { target, toShell, written } = createProcesses();
    const child = `sh -c "trap '' TERM; while :; do sleep 0.02; done"`;
    await target.start(toShell(`${child} & echo $! > child; wait`), inline);
    const pid = Number(await written('child'));
    expect(lives(pid)).toBe(true);
    await target.stop({ token, work });
    await untilEnded(target, { token, work });
    await until('the child is gone', () => !lives(pid));
  });

  it('twice gets its stopTimeout once: the second request does not begin it anew', async () => {
    const { target, toShell, written } = createProcesses();
    const script = "trap 'echo TERM >> terms' TERM; echo ready > ready; while :; do sleep 0.02; done";
    await target.start(toShell(script, { stopTimeoutSeconds: 1 }), inline);
    await written('ready');
    const asked = Date.now();
    await target.stop({ token, work });
    await until('0.7 s are over', () => Date.now() - asked > 700);
    await target.stop({ token, work });
    const { endedAt } = await untilEnded(target, { token, work });
    expect(endedAt - asked).toBeLessThan(1600);
    expect(await written('terms')).toBe('TERM');
  });

  it('while it is being started never goes on unseen', async () => {
    const { target, folder, toShell } = createProcesses();
    for (let round = 1; round <= 6; round++) {
      const of = `${token.slice(0, -1)}${round}`;
      const starting = target.start(
        toShell(`echo begun > begun-${round}; exec sleep 1000`, { token: of }),
        inline,
      );
      await until('a moment has passed', () => true, 10 * round);
      const answer = await target.stop({ token: of, work });
      await starting;
      if (answer.kind === 'never-started') {
        expect(await target.describe([{ token: of, work }])).toMatchObject([{ state: 'never-started' }]);
        expect(existsSync(join(folder, `begun-${round}`))).toBe(false);
      } else {
        await untilEnded(target, { token: of, work });
      }
    }
  });
});

describe('a process that ends by itself', () => {
  it('takes what it left behind in its group with it, as a container would', async () => {
    const { target, toShell, written } = createProcesses();
    await target.start(toShell('sleep 1000 & echo $! > child'), inline);
    const pid = Number(await written('child'));
    expect((await untilEnded(target, { token, work })).failure).toBeUndefined();
    await until('the child is gone', () => !lives(pid));
  });
});

describe('a process whose supervisor was killed', () => {
  it('still runs, and when it has ended nobody knows how: it is lost', async () => {
    const { target, folder, toShell, pids } = createProcesses();
    await target.start(toShell(forGo), inline);
    const { supervisor, job } = pids();
    await kill(supervisor);
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'running' }]);
    expect(lives(job)).toBe(true);
    writeFileSync(join(folder, 'go'), '');
    expect(await untilEnded(target, { token, work })).toMatchObject({ failure: lost });
  });

  it('is not started a second time', async () => {
    const { target, toShell, pids } = createProcesses();
    const order = toShell('echo begun >> begun; exec sleep 1000');
    await target.start(order, inline);
    const { supervisor, job } = pids();
    await kill(supervisor);
    expect(await target.start(order, inline)).toMatchObject({ kind: 'started' });
    await kill(job);
    expect(await target.start(order, inline)).toMatchObject({ kind: 'started' });
    expect(pids()).toEqual({ supervisor, job });
  });

  it('can still be stopped, with its children', async () => {
    const { target, toShell, pids, written } = createProcesses();
    await target.start(toShell(`sleep 1000 & echo $! > child; wait`), inline);
    const child = Number(await written('child'));
    const { supervisor, job } = pids();
    await kill(supervisor);
    expect(await target.stop({ token, work })).toEqual({ kind: 'asked' });
    expect(await untilEnded(target, { token, work })).toMatchObject({ failure: lost });
    await until('job and child are gone', () => !lives(job) && !lives(child));
  });

  it('and that was killed itself is lost', async () => {
    const { target, toShell, pids } = createProcesses();
    await target.start(toShell('exec sleep 1000'), inline);
    const { supervisor, job } = pids();
    await kill(supervisor);
    await kill(job);
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'ended', failure: lost }]);
  });

  it('takes what it left behind with it once that is found out', async () => {
    const { target, toShell, pids, written } = createProcesses();
    await target.start(toShell(`sleep 1000 & echo $! > child; ${forGo}`), inline);
    const child = Number(await written('child'));
    const { supervisor, job } = pids();
    await kill(supervisor);
    await kill(job);
    expect(lives(child)).toBe(true);
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'ended', failure: lost }]);
    await until('the child is gone', () => !lives(child));
  });
});

describe('a start that was cut short', () => {
  const dead = { pid: process.pid, born: 'another process with the same number' };

  it('after its supervisor had claimed it is lost', async () => {
    const { target, pathOf } = createProcesses();
    mkdirSync(pathOf(), { recursive: true });
    writeFileSync(join(pathOf(), 'record.json'), JSON.stringify({ phase: 'claimed', supervisor: dead }));
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'ended', failure: lost }]);
  });

  it('by a power cut while its record was written is lost, and is not started again', async () => {
    const { target, pathOf, toShell, folder } = createProcesses();
    mkdirSync(pathOf(), { recursive: true });
    writeFileSync(join(pathOf(), 'record.json'), '{"phase":"runn');
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'ended', failure: lost }]);
    expect(await target.start(toShell('echo > begun'), inline)).toMatchObject({ kind: 'started' });
    expect(existsSync(join(folder, 'begun'))).toBe(false);
  });

  it('is never taken for another process that was given its number', async () => {
    const { target, pathOf } = createProcesses();
    mkdirSync(pathOf(), { recursive: true });
    const record = { phase: 'running', supervisor: dead, job: dead, startedAt: 1 };
    writeFileSync(join(pathOf(), 'record.json'), JSON.stringify(record));
    expect(await target.stop({ token, work })).toEqual({ kind: 'asked' });
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'ended', failure: lost }]);
  });

  it('before anyone claimed it has left no trace, and may be started', async () => {
    const { target, pathOf, toShell, written } = createProcesses();
    mkdirSync(pathOf(), { recursive: true });
    writeFileSync(join(pathOf(), 'order.json'), '{"token":');
    expect(await target.describe([{ token, work }])).toMatchObject([{ token, state: 'absent' }]);
    await target.start(toShell('echo begun > begun'), inline);
    expect(await written('begun')).toBe('begun');
  });
});

describe('a process whose router was killed', () => {
  it('goes on, and its exit code is there for the next router', async () => {
    const { target, folder, toShell, pathOf } = createProcesses();
    const root = join(pathOf(), '..', '..');
    const module = new URL('../../../shared/targets/process/process.ts', import.meta.url).href;
    const script = `
      const { createProcessTarget } = await import(${JSON.stringify(module)});
      const answer = await createProcessTarget(${JSON.stringify(root)})
        .start(${JSON.stringify(toShell(`${forGo}; exit 7`))}, { tier: 'inline', text: '{}' });
      process.stdout.write(answer.kind);
      setInterval(() => {}, 1000);
    `;
    const router = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(() => router.kill('SIGKILL'));
    await once(router.stdout, 'data');
    router.kill('SIGKILL');
    await once(router, 'exit');
    await untilRunning(target, { token, work });
    writeFileSync(join(folder, 'go'), '');
    expect((await untilEnded(target, { token, work })).failure).toMatchObject({ exitCode: 7 });
  });
});

describe('a process target', () => {
  it('says that it could not start when its folder cannot be written to', async () => {
    const { toShell } = createProcesses();
    const folder = makeFolder();
    writeFileSync(join(folder, 'attempts'), 'a file where the folder should be');
    const target = createProcessTarget(join(folder, 'attempts'));
    const answer = await target.start(toShell('true'), inline).catch(() => ({ kind: 'thrown' }));
    expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'target-unavailable' } });
  });
});
