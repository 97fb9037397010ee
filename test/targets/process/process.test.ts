import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFolderPayloadStore } from '../../../shared/payloads/folder.ts';
import { fit as toTier } from '../../../shared/runs/fit.ts';
import type { CarriedEvent } from '../../../shared/runs/order.ts';
import { untilEnded } from '../../contract/target.ts';
import { runId } from '../../support/draft.ts';
import { makeFolder } from '../../support/folder.ts';
import { createProcesses, lives, type Processes, token, work } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

const inline: CarriedEvent = { tier: 'inline', text: '{"id":"event-1"}' };

describe('how a process ended', () => {
  it.each([
    ['exit 0', undefined],
    ['exit 1', { class: 'exit-code', reason: 'exited with code 1', exitCode: 1 }],
    ['exit 75', { class: 'exit-code', reason: 'exited with code 75', exitCode: 75 }],
    ['exit 255', { class: 'exit-code', reason: 'exited with code 255', exitCode: 255 }],
    ['kill -KILL $$', { class: 'exit-code', reason: 'killed by SIGKILL', exitCode: 137, signal: 'SIGKILL' }],
    ['kill -SEGV $$', { class: 'exit-code', reason: 'killed by SIGSEGV', exitCode: 139, signal: 'SIGSEGV' }],
  ])('is told of `%s`', async (script, failure) => {
    const { target, toShell } = createProcesses();
    const before = Date.now();
    await target.start(toShell(script), inline);
    const report = await untilEnded(target, { token, work });
    expect(report.failure).toEqual(failure);
    expect(report.startedAt).toBeGreaterThanOrEqual(before);
    expect(report.endedAt).toBeGreaterThanOrEqual(report.startedAt ?? 0);
  });

  it('is kept for a router that comes later', async () => {
    const { target, toShell } = createProcesses();
    await target.start(toShell('exit 4'), inline);
    const ended = await untilEnded(target, { token, work });
    expect(await target.describe([{ token, work }])).toEqual([ended]);
  });

  it('is written down as soon as that is possible again, when it was not, as on a full disk', async () => {
    const { target, folder, toShell, pathOf, pids } = createProcesses();
    await target.start(toShell('while [ ! -e go ]; do sleep 0.02; done; exit 5'), inline);
    const { job, supervisor } = pids();
    const record = join(pathOf(), 'record.json');
    rmSync(record);
    mkdirSync(record);
    writeFileSync(join(folder, 'go'), '');
    await until('the job is over', () => !lives(job));
    expect(lives(supervisor)).toBe(true);
    rmdirSync(record);
    expect(await untilEnded(target, { token, work })).toMatchObject({ failure: { exitCode: 5 } });
    await until('the supervisor is gone', () => !lives(supervisor));
  });

  it('is told to nobody when its folder was removed: the supervisor ends with the job', async () => {
    const { target, folder, toShell, pathOf, pids } = createProcesses();
    await target.start(toShell('while [ ! -e go ]; do sleep 0.02; done'), inline);
    const { supervisor } = pids();
    rmSync(pathOf(), { recursive: true });
    writeFileSync(join(folder, 'go'), '');
    await until('the supervisor is gone', () => !lives(supervisor));
  });
});

