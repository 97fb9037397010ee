import { type Item, textIn } from '../../shared/ledgers/dynamodb/store.ts';
import type { Announcement, Audience } from '../../shared/runs/effect.ts';
import type { Order } from '../../shared/runs/order.ts';
import { type EpochMs, isFinished, liveAttempt, type Run } from '../../shared/runs/run.ts';
import type { Kernel } from './kernel.ts';
import { markersOf, toRun } from './run-items.ts';
import type { Task } from './service.ts';
import { showRun } from './show-run.ts';
import type { Table } from './table.ts';

/** What the simulation knows of a run for certain, whatever the program believes. */
type Known = {
  run: Run;
  readonly tokens: Set<string>;
  readonly orders: Map<string, string>;
  readonly alive: Set<Task>;
  /** Attempts whose job ran, or was given up: they are used up. */
  readonly used: Set<number>;
  readonly owed: Map<string, EpochMs>;
  readonly told: Set<string>;
  /** When somebody heard that it is cancelled, and the tokens that there were then. */
  cancelled?: { readonly at: EpochMs; readonly tokens: ReadonlySet<string> };
};

export type Witness = ReturnType<typeof createWitness>;

/** A duplicate that was heard of is stopped within a sweep; several, when it's stopped by hosts that die. */
const duplicateMs = 1_200_000;
const hourMs = 3_600_000;
/** A call that was sent when a run was cancelled may still arrive. */
const callsUnderWayMs = 30_000;

/**
 * Watches the ledger's table, the services and the sources, and says which promise is broken as soon as it is. It knows
 * the program by what it writes, sends and answers alone.
 */
