import type { Engine } from '../runs/engine.ts';
import type { Due, Ledger } from '../runs/ledger.ts';
import type { EpochMs } from '../runs/run.ts';
import { toMessage } from '../to-message.ts';
import { longestWakeMs, type Waker } from '../wakers/waker.ts';
import { inHandfuls } from './handfuls.ts';

export type SweepParts = {
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly waker: Waker;
  readonly now: () => EpochMs;
  readonly warn: (runId: string, problem: string) => void;
};

/** What a pass came across in the line. */
export type SweptLine = {
  /** Runs whose turn came and was not taken, for which another wake-up was sent. */
  readonly reminded: number;
  readonly failed: number;
  readonly isComplete: boolean;
  /** Runs whose turn has come; at most 10,000 are counted. */
  readonly waiting: number;
  readonly oldestWaitingSeconds: number;
};

const mostInLine = 10_000;
/** A wake-up that is so late has been lost, or stands in a queue that is so long. */
const forgottenMs = 120_000;
/** So often it's sent again. */
const remindMs = 600_000;
/** Of those whose wake-up could not be sent. */
const mostTurns = 10;
/** How far two passes are apart, as far as a first one knows. */
const passMs = 60_000;

/**
 * Runs that wait for their turn are given another wake-up and no start, as the line has a pace. Throws LedgerError when
 * the ledger can't say who waits.
 */
export function createLineSweep({ engine, ledger, waker, now, warn }: SweepParts) {
  let remindedAt = now() - passMs;

  return async function sweepLine(endBy: EpochMs): Promise<SweptLine> {
    const how = { endBy, now, warn };
    const at = now();
    const line = await ledger.due({ of: 'line', now: at, limit: mostInLine });
    const isCut = line.length === mostInLine;
    const near = turnsBetween(Math.max(remindedAt + passMs, at - forgottenMs), at + passMs);
    const called = await inHandfuls(near, callIfFar, how);
    const readTo = isCut ? toReadTo(line, at) : at;
    const reminders = line.filter((due) => due.at <= readTo && isReminderDue(at - due.at, at - remindedAt));
    const beyond = isCut ? remindersAfter(readTo, at) : [];
    const sent = await inHandfuls(both(reminders, beyond), createReminder(), how);
    if (called.isComplete && sent.isComplete) remindedAt = at;
    const oldest = line[0];
    return {
      reminded: sent.done,
      failed: called.failed + sent.failed,
      isComplete: called.isComplete && sent.isComplete && !isCut,
      waiting: line.length,
      oldestWaitingSeconds: oldest ? Math.max(Math.floor((at - oldest.at) / 1000), 0) : 0,
    };
  };

  /** Page by page, each up to the end of a millisecond: held runs of an hour have their turn at the same one. */
  async function* turnsBetween(after: EpochMs, until: EpochMs): AsyncGenerator<readonly Due[]> {
    let from = after;
    let limit = mostInLine;
    for (;;) {
      const page = await ledger.due({ of: 'line', after: from, now: until, limit });
      if (page.length < limit) {
        yield page;
        return;
      }
      const readTo = toReadTo(page, until);
      const whole = page.filter(({ at }) => at <= readTo);
      if (whole.length > 0) yield whole;
      limit = whole.length > 0 ? mostInLine : 2 * limit;
      from = Math.max(from, readTo);
    }
  }

  /**
   * Those for which another wake-up is due and which stand behind the 10,000 that were read: not the whole line is read
   * for them, just the times at which their turns came, the last ones first.
   */
  async function* remindersAfter(readTo: EpochMs, at: EpochMs): AsyncGenerator<readonly Due[]> {
    const sinceMs = Math.min(at - remindedAt, remindMs);
    for (let until = at - forgottenMs; until > readTo; until -= remindMs) {
      yield* turnsBetween(Math.max(until - sinceMs, readTo), until);
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
}

/**
 * In the first pass after two minutes, twelve, twenty-two …, so that what stands in line is not sent each minute.
 * `sinceMs`: when the pass before was, which may be longer ago than a minute.
 */
function isReminderDue(lateMs: number, sinceMs: number): boolean {
  return lateMs >= forgottenMs && (lateMs - forgottenMs) % remindMs < sinceMs;
}

/** Until when a page that was cut off has all: of its last millisecond there may be more. */
function toReadTo(page: readonly Due[], otherwise: EpochMs): EpochMs {
  const last = page.at(-1);
  return last === undefined ? otherwise : last.at - 1;
}

async function* both<T>(first: T, others: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield first;
  yield* others;
}
