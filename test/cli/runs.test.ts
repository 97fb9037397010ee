import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run, RunStatus } from '../../shared/runs/run.ts';
import { shell, startTestDev, type TestDev } from '../local/dev.ts';
import { toDraft } from '../support/draft.ts';
import { until } from '../support/until.ts';
import { runHere } from './here.ts';
import { createCommandLine, hasControlCharacters } from './signalbox.ts';

const commandLine = createCommandLine();
const { close } = commandLine;
const endless = 'i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo "line $i"; sleep 0.1; done';
const steps =
  'echo "step 1"; while [ ! -e go ]; do sleep 0.02; done; echo "attempt $STP_CURRENT_ATTEMPT over"';
const jobs = {
  quick: shell('echo out; echo err >&2'),
  stepping: shell(`${steps}; [ "$STP_CURRENT_ATTEMPT" = 2 ]`, { retryConfig: { attempts: 2 } }),
  endless: shell(endless, { stopTimeout: 1 }),
  secretive: {
    ...shell(''),
    local: { command: ['sh', '-c', 'exit 3'], environment: { DB_PASSWORD: 's3cr3t' } },
  },
  'escape-artist': { ...shell(''), local: { command: ['\u001b[2J\u009b31mno-such-program\u0007'] } },
};
let dev: TestDev;

beforeAll(async () => {
  dev = await startTestDev({ jobs });
});
afterAll(async () => {
  await dev.remove();
  await close();
});

const signalbox = (...parameters: string[]) => runHere(dev.folder, ['runs', ...parameters]);

describe.concurrent('runs list', () => {
  beforeAll(async () => {
    await seed('aaaa1', 'succeeded');
    await seed('aaaa2', 'failed');
    await seed('bbbb1', 'timed-out', { createdAt: Date.now() });
  });

  it('prints a table, the newest first, and what was asked for', async () => {
    const { code, stdout, stderr } = await signalbox('list', '--job', 'word-index');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^RUN +JOB +STATUS +ATTEMPTS +SOURCE +AGE +TOOK +REASON/);
    expect(lines.slice(1).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['bbbb100000', 'word-index', 'timed-out'],
      ['aaaa200000', 'word-index', 'failed'],
      ['aaaa100000', 'word-index', 'succeeded'],
    ]);
    expect(hasControlCharacters(stdout)).toBe(false);
  });

  it('prints one array for programs', async () => {
    const { code, stdout, stderr } = await signalbox(
      'list',
      '--json',
      '--job',
      'word-index',
      '--status',
      'failed',
      'timed-out',
      '--limit',
      '1',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject([{ runId: toId('bbbb1'), status: 'timed-out' }]);
  });

  it('may leave out what is older', async () => {
    const { stdout } = await signalbox('list', '--job', 'word-index', '--since', '1h', '--json');
    expect(JSON.parse(stdout)).toMatchObject([{ runId: toId('bbbb1') }]);
  });

  it('says that there are more, or none, to people only', async () => {
    const more = await signalbox('list', '--job', 'word-index', '--limit', '2');
    expect(more.stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(more.stderr).toBe('there are more: --limit 4 shows them\n');
    const none = await signalbox('list', '--job', 'nothing');
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'no runs\n' });
    expect((await signalbox('list', '--job', 'nothing', '--json')).stdout).toBe('[]\n');
  });
});

describe.concurrent('an id', () => {
  it.each([['show'], ['replay']])('of %s may be a beginning, if it is the only one', async (command) => {
    const prefix = command === 'show' ? 'cc' : 'dd';
    for (const number of [1, 2]) await seed(`${prefix}${number}`, 'succeeded', { job: 'quick' });
    const ambiguous = await signalbox(command, prefix);
    expect([ambiguous.code, ambiguous.stdout]).toEqual([2, '']);
    expect(ambiguous.stderr).toBe(
      `error: more than one run's id begins with ${prefix}: ${toId(`${prefix}1`)}, ${toId(`${prefix}2`)}\n`,
    );
    const unknown = await signalbox(command, `${prefix}3`);
    expect([unknown.code, unknown.stdout]).toEqual([4, '']);
    expect(unknown.stderr).toBe(`error: no run's id begins with ${prefix}3\n`);
  });

  it.each([['NOT-AN-ID'], ['%'], ['0'.repeat(27)]])('is refused as %j', async (id) => {
    const { code, stdout, stderr } = await signalbox('show', id);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`"${id}" is no run's id: 26 of 0-9 and a-z, or the first few of them`);
  });
});

