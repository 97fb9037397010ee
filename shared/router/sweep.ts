import type { Due } from '../runs/ledger.ts';
import type { EpochMs } from '../runs/run.ts';
import { graceMs, inHandfuls, type Outcome, together } from './handfuls.ts';
import { createLineSweep, type SweepParts, type SweptLine } from './sweep-line.ts';

/** What one pass came across. `isComplete` false: something is left to the next pass, or was not counted. */
export type Swept = SweptLine & {
  /** Runs that were due for something other than a start, and were told so. */
  readonly looked: number;
  /** Runs that have ended, and of which somebody was still to be told. */
  readonly told: number;
};

/** Of a function's time, for what is under way when nothing more is begun, and to say what came of the pass. */
export const reserveMs = graceMs + 10_000;

/** Of the time of a pass, for what is still to be told: a bus that doesn't answer would keep it busy all the time. */
const longestNewsMs = 15_000;

/**
 * Finds what got lost: runs that are due and that nobody looked at, whatever the reason. The ledger alone says which.
 * Any number of passes may run at once, and any may end anywhere: each run is loaded, decided and saved by itself.
 * The line, the rest and the news are looked after side by side, so that a service that doesn't answer holds up its own.
 * `endBy`: nothing is begun after that. Throws LedgerError when the ledger can't say what is due.
 */
export function createSweep(parts: SweepParts) {
  const { engine, ledger, now, warn } = parts;
  const sweepLine = createLineSweep(parts);

  return async function sweep(endBy: EpochMs): Promise<Swept> {
    const lanes = [
      sweepLine(endBy),
      tellAllDue('rest', endBy),
      tellAllDue('news', Math.min(endBy, now() + longestNewsMs)),
    ] as const;
    await Promise.allSettled(lanes);
    const [line, rest, news] = await Promise.all(lanes);
    return {
      ...line,
      looked: rest.done,
      told: news.done,
      failed: line.failed + rest.failed + news.failed,
      // What is still to be told holds up nobody.
      isComplete: line.isComplete && rest.isComplete,
    };
  };

  function tellAllDue(of: 'rest' | 'news', endBy: EpochMs): Promise<Outcome> {
    return inHandfuls(pagesOf(of), ({ id }) => engine.tell(id, { kind: 'due' }), { endBy, now, warn });
  }

  /** What was told is due later, or else was taken by another, so it's not on the next page. */
  async function* pagesOf(of: 'rest' | 'news'): AsyncGenerator<readonly Due[]> {
    const asked = new Set<string>();
    for (;;) {
      const page = await ledger.due({ of, now: now(), limit: together + asked.size });
      // An index may lag behind; and one that can't be told must not be told for ever.
      const fresh = page.filter(({ id }) => !asked.has(id));
      if (fresh.length === 0) return;
      for (const { id } of fresh) asked.add(id);
      yield fresh;
    }
  }
}