export function createWitness(kernel: Kernel, objects: ReadonlyMap<string, string>) {
  const runs = new Map<string, Known>();
  /** Run ids, by job and record. */
  const owners = new Map<string, string>();
  const due = new Map<string, EpochMs>();
  /** Runs that began, by job and hour. */
  const begunIn = new Map<string, number>();
  /** When the sweep begins to run again. */
  let sweepsFrom: EpochMs = 0;
  let table: Table | undefined;
  const { now, violate, coverage } = kernel;

  function wrote(key: string, before: Item | undefined, after: Item | undefined): void {
    if (!key.startsWith('run#')) return;
    if (after === undefined) violate('a run stays in the ledger', key);
    else if (before === undefined) accepted(toRun(after));
    else saved(toRun(before), toRun(after));
  }

  function accepted(run: Run): void {
    const fresh: Known = {
      run,
      tokens: new Set(),
      orders: new Map(),
      alive: new Set(),
      used: new Set(),
      owed: new Map(),
      told: new Set(),
    };
    if (runs.has(run.id)) violate('a run stays in the ledger', `${run.id} was put again`);
    runs.set(run.id, fresh);
    coverage.count('transition', `→ ${run.status}`);
    kernel.note('ledger', `run ${run.id} is accepted as ${run.status}`, () => `${run.job}`);
    const event = eventOf(run);
    if (event === undefined) violate('a run has its event', run.id);
    if (run.replayOf === undefined) {
      for (const marker of markersOf(run, event ?? '')) {
        const key = `${run.job} ${marker}`;
        const owner = owners.get(key);
        if (owner !== undefined) violate('one run per record and job', `${key}: ${owner} and ${run.id}`);
        owners.set(key, run.id);
      }
    }
    look(fresh, undefined, run);
  }

  function saved(before: Run, after: Run): void {
    const known = runs.get(after.id);
    if (known === undefined) return;
    kernel.note('ledger', `run ${after.id} ${after.revision} ${after.status}`, () => showRun(after));
    if (after.revision !== before.revision + 1) {
      violate('a save from an older run is refused', `${after.id}: ${before.revision} → ${after.revision}`);
    }
    if (before.status !== after.status) coverage.count('transition', `${before.status} → ${after.status}`);
    if (isFinished(before) && before.status !== after.status) {
      violate('a finished run never moves again', `${after.id}: ${before.status} → ${after.status}`);
    }
    known.run = after;
    look(known, before, after);
  }

  /** What holds of every version, and of every step. */
  function look(known: Known, before: Run | undefined, after: Run): void {
    const { id, plan, attempts, outbox } = after;
    if (after.dueAt === undefined) due.delete(id);
    else due.set(id, after.dueAt);
    for (const { kind } of outbox) coverage.count('effect', kind);
    if (attempts.length > plan.retry.attempts)
      violate('attempts ≤ maximum', `${id}: ${attempts.length} of ${plan.retry.attempts}`);
    if (!isFinished(after) && after.dueAt === undefined) violate('an unfinished run has a date', id);
    lookAtEnds(known, before, after);
    lookAtToken(known, after);
    lookAtAnnouncements(known, before, after);
    if (after.place !== undefined && before?.place === undefined) coverage.count('input', 'placed');
    if (!isFinished(after) || (before && isFinished(before))) return;
    coverage.count(
      'ended',
      after.cause === undefined ? after.status : `${after.status}: ${after.cause.class}`,
    );
    if ((after.cause === undefined) !== (after.status === 'succeeded'))
      violate('no finished run without a cause, unless it succeeded', id);
    if (after.status !== 'succeeded' && eventOf(after) === undefined)
      violate("a failed run's event is still there", id);
  }

  function lookAtToken(known: Known, after: Run): void {
    const last = after.attempts.at(-1);
    if (last === undefined || known.tokens.has(last.start.token)) return;
    const { token } = last.start;
    known.tokens.add(token);
    lookAtBreaker(after);
    if (known.cancelled) violate('nothing is started after cancel was confirmed', token);
    for (let number = 1; number < last.number; number++) {
      if (!known.used.has(number))
        violate('only a job that ran and failed uses an attempt', `${token}: ${number} was not used up`);
    }
  }

  /** Of runs that begin; one that is late counts in the hour of its place. */
  function lookAtBreaker({ id, job, plan, attempts, place }: Run): void {
    const [first] = attempts;
    if (plan.maxRunsPerHour === undefined || attempts.length > 1 || first?.start.number !== 1) return;
    if (place === undefined || place % hourMs !== 0 || place > first.start.askedAt) {
      violate('a run begins when the hour of its place has come', `${id}: ${place}`);
      return;
    }
    const hour = `${job} ${place}`;
    const begun = (begunIn.get(hour) ?? 0) + 1;
    begunIn.set(hour, begun);
    if (begun > plan.maxRunsPerHour) violate('no more runs begin in an hour than may', `${hour}: ${begun}`);
  }

  /** A start that is closed, or followed by another, has ended at its target. */
  function lookAtEnds(known: Known, before: Run | undefined, after: Run): void {
    const live = before && liveAttempt(before);
    if (live === undefined || liveAttempt(after)?.start.token === live.start.token) return;
    const closed = after.attempts.find(({ number }) => number === live.number);
    if (closed?.endUnseen) known.used.add(live.number);
    for (const task of known.alive) {
      const isIts =
        task.name === task.token ? task.token === live.start.token : closed?.endedAt !== undefined;
      if (isIts && waitsForEnd(after) && !excused.has(task))
        violate('nothing ends while its job lives', `${after.id} is ${after.status}, and ${task.id} lives`);
    }
  }

  function lookAtAnnouncements(known: Known, before: Run | undefined, after: Run): void {
    const owe = (audience: Audience, what: Announcement['what'], attempt: number) => {
      const key = `${audience} ${what} ${attempt}`;
      if (!known.owed.has(key)) known.owed.set(key, now());
    };
    const attempt = after.attempts.at(-1)?.number ?? 0;
    const { status } = after;
    if (status === 'running' && before?.status !== 'running') owe('bus', 'started', attempt);
    if (after.held && !before?.held) owe('bus', 'held', attempt);
    if (
      status === 'waiting' &&
      before?.status !== 'waiting' &&
      attempt > 0 &&
      (after.next?.attempt ?? 0) > attempt
    )
      owe('bus', 'retrying', attempt);
    if (!isFinished(after) || (before && isFinished(before))) return;
    owe('bus', status as Announcement['what'], attempt);
    if ((status === 'failed' || status === 'timed-out') && after.plan.onFailure)
      owe('failure-destination', status, attempt);
  }

  const excused = new Set<Task>();

  function began(task: Task, isDuplicate: boolean): void {
    const known = runs.get(task.runId);
    if (known === undefined) {
      violate('what is started was saved before', task.token);
      return;
    }
    const others = [...known.alive].filter((task) => !excused.has(task));
    known.alive.add(task);
    const isNamed = isDuplicate && task.service === 'codebuild';
    const live = liveAttempt(known.run);
    const isLive = live?.start.token === task.token || live?.start.token.startsWith(`${task.name}-`);
    if (others.length === 0 && isLive) return;
    const what = `${task.id} (${task.token}), run ${known.run.status}, ${others.map(({ id }) => id).join()} lives`;
    if (!isNamed) {
      violate('at most one live attempt per run', what);
      return;
    }
    // Promise 2: a duplicate of a build is detected by its state change, and stopped.
    coverage.count('service', 'a duplicate of a build');
    for (const each of known.alive) excused.add(each);
    lookAtDuplicates(known, task, what);
  }

  function heardOf(task: Task): void {
    task.heardOfAt ??= now();
    const known = runs.get(task.runId);
    if (known && excused.has(task)) lookAtDuplicates(known, task, `${task.id} (${task.token})`);
  }

  /** Of two builds the one that was heard of is stopped, unless it is the one that the run goes by. */
  function lookAtDuplicates(known: Known, { stopTimeoutMs }: Task, what: string): void {
    kernel.at(Math.max(now(), sweepsFrom) + duplicateMs + stopTimeoutMs, () => {
      const own = liveAttempt(known.run)?.start.externalId;
      for (const task of known.alive) {
        const { id, heardOfAt, isStopping } = task;
        if (id === own || isStopping || heardOfAt === undefined || known.alive.size < 2) continue;
        const latest = Math.max(heardOfAt, sweepsFrom) + duplicateMs + task.stopTimeoutMs;
        if (now() < latest) lookAtDuplicates(known, task, what);
        else violate('a duplicate is stopped within one sweep', `${what}: ${id} lives`);
      }
    });
  }

  function ended(task: Task): void {
    const known = runs.get(task.runId);
    known?.alive.delete(task);
    // Whether the job or a stop ended it: it was no refusal.
    if (known && task.end?.isNeverStarted === undefined) known.used.add(task.attempt);
  }

  function eventOf({ id, payload }: Run): string | undefined {
    const item = table?.get({ pk: { S: `event#${id}` }, sk: { S: 'event' } });
    const stored: { readonly uri: string } | undefined =
      item?.['payload'] && JSON.parse(textIn(item, 'payload') ?? '');
    if (payload !== undefined && !objects.has(payload.uri)) return undefined;
    if (stored === undefined) return textIn(item, 'event');
    const text = objects.get(stored.uri);
    return text === undefined ? undefined : JSON.parse(text).event;
  }

  return {
    runs,
    wrote,
    began,
    heardOf,
    sweeps(from: EpochMs): void {
      sweepsFrom = from;
    },
    ended,
    watch(watched: Table): void {
      table = watched;
    },

    startAsked(order: Order, carried: string): void {
      const { token, runId } = order;
      const known = runs.get(runId);
      if (!known?.tokens.has(token)) {
        violate('what is started was saved before', token);
        return;
      }
      const request = JSON.stringify([order, carried]);
      if ((known.orders.get(token) ?? request) !== request)
        violate('a token always stands for the same request', token);
      known.orders.set(token, request);
      if (known.cancelled && now() > known.cancelled.at + callsUnderWayMs)
        violate('nothing is started after cancel was confirmed', `${token} is asked for later`);
      const event = JSON.parse(carried);
      if (event.tier !== 'inline' && !objects.has(event.payload.uri))
        violate('a job can get its event', token);
    },

    cancelConfirmed(runId: string): void {
      const known = runs.get(runId);
      if (known === undefined) {
        violate('acknowledged ⇒ in the ledger', `cancel of ${runId}`);
        return;
      }
      known.cancelled ??= { at: now(), tokens: new Set(known.tokens) };
    },

    acknowledged(marker: string, jobs: readonly string[]): void {
      for (const job of jobs) {
        if (!owners.has(`${job} ${marker}`)) violate('acknowledged ⇒ in the ledger', `${marker} for ${job}`);
      }
    },

    /** Somebody was told of this run. */
    isKnown(runId: string): void {
      if (!runs.has(runId)) violate('acknowledged ⇒ in the ledger', `run ${runId}`);
    },

    announced(audience: Audience, run: Run, { what, attempt }: Announcement): void {
      coverage.count('announced', `${audience}: ${what}`);
      runs.get(run.id)?.told.add(`${audience} ${what} ${attempt}`);
    },

    earliestDue: (): EpochMs => Math.min(...due.values()),
    unfinished: () => [...runs.values()].filter(({ run }) => !isFinished(run)).map(({ run }) => run),

    /** When there has been time enough for everything. */
    atTheEnd(): void {
      for (const { run, owed, told, alive } of runs.values()) {
        if (!isFinished(run)) violate('every run ends by its deadline plus the sweep', showRun(run));
        for (const key of owed.keys()) {
          if (!told.has(key)) violate('every owed announcement is delivered', `${run.id}: ${key}`);
        }
        if (run.status !== 'succeeded' && eventOf(run) === undefined)
          violate("a failed run's event is still there", run.id);
        for (const task of alive) {
          if (waitsForEnd(run) && !excused.has(task))
            violate('nothing ends while its job lives', `${task.id} still lives`);
        }
      }
    },
  };
}

/** A state machine may be started only, and left alone. */
function waitsForEnd({ plan: { work } }: Run): boolean {
  return work.target !== 'state-machine' || work.waitsForEnd;
}