describe('runs show', () => {
  it('tells of the run, its attempts and its event', async () => {
    const id = await dev.invoke('secretive', { sku: 7 });
    await dev.waitFor(id, 'failed');
    const { code, stdout, stderr } = await signalbox('show', id.slice(0, 12));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      new RegExp(`^run +${id}\njob +secretive\nstatus +failed\nreason +exit-code: exited with code 3\n`),
    );
    expect(stdout).toMatch(/attempts +1 of at most 1\n/);
    expect(stdout).toMatch(/\n1 +failed +1 +20\S+Z +[\d.]+ s +3 +exit-code: exited with code 3 *\n/);
    expect(stdout).toContain('"sku": 7');
  });

  it('prints one object for programs, with the event', async () => {
    const id = await dev.invoke('quick', { sku: 7 });
    await dev.waitFor(id, 'succeeded');
    const { code, stdout, stderr } = await signalbox('show', id, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      runId: id,
      status: 'succeeded',
      event: { source: 'manual', records: [{ data: { input: { sku: 7 } } }] },
    });
  });

  it('shows no secret of the environment, and neither does any other list', async () => {
    const id = await dev.invoke('secretive');
    await dev.waitFor(id, 'failed');
    const answers = await Promise.all([
      signalbox('show', id),
      signalbox('show', id, '--json'),
      signalbox('list', '--json'),
      signalbox('logs', id),
      signalbox('cancel', id, '--json'),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(JSON.stringify(answers)).not.toContain('s3cr3t');
    expect(dev.logged.join('')).not.toContain('s3cr3t');
  });

  it('lets nothing of a job or an event move the cursor', async () => {
    const id = await dev.invoke('escape-artist', { note: '\u001b[2J\u009b31m\u0007\u007f' });
    await dev.waitFor(id, 'failed');
    for (const parameters of [['show', id], ['list'], ['show', id, '--json'], ['list', '--json']]) {
      const { code, stdout } = await signalbox(...parameters);
      expect(code).toBe(0);
      expect(stdout).toContain('no-such-program');
      expect(hasControlCharacters(stdout)).toBe(false);
    }
    const { stdout } = await signalbox('show', id, '--json');
    const { event } = JSON.parse(stdout);
    expect(event.records[0].data.input.note).toBe('\u001b[2J\u009b31m\u0007\u007f');
    const odd = await signalbox('list', '--status', 'fai\u001b[2J\u009b31mled\u0007');
    expect(odd.stderr).toContain("argument 'failed�' is invalid");
    expect(hasControlCharacters(odd.stderr)).toBe(false);
  });
});

describe('runs logs', () => {
  it('prints what the job wrote, and nothing else', async () => {
    const id = await dev.invoke('quick');
    await dev.waitFor(id, 'succeeded');
    expect(await signalbox('logs', id)).toMatchObject({ code: 0, stdout: 'out\nerr\n', stderr: '' });
    const other = await signalbox('logs', id, '--attempt', '2');
    expect([other.code, other.stdout]).toEqual([4, '']);
    expect(other.stderr).toContain(`run ${id} has no attempt 2; it is succeeded, and has made 1`);
  });

  it('follows a run through all its attempts, and ends with it', async () => {
    const id = await dev.invoke('stepping');
    await dev.waitFor(id, 'running');
    const following = commandLine.start(dev.folder, ['runs', 'logs', id, '--follow']);
    await until('it follows', () => following.stdout() === 'step 1\n');
    writeFileSync(join(dev.folder, 'go'), '');
    const { code, stdout, stderr } = await following.ended;
    expect(code).toBe(0);
    const lines = (attempt: number) => `step 1\nattempt ${attempt} over\n`;
    expect(stdout).toBe(lines(1) + lines(2));
    expect(stderr).toBe('-- attempt 2 of 2\n');
    expect(await dev.waitFor(id, 'succeeded')).toMatchObject({ runId: id });
    expect((await signalbox('logs', id, '--attempt', '1')).stdout).toBe(lines(1));
  });

  it('ends quietly when nobody reads on', async () => {
    const id = await dev.invoke('endless');
    await dev.waitFor(id, 'running');
    const following = commandLine.start(dev.folder, ['runs', 'logs', id, '--follow']);
    following.process.stdout?.once('data', () => following.process.stdout?.destroy());
    const { code, stderr } = await following.ended;
    expect(code).toBe(0);
    expect(stderr).toBe('');
    await signalbox('cancel', id);
  });
});

describe('runs cancel', () => {
  it('waits until the run has ended', async () => {
    const id = await dev.invoke('endless');
    await dev.waitFor(id, 'running');
    const { code, stdout, stderr } = await signalbox('cancel', id, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ runId: id, status: 'cancelled', cause: { class: 'stopped' } });
  });

  it('says when there was nothing left to cancel', async () => {
    const id = await dev.invoke('quick');
    await dev.waitFor(id, 'succeeded');
    const { code, stderr } = await signalbox('cancel', id);
    expect([code, stderr]).toEqual([0, 'it had succeeded before it could be cancelled\n']);
  });
});

describe('runs replay', () => {
  it('starts new runs of the old events', async () => {
    const ids = [await dev.invoke('quick', 1), await dev.invoke('secretive', 2)];
    for (const id of ids) await dev.waitFor(id, 'succeeded', 'failed');
    const { code, stdout } = await signalbox('replay', ...ids, '--wait', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([
      { job: 'quick', status: 'succeeded', replayOf: ids[0] },
      { job: 'secretive', status: 'failed', replayOf: ids[1] },
    ]);
  });

  it('returns at once without --wait, and starts nothing when one id is wrong', async () => {
    const id = await dev.invoke('quick');
    await dev.waitFor(id, 'succeeded');
    const before = (await dev.list('?limit=1000')).length;
    expect((await signalbox('replay', id, 'zzzzzzzz')).code).toBe(4);
    expect(await dev.list('?limit=1000')).toHaveLength(before);
    const { code, stdout } = await signalbox('replay', id, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ replayOf: id }]);
  });
});

async function seed(prefix: string, status: RunStatus, change: Partial<Run> = {}): Promise<void> {
  const draft = toDraft({ id: toId(prefix), status, createdAt: 0, endedAt: 1000, ...change });
  await dev.local.ledger.accept(draft, (run) => run);
}

function toId(prefix: string): string {
  return prefix.padEnd(26, '0');
}
