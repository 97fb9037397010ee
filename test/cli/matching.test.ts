import { expect, it } from 'vitest';
import { findReplayable } from '../../cli/matching.ts';
import { toReplayId } from '../../shared/runs/identity.ts';
import { type Ledger, LedgerError, type RunFilter, type RunPage } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { start, toRun, toRunId } from '../support/draft.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';

const failed = { statuses: ['failed'], until: start } as const;

it('a replay that was cut off is gone on with by the same runs, under its request id', async () => {
  const runs = toFailed(5);
  const access = { ledger: toLedger(runs) };
  const agreed = await findReplayable(access, failed, 3, 'monday');
  expect(agreed).toMatchObject({ hasMore: true, replayed: 0 });
  expect(agreed.runs.map(({ createdAt }) => createdAt)).toEqual([start, start - 1, start - 2]);
  for (const run of agreed.runs.slice(1)) runs.unshift(toReplayOf(run, 'monday'));

  expect(await findReplayable(access, failed, 3, 'monday')).toEqual(agreed);
  const others = await findReplayable(access, failed, 3, 'tuesday');
  expect(others).toMatchObject({ hasMore: false, replayed: 2 });
  expect(others.runs.map(({ createdAt }) => createdAt)).toEqual([start, start - 3, start - 4]);
});

it('a run that was replayed under another request id too is left out', async () => {
  const runs = toFailed(1);
  const [run] = runs;
  if (run !== undefined) runs.unshift(toReplayOf(run, 'monday'), toReplayOf(run, 'sunday'));
  expect(await findReplayable({ ledger: toLedger(runs) }, failed, 3, 'monday')).toMatchObject({
    runs: [],
    replayed: 1,
  });
});

it('without a request id, every run that was replayed is left out', async () => {
  const runs = toFailed(2);
  const [run] = runs;
  if (run !== undefined) runs.unshift(toReplayOf(run, 'filter'));
  const found = await findReplayable({ ledger: toLedger(runs) }, failed, 3, undefined);
  expect(found.runs.map(({ createdAt }) => createdAt)).toEqual([start - 1]);
  expect(found.replayed).toBe(1);
});

it('a run that was stopped as a loop is found, as it keeps its event; one without an event is counted', async () => {
  const bad = { class: 'bad-event', reason: 'it is no event' } as const;
  const [loop, largeLoop, unreadable] = [
    { hops: 7, cause: bad },
    { hops: 7, cause: bad, tooLarge: true },
    { cause: bad },
  ].map((change, age) =>
    toRun({ id: toRunId(age), status: 'failed', createdAt: start - age, ...change } as Partial<Run>),
  );
  const runs = [loop, largeLoop, unreadable].filter((run) => run !== undefined);
  const found = await findReplayable({ ledger: toLedger(runs) }, failed, 3, 'monday');
  expect(found).toEqual({ runs: [loop], hasMore: false, replayed: 0, eventless: 2 });
});

it('the next ones are found behind five thousand that were all replayed', async () => {
  const runs = toFailed(5002);
  const replays = runs.slice(0, 5000).map((run) => toReplayOf(run, 'sunday'));
  const access = { ledger: toLedger([...replays, ...runs]) };
  const { runs: found, ...rest } = await findReplayable(access, failed, 1, 'monday');
  expect(found.map(({ createdAt }) => createdAt)).toEqual([start - 5000]);
  expect(rest).toEqual({ hasMore: true, replayed: 5000, eventless: 0 });
});

it('no more is looked through than is needed', async () => {
  const pages: RunFilter[] = [];
  const ledger = toLedger(toFailed(6000), (filter) => pages.push(filter));
  const { runs, hasMore } = await findReplayable({ ledger }, failed, 10, 'monday');
  expect([runs.length, hasMore]).toEqual([10, true]);
  expect(pages.filter(({ statuses }) => statuses !== undefined)).toHaveLength(10);
});

it('no replay is tried where it can not be told what was replayed', async () => {
  const replayable = toRun({ id: toRunId(1), status: 'failed', createdAt: 1 });
  const others = Array.from({ length: 500 }, (_, number) => toRun({ id: toRunId(number + 2) }));
  const ledger: Ledger = {
    ...createMemoryLedger(() => 0),
    // 20,500 younger runs, in 41 pages.
    async list({ statuses, after = '0' }: RunFilter) {
      if (statuses !== undefined) return { runs: [replayable] };
      return { runs: others, ...(Number(after) < 40 && { next: String(Number(after) + 1) }) };
    },
  };
  await expect(findReplayable({ ledger }, { statuses: ['failed'] }, 10, 'monday')).rejects.toThrow(
    'word-index had more than 20000 runs since 1970-01-01T00:00:00.001Z, too many to tell which of them are replays',
  );
});

it('what the ledger can not tell is not taken for nothing', async () => {
  const ledger: Ledger = {
    ...createMemoryLedger(() => 0),
    list: async () => Promise.reject(new LedgerError('no network')),
  };
  await expect(findReplayable({ ledger }, failed, 1, 'monday')).rejects.toThrow('no network');
});

/** The newest first, a millisecond between them. */
function toFailed(count: number): Run[] {
  return Array.from({ length: count }, (_, age) =>
    toRun({ id: toRunId(age), status: 'failed', createdAt: start - age, endedAt: start }),
  );
}

function toReplayOf(run: Run, requestId: string): Run {
  return toRun({ id: toReplayId(run, requestId), status: 'queued', createdAt: start + 1, replayOf: run.id });
}

/** Of runs that are in order already: the memory ledger takes its time for so many. */
function toLedger(runs: readonly Run[], asked: (filter: RunFilter) => void = () => {}): Ledger {
  return {
    ...createMemoryLedger(() => start),
    async list(filter: RunFilter): Promise<RunPage> {
      asked(filter);
      const { statuses, since = 0, limit, after = '0' } = filter;
      const found = runs.filter(
        ({ status, createdAt }) => (statuses?.includes(status) ?? true) && createdAt >= since,
      );
      const end = Number(after) + limit;
      return { runs: found.slice(Number(after), end), ...(end < found.length && { next: String(end) }) };
    },
  };
}
