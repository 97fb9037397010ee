import type { Engine } from '../runs/engine.ts';
import type { Due, Ledger } from '../runs/ledger.ts';
import type { EpochMs } from '../runs/run.ts';
import { toMessage } from '../to-message.ts';
import { longestWakeMs, type Waker } from '../wakers/waker.ts';

export type SweepParts = {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly waker: Waker;
  readonly now: () => EpochMs;
  readonly warn: (runId: string, problem: string) => void;
};

/** What one pass came across. */
export type Swept = {
  /** Runs that were due for something other than a start, and were told so. */
  readonly looked: number;
  /** Runs whose turn came and was not taken, for which another wake-up was sent. */
  readonly reminded: number;
  /** Runs that have ended, and of which somebody was still to be told. */
  readonly told: number;
  readonly failed: number;
  /** false: the time was up before everything was looked at; the next pass goes on. */
  readonly isComplete: boolean;
  /** Runs whose turn has come; at most 10,000 are counted. */
  readonly waiting: number;
  readonly oldestWaitingSeconds: number;
};

/**
 * Of what is under way when the time is up: a start waits for its turn twenty seconds at most, a call takes ten, and its
 * outcome is saved.
 */
export const reserveMs = 35_000;

/** Runs that are told at a time, as many as a service describes in one call. */
const together = 100;
const mostInLine = 10_000;
/** A wake-up that is so late has been lost, or stands in a queue that is so long. */
const forgottenMs = 120_000;
/** So often it's sent again. */
const remindMs = 600_000;
/** Of the time of a pass, for what is still to be told: a bus that doesn't answer takes it all. */
const longestNewsMs = 15_000;
/** Of those whose wake-up could not be sent. */
const mostTurns = 10;
/** How far two passes are apart, as far as a first one knows. */
const passMs = 60_000;

/**
 * Finds what got lost: runs that are due and that nobody looked at, whatever the reason. The ledger alone says which.
 * Any number of passes may run at once, and any may end anywhere: each run is loaded, decided and saved by itself.
 * Those that wait for their turn are given another wake-up and no start, as the line has a pace. `endBy`: nothing is
 * begun after that. Throws LedgerError when the ledger can't say what is due.
 */
export function createSweep({ engine, ledger, waker, now, warn }: SweepParts) {
  let remindedAt = now() - passMs;

  return async function sweep(endBy: EpochMs): Promise<Swept> {
    const rest = await tellAllDue('rest', endBy);
    const at = now();
    const soon = await ledger.due({ of: 'line', now: at + passMs, limit: mostInLine });
    const line = soon.filter((due) => due.at <= at);
    const oldest = line[0];
    const near = soon.filter((due) => due.at > at && due.at > remindedAt + passMs);
    const called = await inHandfuls(near, endBy, callIfFar);
    const reminders = line.filter((due) => isReminderDue(at - due.at, at - remindedAt));
    const sent = await inHandfuls(reminders, endBy, createReminder());
    if (sent.isComplete && called.isComplete) remindedAt = at;
    const news = await tellAllDue('news', Math.min(endBy, now() + longestNewsMs));
    return {
      looked: rest.done,
      reminded: sent.done,
      told: news.done,
      failed: rest.failed + called.failed + sent.failed + news.failed,
      // What is still to be told holds up nobody.
      isComplete: rest.isComplete && called.isComplete && sent.isComplete,
      waiting: line.length,
      oldestWaitingSeconds: oldest ? Math.max(Math.floor((at - oldest.at) / 1000), 0) : 0,
    };
  };

  /** Page by page: what was told is due later, or else was taken by another, so it's not on the next page. */
  async function tellAllDue(of: 'rest' | 'news', endBy: EpochMs): Promise<Outcome> {
    const asked = new Set<string>();
    let sum: Outcome = { done: 0, failed: 0, isComplete: true };
    for (;;) {
      const page = await ledger.due({ of, now: now(), limit: together + asked.size });
      // An index may lag behind; and one that can't be told must not be told for ever.
      const fresh = page.filter(({ id }) => !asked.has(id));
      if (fresh.length === 0) return sum;
      for (const { id } of fresh) asked.add(id);
      const { done, failed, isComplete } = await inHandfuls(fresh, endBy, ({ id }) =>
        engine.tell(id, { kind: 'due' }),
      );
      sum = { done: sum.done + done, failed: sum.failed + failed, isComplete };
      if (!isComplete) return sum;
    }
  }

  /** Whose turn was too far off for a wake-up when it was decided. */
  async function callIfFar({ id }: Due): Promise<void> {
    const run = await ledger.load(id);
    const isFar = run?.next !== undefined && run.next.at - run.updatedAt > longestWakeMs;
    if (run !== undefined && isFar) await waker.wake(run);
  }

  /** Without its queue the line goes on all the same, if slowly: some of each pass are given their turn here. */
  function createReminder(): (due: Due) => Promise<void> {
    let turns = mostTurns;
    return async function remind({ id }) {
      const run = await ledger.load(id);
      if (run === undefined) return;
      try {
        await waker.wake(run);
      } catch (error) {
        turns -= 1;
        if (turns < 0) throw error;
        warn(id, `it is given its turn by the sweep: ${toMessage(error)}`);
        await engine.tell(id, { kind: 'due' });
      }
    };
  }

  /** One that fails is due still, and found by the next pass. */
  async function inHandfuls(
    runs: readonly Due[],
    endBy: EpochMs,
    work: (due: Due) => Promise<unknown>,
  ): Promise<Outcome> {
    let failed = 0;
    for (let next = 0; next < runs.length; next += together) {
      if (now() >= endBy) return { done: next - failed, failed, isComplete: false };
      const handful = runs.slice(next, next + together);
      const outcomes = await Promise.allSettled(handful.map(work));
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === 'fulfilled') continue;
        failed++;
        warn(handful[index]?.id ?? '', `the sweep could not look after it: ${toMessage(outcome.reason)}`);
      }
    }
    return { done: runs.length - failed, failed, isComplete: true };
  }
}

type Outcome = { readonly done: number; readonly failed: number; readonly isComplete: boolean };

/**
 * In the first pass after two minutes, twelve, twenty-two …, so that what stands in line is not sent each minute.
 * `sinceMs`: when the pass before was, which may be longer ago than a minute.
 */
function isReminderDue(lateMs: number, sinceMs: number): boolean {
  return lateMs >= forgottenMs && (lateMs - forgottenMs) % remindMs < sinceMs;
}
