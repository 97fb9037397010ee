import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunsAccess } from '../../cli/access.ts';
import { findRun, waitForEnd } from '../../cli/history.ts';
import { findReplayable, findRuns } from '../../cli/matching.ts';
import type { Draft } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { toDraft, toRun } from '../support/draft.ts';
import { until } from '../support/until.ts';

/** A place with runs, whose jobs.yml has the jobs below. */
export type Place = {
  readonly open: () => Promise<RunsAccess>;
  readonly seed: (draft: Draft) => Promise<void>;
  /** What the first attempt of a run that was seeded writes. */
  readonly write: (run: Run, ...lines: readonly string[]) => void;
  readonly close: () => Promise<void>;
};

const shell = (line: string) => ({
  target: 'process',
  local: { command: ['sh', '-c', line] },
  events: [{ type: 'manual' }],
});

export const contractJobs = { quick: shell('true'), endless: { ...shell('sleep 60'), stopTimeout: 1 } };

/** What the command line can rely on, wherever the runs are. */
export function testRunsAccess(name: string, startPlace: () => Promise<Place>): void {
  describe(`runs ${name}`, () => {
    let place: Place;
    let access: RunsAccess;
    beforeAll(async () => {
      place = await startPlace();
      for (const draft of drafts) await place.seed(draft);
      const opened = await place.open();
      access = { ...opened, lookMs: 20 };
    });
    afterAll(async () => {
      await access?.close();
      await place?.close();
    });

    it('are found by the beginning of an id, if it is the only one', async () => {
      expect(await findRun(access, 'aa2')).toMatchObject({ id: toId('aa2'), status: 'failed' });
      await expect(findRun(access, 'aa')).rejects.toMatchObject({ exitCode: 2 });
      await expect(findRun(access, 'zz')).rejects.toMatchObject({ exitCode: 4 });
      await expect(findRun(access, 'ZZ')).rejects.toMatchObject({ exitCode: 2 });
    });

    it('come with their events', async () => {
      expect(await access.ledger.loadEvent(toId('aa1'))).toBe('{"sku":7}');
    });

    it('are listed newest first, by job, status and time', async () => {
      expect(await list({ jobs: ['word-index'] })).toEqual(['aa3', 'aa2', 'aa1']);
      expect(await list({ jobs: ['word-index'], statuses: ['failed'] })).toEqual(['aa3', 'aa2']);
      expect(await list({ jobs: ['word-index'], since: start + 2000 })).toEqual(['aa3', 'aa2']);
      expect(await list({ jobs: ['word-index'], until: start + 2000 })).toEqual(['aa2', 'aa1']);
    });

    it('are no more than was asked for', async () => {
      const { runs, hasMore } = await findRuns(access, { jobs: ['word-index'] }, 2);
      expect([runs.map(({ id }) => id.slice(0, 3)), hasMore]).toEqual([['aa3', 'aa2'], true]);
    });

    it('that were replayed are not found for a replay', async () => {
      const found = await findReplayable(access, { jobs: ['rows'], statuses: ['failed'] }, 10, 'monday');
      expect(found.runs.map(({ id }) => id.slice(0, 3))).toEqual(['bb2']);
      expect(found).toMatchObject({ replayed: 1, eventless: 1, hasMore: false });
    });

    it('are started by hand, and end', async () => {
      const commands = await access.openCommands();
      const id = await commands.invoke('quick', { sku: 7 });
      await commands.go();
      expect(await waitForEnd(access, id)).toMatchObject({ job: 'quick', status: 'succeeded' });
      const event = JSON.parse((await access.ledger.loadEvent(id)) ?? '');
      expect(event.records[0].data).toEqual({ input: { sku: 7 } });
    });

    it('of a job that there is none of are not started', async () => {
      const commands = await access.openCommands();
      await expect(commands.invoke('quack', null)).rejects.toThrow('no job is named quack');
    });

    it('are cancelled, and end at their target', async () => {
      const commands = await access.openCommands();
      const id = await commands.invoke('endless', null);
      await commands.go();
      await until('it runs', async () => (await access.ledger.load(id))?.status === 'running');
      await commands.cancel(id);
      expect(await waitForEnd(access, id)).toMatchObject({ status: 'cancelled' });
      await commands.cancel(id);
      expect((await access.ledger.load(id))?.status).toBe('cancelled');
    });

    it('are replayed once for a request, with their own event or another', async () => {
      const commands = await access.openCommands();
      const original = await commands.invoke('quick', { sku: 7 });
      await commands.go();
      await waitForEnd(access, original);
      const again = await commands.replay(original, 'monday');
      expect(await commands.replay(original, 'monday')).toBe(again);
      const edited = await commands.replay(original, 'tuesday', { sku: 8 });
      await commands.go();
      expect(new Set([original, again, edited]).size).toBe(3);
      for (const id of [again, edited]) {
        expect(await waitForEnd(access, id)).toMatchObject({ replayOf: original, status: 'succeeded' });
      }
      const events = await Promise.all([original, again, edited].map((id) => access.ledger.loadEvent(id)));
      expect(events).toEqual([events[0], events[0], '{"sku":8}']);
    });

    it('that there are none of are neither cancelled nor replayed', async () => {
      const commands = await access.openCommands();
      const problem = { exitCode: 4, message: expect.stringContaining(toId('zz')) };
      await expect(commands.cancel(toId('zz'))).rejects.toMatchObject(problem);
      await expect(commands.replay(toId('zz'), 'monday')).rejects.toMatchObject(problem);
    });

    it('of a job that is gone are not replayed', async () => {
      const commands = await access.openCommands();
      await expect(commands.replay(toId('aa1'), 'monday')).rejects.toThrow(
        /job word-index is not in jobs.yml any more/i,
      );
    });

    it('have logs, which are read on from where they were left', async () => {
      const run = await findRun(access, 'aa1');
      const log = access.openLog(run, 1);
      if (log === undefined || !('read' in log)) throw new Error('it has no log');
      expect(await readAll(log.read())).toBe('');
      place.write(run, 'one', 'two');
      expect(await readAll(log.read())).toBe('one\ntwo\n');
      expect(await readAll(log.read())).toBe('');
      place.write(run, 'three');
      expect(await readAll(log.read())).toBe('three\n');
      expect(access.openLog(run, 2)).toBeUndefined();
    });

    async function list(query: Parameters<typeof findRuns>[1]): Promise<readonly string[]> {
      const { runs } = await findRuns(access, query, 10);
      return runs.map(({ id }) => id.slice(0, 3));
    }
  });
}

