import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { graceMs, inHandfuls } from '../../shared/router/handfuls.ts';
import type { Due } from '../../shared/runs/ledger.ts';
import { start } from '../support/draft.ts';

const toPage = (name: string, count: number): readonly Due[] =>
  Array.from({ length: count }, (_, number) => ({ id: `${name}${number}`, at: start }));
const seconds = () => (Date.now() - start) / 1000;
const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Work that takes so many seconds, and when it was begun and how often. */
function toWork(secondsOf: (id: string) => number) {
  const begun = new Map<number, number>();
  const work = async ({ id }: Due) => {
    begun.set(seconds(), (begun.get(seconds()) ?? 0) + 1);
    await pass(secondsOf(id) * 1000);
    if (id.startsWith('bad')) throw new Error('no answer');
  };
  return { begun, work };
}

/** What came of it, after how many seconds, and what was warned of. */
async function runAll(
  pages: AsyncIterable<readonly Due[]> | Iterable<readonly Due[]>,
  work: (due: Due) => Promise<unknown>,
  endBy = start + 60_000,
  waitSeconds = 200,
) {
  const warned: string[] = [];
  const warn = (id: string, problem: string) => void warned.push(`${id}: ${problem}`);
  const outcome = inHandfuls(pages, work, { endBy, now: Date.now, warn }).then(
    (value) => ({ ...value, after: seconds() }),
    (error: Error) => ({ thrown: error.message, after: seconds() }),
  );
  await vi.advanceTimersByTimeAsync(waitSeconds * 1000);
  return { outcome: await Promise.race([outcome, Promise.resolve('under way')]), warned };
}

describe('work on many runs', () => {
  beforeEach(() => void vi.useFakeTimers({ now: start }));
  afterEach(() => void vi.useRealTimers());

  it('is done a hundred at a time, one handful after the other while they are quick', async () => {
    const { begun, work } = toWork(() => 1);
    const { outcome } = await runAll([toPage('a', 150), toPage('b', 20)], work);
    expect(outcome).toEqual({ done: 170, failed: 0, isComplete: true, after: 3 });
    expect([...begun]).toEqual([
      [0, 100],
      [1, 50],
      [2, 20],
    ]);
  });

  it('goes on with the next handful after two seconds, beside one that is slow, and waits for it in the end', async () => {
    const { begun, work } = toWork((id) => (id.startsWith('bad') ? 10 : 0));
    const { outcome, warned } = await runAll([toPage('bad', 200), toPage('b', 20)], work);
    expect(outcome).toEqual({ done: 20, failed: 200, isComplete: true, after: 12 });
    expect([...begun]).toEqual([
      [0, 100],
      [2, 100],
      [4, 20],
    ]);
    expect(warned).toHaveLength(200);
    expect(warned[0]).toBe('bad0: the sweep could not look after it: no answer');
  });

  it('is not begun once the time is up', async () => {
    const { begun, work } = toWork(() => 1);
    const { outcome } = await runAll([toPage('a', 300)], work, start + 2000);
    expect(outcome).toEqual({ done: 200, failed: 0, isComplete: false, after: 2 });
    expect([...begun.keys()]).toEqual([0, 1]);
  });

  it('is waited for however long it takes, so that nothing is under way in the end', async () => {
    const { work } = toWork((id) => (id === 'a0' ? 190 : 44));
    const { outcome } = await runAll([toPage('a', 2)], work, start + 1000);
    expect(outcome).toEqual({ done: 2, failed: 0, isComplete: true, after: 190 });
  });

  it('is named once it takes longer than the grace, as the function may end before it does', async () => {
    const { work } = toWork((id) => (id === 'a0' ? 1000 : 44));
    const { outcome, warned } = await runAll([toPage('a', 2)], work, start + 1000, 1 + graceMs / 1000);
    expect(outcome).toBe('under way');
    expect(warned).toEqual(['a0: the sweep still waits for it, and may be cut off']);
  });

  it('is done as far as it was begun when there is no next page to be had', async () => {
    const { begun, work } = toWork(() => 10);
    async function* pages() {
      yield toPage('a', 3);
      throw new Error('the ledger is away');
    }
    const { outcome } = await runAll(pages(), work);
    expect(outcome).toEqual({ thrown: 'the ledger is away', after: 10 });
    expect([...begun]).toEqual([[0, 3]]);
  });

  it('of no runs is done at once', async () => {
    const { outcome } = await runAll([[]], () => Promise.reject(new Error('never called')));
    expect(outcome).toEqual({ done: 0, failed: 0, isComplete: true, after: 0 });
  });

  it('leaves no timer behind', async () => {
    const outcome = inHandfuls([toPage('a', 3)], async () => {}, {
      endBy: start + 60_000,
      now: Date.now,
      warn: () => {},
    });
    expect((await outcome).done).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});
