import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toRunId } from '../../shared/runs/identity.ts';
import type { Run } from '../../shared/runs/run.ts';
import { shell, startTestDev, type TestDev } from '../local/dev.ts';
import { toDraft } from '../support/draft.ts';
import { runHere } from './here.ts';
import { hasControlCharacters } from './signalbox.ts';

const jobs = {
  quick: shell('true'),
  slow: shell('true'),
  busy: shell('true'),
  plain: shell('true'),
  twin: shell('true'),
};
const hour = 3_600_000;
const start = Date.now() - hour;
let dev: TestDev;
let seeded = 0;

beforeAll(async () => {
  dev = await startTestDev({ jobs });
});
afterAll(() => dev.remove());

const replay = (words: string, ask?: (question: string) => Promise<boolean>) =>
  runHere(dev.folder, ['runs', 'replay', ...words.split(' ').filter(Boolean)], ask);

describe('replaying what a filter finds', () => {
  it.each([
    ['', 'say which runs are to be replayed: name them by their ids, or add --job or --status'],
    ['--since 2h', 'that would be runs of every job: say which runs'],
    ['--limit 1000 --yes', 'that would be runs of every job: say which runs'],
    ['abc --status failed', 'named by their ids or found by a filter, not both'],
    ['--status running', "runs that are running can't be replayed: --status is one of succeeded, failed"],
    ['--job quick --event x.json', '--event is for one run: name it by its id'],
    ['--job quick --limit 1001', 'It is a whole number from 1 to 1000.'],
    ['--job quick --until soon', 'or a time such as 2026-11-20T10:00Z'],
    ['--job quick --request-id =', 'It is 1 to 100 letters, digits'],
    ['--job quick --profile x', '--profile is about a stage: name one with --stage'],
  ])('is refused when it says too little or too much: %s', async (words, message) => {
    const { code, stdout, stderr } = await replay(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('shows the runs and does nothing without a yes', async () => {
    const runs = [await seed('quick', 'failed'), await seed('quick', 'timed-out')];
    const unasked = await replay('--job quick');
    expect([unasked.code, unasked.stdout]).toEqual([2, '']);
    expect(unasked.stderr).toContain(
      `"Replay 2 runs?" can't be asked without a terminal, and nothing was done`,
    );
    for (const { id } of runs) expect(unasked.stderr).toContain(id.slice(0, 10));
    const questions: string[] = [];
    const refused = await replay('--job quick', async (question) => {
      questions.push(question);
      return false;
    });
    expect(questions).toEqual(['Replay 2 runs?']);
    expect(refused).toMatchObject({ code: 0, stdout: '' });
    expect(refused.stderr).toMatch(/nothing was done\n$/);
    expect(await replaysOf('quick')).toEqual([]);
  });

  it('starts each once, the oldest first, and leaves them out the next time', async () => {
    const old = await seed('slow', 'failed', { createdAt: start - hour });
    const bad = await seed('slow', 'failed', { cause: { class: 'bad-event', reason: 'no JSON' } });
    const ended = await seed('slow', 'succeeded');
    const younger = await seed('slow', 'failed');
    const words = '--status failed,timed-out --job slow --since 3h --request-id monday';
    const { code, stdout, stderr } = await replay(`${words} --json`, async () => true);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { runId: toRunId('slow', `replay:${old.id}`, 'monday'), replayOf: old.id },
      { runId: toRunId('slow', `replay:${younger.id}`, 'monday'), replayOf: younger.id },
    ]);
    expect(stderr).toContain('1 run is left out: there was no event that a job could be given');
    const ids = [old, younger].map(({ id }) => id.slice(0, 10)).join(' ');
    expect(stderr).toContain(
      `if this is cut off, go on with\nsignalbox runs replay ${ids} --request-id monday\n`,
    );
    expect(stderr).not.toContain(ended.id.slice(0, 10));
    expect(stderr).not.toContain(bad.id.slice(0, 10));
    const again = await replay(`${words.replace('monday', 'tuesday')} --yes`);
    expect(again).toMatchObject({ code: 0, stdout: '' });
    expect(again.stderr).toContain('no runs match\n2 runs are left out: replayed before\n');
    expect(await replaysOf('slow')).toHaveLength(2);
  });

  it('says how to go on when it is cut off, which starts the same ones, and none of them twice', async () => {
    for (let count = 0; count < 2; count++) await seed('busy', 'failed');
    // It was accepted between the two that are shown, and fails once they were.
    const between = await seed('busy', 'running');
    await seed('busy', 'failed');
    const first = await replay('--job busy --limit 2 --yes');
    expect(first.stderr).toContain('there are more: the same command takes the next ones');
    await dev.local.ledger.save({ ...between, status: 'failed', endedAt: Date.now() });
    const [, words = ''] = /go on with\nsignalbox runs replay (.+)\n/.exec(first.stderr) ?? [];
    const second = await replay(`${words} --json`);
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('left out');
    const replays = await replaysOf('busy');
    const idsOf = (runs: readonly { readonly runId: string }[]) => runs.map(({ runId }) => runId).sort();
    expect(idsOf(JSON.parse(second.stdout))).toEqual(idsOf(replays));
    expect(new Set(replays.map(({ replayOf }) => replayOf)).size).toBe(2);
  });

  it('makes one replay of each when two commands find the same runs at once', async () => {
    const runs = [await seed('twin', 'failed'), await seed('twin', 'failed')];
    const both = Promise.withResolvers<boolean>();
    let asked = 0;
    // Neither has begun when the other has found its runs.
    const ask = () => {
      asked += 1;
      if (asked === 2) both.resolve(true);
      return both.promise;
    };
    const words = '--job twin --status failed --json';
    const [one, two] = await Promise.all([replay(words, ask), replay(words, ask)]);
    const idsOf = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout).map(({ runId }: { runId: string }) => runId);
    expect(idsOf(one)).toEqual(idsOf(two));
    expect(await replaysOf('twin')).toHaveLength(2);
    // Whoever means another one names the run.
    const again = await replay(`${runs[0]?.id} --json`);
    expect(again.code).toBe(0);
    expect(idsOf(one)).not.toContain(idsOf(again)[0]);
    expect(await replaysOf('twin')).toHaveLength(3);
  });

  it('goes on after one that can not be replayed, and exits 1', async () => {
    const gone = await seed('gone', 'failed');
    const more = await seed('plain', 'failed');
    const { code, stdout, stderr } = await replay('--job gone plain --yes --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ replayOf: more.id }]);
    expect(stderr).toMatch(new RegExp(`${gone.id}: job gone is not in jobs.yml any more`, 'i'));
  });
});

describe('replaying one run', () => {
  it('with the same request id is one replay', async () => {
    const { id } = await seed('plain', 'failed');
    const [one, two] = [
      await replay(`${id} --request-id a --json`),
      await replay(`${id} --request-id a --json`),
    ];
    expect(JSON.parse(one.stdout)[0].runId).toBe(JSON.parse(two.stdout)[0].runId);
    const three = await replay(`${id} --json`);
    expect(JSON.parse(three.stdout)[0].runId).not.toBe(JSON.parse(one.stdout)[0].runId);
  });

  it('gives the job an edited event', async () => {
    const { id } = await seed('plain', 'failed');
    writeFileSync(join(dev.folder, 'edited.json'), '{"sku":8}');
    const { stdout } = await replay(`${id} --event edited.json --wait --json`);
    const [{ runId, status }] = JSON.parse(stdout);
    expect(status).toBe('succeeded');
    expect(await dev.local.ledger.loadEvent(runId)).toBe('{"sku":8}');
    writeFileSync(join(dev.folder, 'long.json'), '{"sku":12345678901234567890}');
    const long = JSON.parse((await replay(`${id} --event long.json --json`)).stdout);
    expect(await dev.local.ledger.loadEvent(long[0].runId)).toBe('{"sku":"12345678901234567890"}');
    writeFileSync(join(dev.folder, 'broken.json'), '{"sku":');
    const broken = await replay(`${id} --event broken.json`);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain('error: broken.json is not JSON');
  });

  it('that has no event is refused, and its reason moves no cursor', async () => {
    const { id } = await seed('plain', 'failed', {
      cause: { class: 'bad-event', reason: '\u001b[2Jno JSON' },
    });
    const { code, stderr } = await replay(id);
    expect(code).toBe(1);
    expect(stderr).toContain('has no event that a job could be given: no JSON');
    expect(hasControlCharacters(stderr)).toBe(false);
  });

  it('that is named twice is one replay', async () => {
    const { id } = await seed('plain', 'failed');
    const { stdout } = await replay(`${id} ${id} --json`);
    expect(JSON.parse(stdout)).toHaveLength(1);
  });
});

async function seed(job: string, status: Run['status'], change: Partial<Run> = {}): Promise<Run> {
  const number = ++seeded;
  const id = `${number.toString(36)}x`.padStart(10, '0').padEnd(26, '0');
  const draft = toDraft({ id, job, status, createdAt: start + number, endedAt: start + number, ...change });
  await dev.local.ledger.accept(draft, (run) => run);
  return draft.run;
}

async function replaysOf(job: string) {
  return (await dev.list(`?job=${job}&limit=100`)).filter(({ replayOf }) => replayOf !== undefined);
}
