import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../runs/engine.ts';
import type { Input } from '../runs/input.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import type { Report, Target } from '../targets/target.ts';
import { createTimerWaker } from '../wakers/timer.ts';
import type { Waker } from '../wakers/waker.ts';

/** How often running jobs are looked at, in milliseconds. */
const lookMs = 50;
/** After the ledger could not be read or written. */
const pauseMs = 1000;
/** Due runs that are taken at once. */
const handful = 50;

export type Pump = {
  readonly waker: Waker;
  /** Picks up what an earlier router left, then goes on until it's stopped. */
  start(engine: Engine): Promise<void>;
  /** Picks up what an earlier router left too, and goes on with what has begun; whatever waits in line stays there. */
  attend(engine: Engine): Promise<void>;
  /** Starts nothing more, and waits until nothing runs. */
  drain(): Promise<void>;
  /** Stops at once; jobs go on by themselves. */
  stop(): Promise<void>;
  /** How many jobs run, or are being started or stopped. */
  readonly live: () => number;
};

export type PumpParts = {
  readonly ledger: Ledger;
  readonly targets: Readonly<Record<string, Target>>;
  /** How many jobs may run at once; the others wait in order. */
  readonly slots: number;
  readonly now: () => EpochMs;
  readonly fail: (error: unknown) => void;
};

/**
 * Drives the engine on this machine: gives due runs their turn while there is room, and looks at those that run.
 * It decides nothing: what is due stands in the ledger, so it may be killed at any moment.
 */
export function createPump({ ledger, targets, slots, now, fail }: PumpParts): Pump {
  const live = new Map<string, Run>();
  const told = new Map<string, Promise<void>>();
  const doubtful = new Set<string>();
  const hidden = new Set<string>();
  const waker = createTimerWaker(() => void turn(), now);
  let engine: Engine | undefined;
  /** While it's 'ending', nothing in line is given a turn. */
  let mode: 'idle' | 'on' | 'ending' | 'off' = 'idle';
  let turning: Promise<void> | undefined;
  let again = false;

  return {
    waker,
    live: () => live.size,
    start: (started) => begin(started, 'on'),
    attend: (started) => begin(started, 'ending'),
    async drain() {
      mode = 'ending';
      while (live.size + told.size > 0 && mode === 'ending') await sleep(lookMs);
      await stop();
    },
    stop,
  };

  async function begin(started: Engine, as: 'on' | 'ending'): Promise<void> {
    engine = started;
    mode = as;
    for (const run of await listLive()) {
      live.set(run.id, run);
      tell(run.id);
    }
    await turn();
  }

  async function stop(): Promise<void> {
    mode = 'off';
    await turning;
    await Promise.all(told.values());
    waker.stop();
  }

  /** One turn at a time; what comes due meanwhile makes another one follow. */
  function turn(): Promise<void> {
    again = true;
    turning ??= takeTurns().finally(() => {
      turning = undefined;
    });
    return turning;
  }

  async function takeTurns(): Promise<void> {
    while (again && (mode === 'on' || mode === 'ending')) {
      again = false;
      await takeTurn().catch(pause);
    }
  }

  async function takeTurn(): Promise<void> {
    await resolveDoubts();
    for (const lane of ['rest', 'news'] as const) {
      for (const { id } of await ledger.due({ now: now(), limit: handful, of: lane }))
        tell(id, { kind: 'due' });
    }
    const free = slots - live.size;
    if (mode === 'on' && free > 0) {
      for (const { id } of await ledger.due({ now: now(), limit: free, of: 'line' }))
        tell(id, { kind: 'due' });
    }
    await look();
    await wakeForNext();
  }

  /** Doesn't wait: a start that hangs holds up its own run and no other. */
  function tell(id: string, ...inputs: Input[]): void {
    if (told.has(id)) return;
    told.set(
      id,
      tellAndNote(id, inputs)
        .catch(pause)
        .finally(() => {
          told.delete(id);
          void turn();
        }),
    );
  }

  async function tellAndNote(id: string, inputs: readonly Input[]): Promise<void> {
    const before = await ledger.load(id);
    if (before) live.set(id, before);
    doubtful.add(id);
    note(id, await engine?.tell(id, ...inputs));
  }

  /** What it became is not known after a failure: it keeps its slot until the ledger can be asked. */
  async function resolveDoubts(): Promise<void> {
    for (const id of doubtful) if (!told.has(id)) note(id, await ledger.load(id));
  }

  function note(id: string, run: Run | undefined): void {
    doubtful.delete(id);
    if (run && ['starting', 'running', 'stopping'].includes(run.status)) live.set(id, run);
    else {
      live.delete(id);
      hidden.delete(id);
    }
  }

  function pause(error: unknown): void {
    fail(error);
    waker.wakeAt(now() + pauseMs);
  }

  /** Asks the targets about everything that lives, and tells the engine of what is news. */
  async function look(): Promise<void> {
    await Promise.all([...live.values()].filter(({ id }) => !told.has(id)).map(lookAt));
  }

  /** One that can't be looked at hides none of the others, and is told of once. */
  async function lookAt(run: Run): Promise<void> {
    const start = run.attempts.at(-1)?.start;
    if (start === undefined) return;
    const { token, externalId } = start;
    const { work } = run.plan;
    const handle = externalId === undefined ? { token, work } : { token, externalId, work };
    try {
      const reports = (await targets[work.target]?.describe([handle])) ?? [];
      hidden.delete(run.id);
      for (const report of reports) if (isNews(run, report)) tell(run.id, { kind: 'reported', report });
    } catch (error) {
      if (!hidden.has(run.id)) fail(error);
      hidden.add(run.id);
    }
  }

  async function wakeForNext(): Promise<void> {
    const [rest, news] = [await ledger.nextDue('rest'), await ledger.nextDue('news')];
    const line = mode === 'on' && live.size < slots ? await ledger.nextDue('line') : undefined;
    const dates = [rest, news, line].flatMap((date) => date ?? []);
    // What is due already is being told; its end makes the next turn.
    const next = Math.min(
      ...dates.map((date) => Math.max(date, now() + lookMs)),
      ...(live.size > 0 ? [now() + lookMs] : []),
    );
    if (Number.isFinite(next)) waker.wakeAt(next);
  }

  async function listLive(): Promise<readonly Run[]> {
    const runs: Run[] = [];
    let after: string | undefined;
    do {
      const page = await ledger.list({
        statuses: ['starting', 'running', 'stopping'],
        limit: 1000,
        ...(after === undefined ? {} : { after }),
      });
      runs.push(...page.runs);
      after = page.next;
    } while (after !== undefined);
    return runs;
  }
}

function isNews(run: Run, report: Report): boolean {
  if (report.state === 'absent' || report.state === 'pending') return false;
  return report.state !== 'running' || run.status === 'starting';
}
