import { setTimeout as sleep } from 'node:timers/promises';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import { finishedStatuses, type Run, runStatuses } from '../../shared/runs/run.ts';
import { type Delivery, numbersIn } from './deliveries.ts';
import type { Kept } from './judge.ts';
import type { Senders } from './senders.ts';

export type DriveParts = {
  readonly deliveries: readonly Delivery[];
  readonly senders: Senders;
  readonly ledger: Ledger;
  /** So many deliveries and unfinished runs are under way at a time. */
  readonly window: number;
  readonly mostSeconds: number;
  /** Aborted when it can't go on. */
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
};

const unfinished = runStatuses.filter((status) => !finishedStatuses.some((each) => each === status));
const sayEveryMs = 15_000;
const mostTries = 10;

/** Sends all deliveries, never too many at once, and waits until nothing is left to do, or its time is up. */
export async function drive(parts: DriveParts): Promise<void> {
  const { deliveries, senders, ledger, window, mostSeconds, signal, say } = parts;
  const startedAt = performance.now();
  let released = 0;
  let saidAt = startedAt;
  while (!signal.aborted) {
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds > mostSeconds) {
      say(`the time is up: ${mostSeconds} s`);
      return;
    }
    const { runs } = await patiently(() => ledger.list({ statuses: unfinished, limit: window }));
    if (released === deliveries.length && senders.pending() === 0 && runs.length === 0) return;
    const room = Math.max(window - runs.length - senders.pending(), 0);
    senders.release(deliveries.slice(released, released + room));
    released = Math.min(released + room, deliveries.length);
    if (performance.now() - saidAt > sayEveryMs) {
      saidAt = performance.now();
      say(`${seconds.toFixed(0).padStart(5)} s: ${released} released, ${runs.length} runs unfinished`);
    }
    await sleep(250);
  }
}

/** Every run of the ledger with the numbers of what it took. */
export async function readRuns(ledger: Ledger): Promise<readonly Kept[]> {
  const runs: Run[] = [];
  let after: string | undefined;
  do {
    const page = await patiently(() =>
      ledger.list({ limit: 500, ...(after === undefined ? {} : { after }) }),
    );
    runs.push(...page.runs);
    after = page.next;
  } while (after !== undefined);
  const kept: Kept[] = [];
  for (const run of runs) {
    const event = await patiently(() => ledger.loadEvent(run.id));
    kept.push({ run, numbers: event === undefined ? [] : toNumbers(event, run) });
  }
  return kept;
}

/** On a busy machine the ledger's answer may take longer than it is given. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof LedgerError) || tries === mostTries) throw error;
      await sleep(1000);
    }
  }
}

/** Records that another run has claimed are not this one's. */
function toNumbers(event: string, { lostRecords }: Run): readonly number[] {
  const { records }: { readonly records: readonly unknown[] } = JSON.parse(event);
  return records
    .filter((_, position) => !lostRecords.includes(position))
    .flatMap((record) => numbersIn(JSON.stringify(record)));
}