describe('what a process is given', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  /** Writes down its arguments and its environment. */
  const tell =
    'require("fs").writeFileSync("told", JSON.stringify({ argv: process.argv.slice(1), env: process.env }) + "\\n")';

  async function toldTo(
    { target, toOrder, written }: Processes,
    parameters: readonly string[] = [],
    change = {},
    other = {},
  ) {
    await target.start(toOrder([process.execPath, '-e', tell, ...parameters], change, other), inline);
    await untilEnded(target, { token, work });
    const told: { argv: string[]; env: Record<string, string> } = JSON.parse(await written('told'));
    return told;
  }

  it('are its arguments as they stand: no shell reads them', async () => {
    const processes = createProcesses();
    const parameters = [
      '$(touch x)',
      '; rm -rf y',
      '`id`',
      '*',
      '',
      'two words',
      '"\'\\',
      'größe 🚀',
      '\n',
      '$HOME',
    ];
    expect((await toldTo(processes, ['--', ...parameters])).argv).toEqual(parameters);
    expect(existsSync(join(processes.folder, 'x'))).toBe(false);
  });

  it('is all that the order says, in its environment', async () => {
    const before = Date.now();
    const { env } = await toldTo(
      createProcesses(),
      [],
      {
        attempt: 2,
        maximumAttempts: 3,
        timeoutSeconds: 600,
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        tracestate: 'acme=7,rojo=1',
      },
      { environment: { GREETING: 'größe 🚀\nnext line', EMPTY: '', __proto__x: '1' } },
    );
    expect(env).toMatchObject({
      STP_TRIGGER_EVENT_DATA: '{"id":"event-1"}',
      STP_CURRENT_ATTEMPT: '2',
      STP_MAXIMUM_ATTEMPTS: '3',
      STP_RUN_ID: runId,
      STP_JOB_NAME: 'word-index',
      STP_TRIGGER_SOURCE: 'manual',
      TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      TRACESTATE: 'acme=7,rojo=1',
      GREETING: 'größe 🚀\nnext line',
      EMPTY: '',
      __proto__x: '1',
    });
    expect(env).not.toHaveProperty('STP_TRIGGER_EVENT_URI');
    const deadline = Date.parse(env['STP_DEADLINE'] ?? '');
    expect(deadline).toBeGreaterThanOrEqual(before + 600_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 600_000);
  });

  it("is the router's environment too, but not what the router was given itself as somebody's job", async () => {
    vi.stubEnv('SIGNALBOX_TEST_INHERITED', 'yes');
    vi.stubEnv('STP_TRIGGER_EVENT_URI', 'file:///of-another-job.json');
    vi.stubEnv('TRACEPARENT', '00-0-0-00');
    vi.stubEnv('TRACESTATE', 'acme=7');
    const { env } = await toldTo(createProcesses());
    expect(env).toMatchObject({ SIGNALBOX_TEST_INHERITED: 'yes', PATH: process.env['PATH'] });
    expect(env).not.toHaveProperty('STP_TRIGGER_EVENT_URI');
    expect(env).not.toHaveProperty('TRACEPARENT');
    expect(env).not.toHaveProperty('TRACESTATE');
  });

  it('cannot be overruled by what the job declares', async () => {
    const { env } = await toldTo(
      createProcesses(),
      [],
      {},
      { environment: { STP_RUN_ID: 'another', STP_DEADLINE: 'never' } },
    );
    expect(env['STP_RUN_ID']).toBe(runId);
    expect(env['STP_DEADLINE']).not.toBe('never');
  });

  it('is its working directory, in which a relative command is looked for', async () => {
    const { target, toOrder, folder, written } = createProcesses();
    const directory = join(folder, 'with blank & größe');
    mkdirSync(directory);
    writeFileSync(join(directory, 'job.sh'), '#!/bin/sh\npwd > ../where\n', { mode: 0o700 });
    await target.start(toOrder(['./job.sh'], {}, { directory }), inline);
    expect(await written('where')).toBe(directory);
  });

  it('is nothing to read: a job that asks for input finds its end', async () => {
    const { target, toShell } = createProcesses();
    await target.start(toShell('cat; exit 6'), inline);
    expect((await untilEnded(target, { token, work })).failure).toMatchObject({ exitCode: 6 });
  });

  it('is a log that holds what it writes to stdout and to stderr, and that others cannot read', async () => {
    const { target, toShell, logOf } = createProcesses();
    await target.start(toShell('echo to stdout; echo to stderr >&2; printf größe🚀'), inline);
    await untilEnded(target, { token, work });
    expect(logOf()).toBe('to stdout\nto stderr\ngröße🚀');
  });
});