async function readAll(chunks: AsyncGenerator<string | Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

/** An hour ago: what is much older, a ledger may have forgotten. */
const start = Date.now() - 3_600_000;

const attempt: Run['attempts'][number] = {
  number: 1,
  askedAt: start + 1000,
  startBy: start + 61_000,
  start: {
    number: 1,
    token: `${toId('aa1')}-1-1`,
    askedAt: start + 1000,
    deadlineAt: start + 121_000,
    unknownAnswers: 0,
  },
  refusals: 0,
  interruptions: 0,
  startedAt: start + 1000,
  endedAt: start + 2000,
  details: { logGroup: '/jobs/word-index', logStream: 'job/1' },
};

const drafts: readonly Draft[] = [
  seeded('aa1', { createdAt: start + 1000, status: 'succeeded', attempts: [attempt] }),
  seeded('aa2', { createdAt: start + 2000 }),
  seeded('aa3', { createdAt: start + 3000 }),
  seeded('bb1', { createdAt: start + 1000, job: 'rows' }),
  seeded('bb2', { createdAt: start + 2000, job: 'rows', replayOf: toId('bb1') }),
  seeded('bb3', { createdAt: start + 3000, job: 'rows', cause: { class: 'bad-event', reason: 'no JSON' } }),
];

function seeded(prefix: string, change: Partial<Run>): Draft {
  const { run } = toDraft({
    ...toRun({ status: 'failed', endedAt: start + 4000 }),
    id: toId(prefix),
    ...change,
  });
  return { run, event: '{"sku":7}', claims: [] };
}

function toId(prefix: string): string {
  return prefix.padEnd(26, '0');
}
