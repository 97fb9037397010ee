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
  /** false: the time was up before everything was begun. */
  readonly isComplete: boolean;
};

/** Runs that are worked on at a time, as many as a service describes in one call. */
export const together = 100;
/** So long one handful is waited for; then the next is begun beside it, as it may be of a service that doesn't answer. */
const patienceMs = 2_000;
/**
 * What is under way at the end takes so long at most. The longest is a start that is repeated at CodeBuild: twenty
 * seconds for its turn, ten for the call, eighty to go through a large project's builds; and that it failed is reported,
 * which takes forty with its event.
 */
export const graceMs = 160_000;

/**
 * Does the work on the runs of each page, a hundred at a time, and waits for all that was begun: nothing is under way
 * when it returns. One that fails is warned of and counted: it's due still, and found by the next pass. So is one that
 * takes longer than it can, before the end of the function cuts it off. Throws what reading the pages throws, once what
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
    const all = Promise.all(begun);
    await within(endBy + graceMs - now(), all);
    for (const id of underWay) warn(id, 'the sweep still waits for it, and may be cut off');
    await all;
  }
  return { done, failed, isComplete };

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