describe('the event of a process', () => {
  const keep = 'printf %s "$STP_TRIGGER_EVENT_DATA" > event; echo over > over';
  /** `STP_TRIGGER_EVENT_DATA=` and the NUL at its end leave this many bytes of 128 KiB. */
  const largest = 131_072 - 24;

  it('arrives whole inline at exactly the largest size, and goes by claim check from one byte more', async () => {
    const { target, toShell, folder, written } = createProcesses();
    const order = toShell(keep);
    const whole = `{"text":"ü${'x'.repeat(largest - 13)}"}`;
    expect(Buffer.byteLength(whole)).toBe(largest);
    expect(toTier({ ...order, event: whole }, target.limits)).toBe('inline');
    expect(toTier({ ...order, event: `${whole} ` }, target.limits)).toBe('claim-check');
    expect(await target.start(order, { tier: 'inline', text: whole })).toMatchObject({ kind: 'started' });
    await written('over');
    expect(readFileSync(join(folder, 'event'), 'utf8') === whole).toBe(true);
  });

  it('that is bigger by a byte would be refused by the system, and is not lost: the refusal says why', async () => {
    const { target, toShell } = createProcesses();
    const tooBig = 'x'.repeat(largest + 1);
    expect(await target.start(toShell(keep), { tier: 'inline', text: tooBig })).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected', reason: expect.stringContaining('more than this system takes') },
    });
  });

  it('that goes by claim check is a file which the job can read, with the hash that it is told', async () => {
    const { target, toShell, folder, written } = createProcesses();
    const event = JSON.stringify({ text: 'größe 🚀 '.repeat(200_000) });
    const payload = await createFolderPayloadStore(join(makeFolder(), 'payloads')).put(
      { id: runId, job: 'shell' },
      event,
    );
    const script = `
      echo "$STP_TRIGGER_EVENT_URI" > uri
      echo "$STP_TRIGGER_EVENT_SHA256" > sha
      cp "\${STP_TRIGGER_EVENT_URI#file://}" copy
      echo "$STP_TRIGGER_EVENT_DATA" > data
    `;
    await target.start(toShell(script), { tier: 'claim-check', payload });
    await untilEnded(target, { token, work });
    const copy = readFileSync(join(folder, 'copy'), 'utf8');
    expect(copy === event).toBe(true);
    expect(await written('sha')).toBe(createHash('sha256').update(copy).digest('hex'));
    expect(fileURLToPath(await written('uri'))).toBe(fileURLToPath(payload.uri));
    expect(JSON.parse(await written('data'))).toEqual({ claimCheck: payload });
  });
});

describe('a process that cannot be started', () => {
  const refused = async ({ target, toOrder }: Processes, command: readonly string[], work = {}) => {
    const answer = await target.start(toOrder(command, {}, work), inline);
    if (answer.kind !== 'refused') throw new Error(`it was not refused: ${JSON.stringify(answer)}`);
    return answer.cause;
  };

  it('because its command is not there is refused for good, with the command in the reason', async () => {
    const processes = createProcesses();
    expect(await refused(processes, ['no-such-command', '--help'])).toEqual({
      class: 'rejected',
      reason: `its command no-such-command was not found: not in ${processes.folder}, not in PATH`,
    });
    expect(await processes.target.describe([{ token, work }])).toMatchObject([{ state: 'never-started' }]);
  });

  it('because its command is not executable is refused for good', async () => {
    const processes = createProcesses();
    const path = join(processes.folder, 'notes.txt');
    writeFileSync(path, 'not a program', { mode: 0o600 });
    expect(await refused(processes, [path])).toEqual({
      class: 'rejected',
      reason: `its command ${path} may not be run: no permission, or not a program`,
    });
  });

  it('because its working directory is not there, or is a file, is refused for good', async () => {
    const processes = createProcesses();
    const missing = join(processes.folder, 'missing');
    expect(await refused(processes, ['true'], { directory: missing })).toEqual({
      class: 'rejected',
      reason: `its working directory ${missing} is not there`,
    });
    const file = createProcesses();
    writeFileSync(join(file.folder, 'file'), '');
    expect(await refused(file, ['true'], { directory: join(file.folder, 'file') })).toMatchObject({
      class: 'rejected',
    });
  });

  it.each([
    ['has no command', [], {}],
    ['has an empty command', [''], {}],
    ['has a NUL in an argument', ['echo', 'a\0b'], {}],
    ['has a NUL in its environment', ['true'], { environment: { BAD: 'a\0b' } }],
  ])('because it %s is refused for good', async (_name, command, work) => {
    const cause = await refused(createProcesses(), command, work);
    expect(cause.class).toBe('rejected');
    expect(cause.reason.length).toBeGreaterThan(10);
  });

  it('as it is no process at all is refused for good', async () => {
    const { target, toShell } = createProcesses();
    const order = { ...toShell('true'), work: { target: 'none', reason: 'no command' } } as const;
    expect(await target.start(order, inline)).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected' },
    });
  });
});
