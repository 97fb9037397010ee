import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHome } from '../../shared/local/home.ts';
import { shell } from '../local/dev.ts';
import { createCommandLine } from './signalbox.ts';

const { run, runWith, makeProject, makeFolder, close } = createCommandLine();
afterAll(close);

const inputOf = (text: string) => JSON.parse(text).records[0].data.input;
const jobs = {
  echo: shell('printf "%s" "$STP_TRIGGER_EVENT_DATA" > event.json'),
  failing: shell('exit 3'),
  impossible: { ...shell(''), local: { command: ['no-such-program-here'] } },
  astray: { ...shell(''), local: { command: ['true'], workingDirectory: 'nowhere' } },
  'cloud-only': {
    target: 'fargate',
    container: { image: 'ghcr.io/acme/train:7' },
    resources: { cpu: 0.5, memory: 1024 },
    events: [{ type: 'manual' }],
  },
  scheduled: {
    ...shell('true'),
    events: [{ type: 'schedule', properties: { scheduleRate: 'rate(1 day)' } }],
  },
};

describe('signalbox invoke without a router', () => {
  let folder: string;
  beforeAll(() => {
    folder = makeProject(jobs);
  });

  it('runs the job to its end, with its event from a file', async () => {
    writeFileSync(join(folder, 'input.json'), '{"sku":7,"note":"é"}');
    const { code, stdout } = await run(folder, 'invoke', 'echo', '--event', 'input.json', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      runId: expect.stringMatching(/^[0-9a-z]{26}$/),
      job: 'echo',
      status: 'succeeded',
      attempts: [{ attempt: 1, status: 'succeeded' }],
    });
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(inputOf(readFileSync(join(folder, 'event.json'), 'utf8'))).toEqual({ sku: 7, note: 'é' });
  });

  it('takes the event from stdin, or none, and prints a table', async () => {
    const piped = await runWith(folder, '[1,2]', 'invoke', 'echo', '--event', '-');
    expect(piped.code).toBe(0);
    expect(inputOf(readFileSync(join(folder, 'event.json'), 'utf8'))).toEqual([1, 2]);
    const [head, line] = piped.stdout.split('\n');
    expect(head?.trim().split(/ {2,}/)).toEqual([
      'RUN',
      'JOB',
      'STATUS',
      'ATTEMPTS',
      'SOURCE',
      'AGE',
      'TOOK',
      'REASON',
    ]);
    expect(line).toMatch(/^[0-9a-z]{10} {2}echo {2}succeeded {2}1 of 1 {4}manual {2}/);
    const without = await run(folder, 'invoke', 'echo');
    expect(without.code).toBe(0);
    expect(inputOf(readFileSync(join(folder, 'event.json'), 'utf8'))).toBeNull();
  });

  it.each([
    ['failing', { class: 'exit-code', reason: 'exited with code 3', exitCode: 3 }],
    [
      'impossible',
      {
        class: 'rejected',
        reason: 'its command no-such-program-here was not found: not in FOLDER, not in PATH',
      },
    ],
    ['astray', { class: 'rejected', reason: 'its working directory FOLDER/nowhere is not there' }],
    [
      'cloud-only',
      {
        class: 'rejected',
        reason:
          "job cloud-only has no local.command in jobs.yml, so its fargate target can't be stood in for on this machine",
      },
    ],
  ])('exits 3 when the run fails, and says why: %s', async (job, cause) => {
    const { code, stdout, stderr } = await run(folder, 'invoke', job, '--json');
    expect(code).toBe(3);
    const run1 = JSON.parse(stdout);
    expect(run1).toMatchObject({ job, status: 'failed' });
    expect(run1.cause).toEqual({ ...cause, reason: cause.reason.replace('FOLDER', folder) });
    const logged = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(logged.at(-1)).toMatchObject({ job, runId: run1.runId });
  });

  it('exits 2 for a job that cannot be started so, and says which there are', async () => {
    const [unknown, scheduled] = await Promise.all([
      run(makeProject(jobs), 'invoke', 'eco'),
      run(makeProject(jobs), 'invoke', 'scheduled'),
    ]);
    expect([unknown.code, scheduled.code]).toEqual([2, 2]);
    expect(unknown.stderr).toContain(
      'no job is named eco; jobs.yml has echo, failing, impossible, astray, cloud-only, scheduled',
    );
    expect(scheduled.stderr).toContain(
      'job scheduled is not started by hand: add "- type: manual" to its events',
    );
  });

  it('exits 2 for an event that is no JSON or no file, and starts nothing', async () => {
    const other = makeProject(jobs);
    writeFileSync(join(other, 'broken.json'), '{"sku":');
    const broken = await run(other, 'invoke', 'echo', '--event', 'broken.json');
    expect([broken.code, broken.stdout]).toEqual([2, '']);
    expect(broken.stderr).toContain('error: broken.json is not JSON: ');
    writeFileSync(join(other, 'bytes.json'), Buffer.from([0x22, 0xff, 0x22]));
    const bytes = await run(other, 'invoke', 'echo', '--event', 'bytes.json');
    expect([bytes.code, bytes.stdout]).toEqual([2, '']);
    expect(bytes.stderr).toContain('error: bytes.json is not JSON: ');
    const piped = await runWith(other, '', 'invoke', 'echo', '--event', '-');
    expect([piped.code, piped.stdout]).toEqual([2, '']);
    expect(piped.stderr).toContain('error: stdin is not JSON: ');
    const missing = await run(other, 'invoke', 'echo', '--event', 'nothing.json');
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toContain("error: nothing.json can't be read: ENOENT");
    expect(existsSync(toHome(other).path)).toBe(false);
  });

  it('exits 2 for an event that is nested too deeply', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const { code, stderr } = await runWith(makeProject(jobs), deep, 'invoke', 'echo', '--event', '-');
    expect(code).toBe(2);
    expect(stderr).toContain('nested too deeply');
    expect(stderr).not.toContain('    at ');
  });
});

