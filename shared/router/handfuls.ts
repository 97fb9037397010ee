import type { Due } from '../runs/ledger.ts';
import type { EpochMs } from '../runs/run.ts';
import { toMessage } from '../to-message.ts';

export type HandfulsHow = {
  /** Nothing is begun after that. */
  readonly endBy: EpochMs;
  readonly now: () => EpochMs;
  readonly warn: (runId: string, problem: string) => void;
};

export type Outcome = {
  readonly done: number;
  readonly failed: number;
  /** false: the time was up before everything was begun, or before all of it was done. */
  readonly isComplete: boolean;
};

/** Runs that are worked on at a time, as many as a service describes in one call. */
export const together = 100;
/** So long one handful is waited for; then the next is begun beside it, as it may be of a service that doesn't answer. */
const patienceMs = 2_000;
/**
 * What is under way at the end is waited for so long. A start that is repeated takes most: twenty seconds for its turn,
 * two calls of ten seconds to look for what it started, and its outcome is saved. What takes longer still, as going
 * through all builds of a large project may, is cut off as by the end of a function: the ledger says when it's due again.
 */
export const graceMs = 45_000;

/**
 * Does the work on the runs of each page, a hundred at a time. One that fails, or is not done in the end, is warned of
 * and counted as failed: it's due still, and found by the next pass. Throws what reading the pages throws, once what
 * was begun is done.
 */
export async function inHandfuls(
  pages: AsyncIterable<readonly Due[]> | Iterable<readonly Due[]>,
  work: (due: Due) => Promise<unknown>,
  { endBy, now, warn }: HandfulsHow,
): Promise<Outcome> {
  const begun: Promise<unknown>[] = [];
  const underWay = new Set<string>();
  let done = 0;
  let failed = 0;
  let isComplete = true;
  try {
    isComplete = await beginAll();
  } finally {
    await within(endBy + graceMs - now(), Promise.all(begun));
    for (const id of underWay) warn(id, 'the sweep waits for it no longer');
  }
  return { done, failed: failed + underWay.size, isComplete: isComplete && underWay.size === 0 };

  async function beginAll(): Promise<boolean> {
    for await (const page of pages) {
      for (let next = 0; next < page.length; next += together) {
        if (now() >= endBy) return false;
        const handful = Promise.all(page.slice(next, next + together).map(follow));
        begun.push(handful);
        await within(patienceMs, handful);
      }
    }
    return true;
  }

  async function follow(due: Due): Promise<void> {
    underWay.add(due.id);
    try {
      await work(due);
      done++;
    } catch (error) {
      failed++;
      warn(due.id, `the sweep could not look after it: ${toMessage(error)}`);
    } finally {
      underWay.delete(due.id);
    }
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(ms, 0));
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