describe.concurrent('a ledger that cannot be used', () => {
  it.each([
    [
      'no SQLite file',
      (path: string) =>
        writeFileSync(path, 'a shopping list, which is no SQLite file whatever way it is looked at'),
      'is not an SQLite file: move it away, and a new ledger is made',
    ],
    [
      'an SQLite file of something else',
      (path: string) => change(path, 'CREATE TABLE shopping (item TEXT)'),
      'is an SQLite file of something else',
    ],
    [
      'of a newer format',
      (path: string) =>
        change(
          path,
          `PRAGMA application_id = ${0x53494742}; PRAGMA user_version = 99; CREATE TABLE runs (id TEXT)`,
        ),
      'has format 99, this Signalbox knows formats up to 3: use the newer Signalbox that wrote it',
    ],
    ['a folder', (path: string) => mkdirSync(path), 'the ledger '],
  ])('exits 5: %s', async (_what, make, message) => {
    const folder = makeProject(jobs);
    const home = toHome(folder);
    mkdirSync(home.path);
    make(home.ledger);
    for (const parameters of [
      ['invoke', 'echo'],
      ['runs', 'list'],
    ]) {
      const { code, stdout, stderr } = await run(folder, ...parameters);
      expect([code, stdout]).toEqual([5, '']);
      expect(stderr).toContain(home.ledger);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('    at ');
    }
  });

  it('exits 5 where no folder for it can be made', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'jobs.yml'), JSON.stringify({ service: 'shop', jobs }));
    writeFileSync(join(folder, '.signalbox'), 'mine');
    const { code, stderr } = await run(folder, 'invoke', 'echo');
    expect(code).toBe(5);
    expect(stderr).toContain(`${folder}/.signalbox`);
    expect(stderr).not.toContain('    at ');
  });
});

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}
