import type { Cause, FailureClass } from '../../shared/runs/failure.ts';
import type { Order } from '../../shared/runs/order.ts';
import { type EpochMs, parseToken } from '../../shared/runs/run.ts';
import type { Finding, StartAnswer, StateChange } from '../../shared/targets/target.ts';
import type { Kernel } from './kernel.ts';
import type { ServiceProfile } from './service-profiles.ts';

/** Something that a service runs: a task, a build, an execution. */
export type Task = {
  readonly id: string;
  readonly service: string;
  readonly token: string;
  /** What the service knows it by: its token, or a name that all starts of an attempt have in common. */
  readonly name: string;
  readonly runId: string;
  readonly attempt: number;
  readonly createdAt: EpochMs;
  /** Lists and descriptions don't show it before. */
  readonly seenFrom: EpochMs;
  readonly stopTimeoutMs: number;
  startedAt?: EpochMs;
  end?: { readonly at: EpochMs; readonly failure?: Cause; readonly isNeverStarted?: true };
  isStopping: boolean;
  /** When its first state change was taken. */
  heardOfAt?: EpochMs;
};

export type Service = ReturnType<typeof createService>;

/** Hears of what really happens in a service. */
export type ServiceWitness = {
  readonly began: (task: Task, isDuplicate: boolean) => void;
  readonly ended: (task: Task) => void;
};

/** A service that runs jobs, with the memory, the delays and the refusals that are documented of it. */
export function createService(
  kernel: Kernel,
  profile: ServiceProfile,
  witness: ServiceWitness,
  emit: (change: StateChange, task: Task) => void,
) {
  const { random, now } = kernel;
  const { name } = profile;
  const tasks: Task[] = [];
  const byName = new Map<string, Task[]>();
  const byId = new Map<string, Task>();

  function start(order: Order): StartAnswer {
    const known = byName.get(toName(order.token))?.at(-1);
    if (known !== undefined && now() - known.createdAt < profile.tokenIsKnownMs) {
      kernel.coverage.count('service', `${name} knew the token`);
      return toStarted(known);
    }
    for (const [failure, probability] of Object.entries(profile.refusals)) {
      if (!kernel.strikes(`start refused: ${failure}`, probability)) continue;
      return { kind: 'refused', cause: { class: failure as FailureClass, reason: `${name} refused it` } };
    }
    const task = begin(order, known !== undefined);
    // As a service may that knows a token for a while only: calls that are so late are rare by themselves.
    if (kernel.strikes('started twice by its service', profile.startsTwice)) begin(order, true);
    return toStarted(task);
  }

  function begin(order: Order, isDuplicate: boolean): Task {
    const task: Task = {
      id: `${name}:${tasks.length + 1}`,
      service: name,
      token: order.token,
      name: toName(order.token),
      runId: order.runId,
      attempt: parseToken(order.token)?.attempt ?? 0,
      createdAt: now(),
      seenFrom: now() + (kernel.strikes('seen late', 0.3) ? random.scaled(100, profile.seenLateMs) : 0),
      stopTimeoutMs: order.stopTimeoutSeconds * 1000,
      isStopping: false,
    };
    tasks.push(task);
    byName.set(task.name, [...(byName.get(task.name) ?? []), task]);
    byId.set(task.id, task);
    kernel.note(name, `begins ${task.id}`, () => task.token);
    witness.began(task, isDuplicate);
    live(task, order);
    return task;
  }

  /** How it goes, unless it is stopped. */
  function live(task: Task, order: Order): void {
    const course = random.weigh(profile.courses);
    kernel.coverage.count('job', course);
    const provisionMs = profile.provisionMs === 0 ? 0 : random.scaled(500, profile.provisionMs);
    if (course === 'is never given a place') return;
    kernel.at(now() + provisionMs, () => {
      if (task.end) return;
      if (course === 'fails to start') {
        end(task, { class: random.pick(['no-capacity', 'target-unavailable']), reason: 'no luck' }, true);
        return;
      }
      task.startedAt = now();
      tell(task);
      if (course === 'hangs') return;
      const failures: Readonly<Record<string, Cause>> = {
        fails: { class: 'exit-code', reason: 'ended with exit code 1', exitCode: 1 },
        'runs out of memory': { class: 'out-of-memory', reason: 'OutOfMemory', exitCode: 137 },
        'is interrupted': { class: 'interrupted', reason: 'Spot took it back' },
        'is timed out by its service': { class: 'timed-out', reason: 'it timed out' },
      };
      const longestMs = Math.max(order.timeoutSeconds * 1300, 2000);
      kernel.at(now() + random.scaled(1000, longestMs), () => end(task, failures[course]));
    });
    if (provisionMs > 0 && random.chance(0.5)) tell(task);
  }

  function end(task: Task, failure?: Cause, isNeverStarted = false): void {
    if (task.end) return;
    task.end = {
      at: now(),
      ...(failure && { failure }),
      ...(isNeverStarted && { isNeverStarted }),
    };
    kernel.note(name, `${task.id} ends`, () => failure?.class ?? 'succeeded');
    witness.ended(task);
    tell(task);
  }

  /** A state change: late, twice, out of order, or never. */
  function tell(task: Task): void {
    const { id: externalId } = task;
    const finding = findingAt(task, now());
    // A name that says no start is told as that of the first.
    const token = profile.namesAttempts ? `${task.name}-1` : task.token;
    const named = profile.namesAttempts ? ({ ofAnyStart: true } as const) : {};
    const isLook = profile.onlyHints > 0 && random.chance(profile.onlyHints);
    const change: StateChange = isLook
      ? { kind: 'look', token, externalId, ...named }
      : { kind: 'report', report: { token, externalId, ...finding }, ...named };
    if (kernel.strikes('state change lost', profile.eventsAreLost)) return;
    const times = kernel.strikes('state change twice', 0.05) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const lateMs = kernel.strikes('state change late', 0.1)
        ? random.scaled(5_000, 1_800_000)
        : random.scaled(50, 3_000);
      kernel.at(now() + lateMs, () => emit(change, task));
    }
  }

  function toName(token: string): string {
    return profile.namesAttempts ? token.slice(0, token.lastIndexOf('-')) : token;
  }

  /** How it was at a moment. */
  function findingAt(task: Task, at: EpochMs): Finding {
    const { startedAt, end: ended } = task;
    if (ended && ended.at <= at) {
      if (ended.isNeverStarted) {
        const cause = ended.failure ?? { class: 'target-unavailable', reason: 'it could not begin' };
        return { state: 'never-started', cause };
      }
      return {
        state: 'ended',
        ...(startedAt !== undefined && { startedAt }),
        endedAt: ended.at,
        ...(ended.failure && { failure: ended.failure }),
      };
    }
    return startedAt !== undefined && startedAt <= at
      ? { state: 'running', startedAt }
      : { state: 'pending' };
  }

  function toStarted(task: Task): StartAnswer {
    const isRunning = task.startedAt !== undefined && random.chance(0.5);
    return {
      kind: 'started',
      externalId: task.id,
      ...(isRunning && task.startedAt !== undefined && { startedAt: task.startedAt }),
    };
  }

  /** What a look shows: what is new is not there yet, what ended long ago isn't any more, and it may be out of date. */
  function look(task: Task | undefined): Finding | undefined {
    if (task === undefined || task.seenFrom > now()) return undefined;
    if (task.end && now() - task.end.at > profile.forgetsAfterMs) {
      kernel.coverage.count('service', `${name} has forgotten it`);
      return undefined;
    }
    const staleMs = kernel.strikes('look out of date', 0.1) ? random.scaled(100, 20_000) : 0;
    return findingAt(task, Math.max(now() - staleMs, task.createdAt));
  }

  return {
    profile,
    start,
    /** The oldest that carries the token, and how it looks. */
    findByToken(token: string): { readonly task: Task; readonly finding: Finding } | undefined {
      for (const task of byName.get(toName(token)) ?? []) {
        const finding = look(task);
        if (finding) return { task, finding };
      }
      return undefined;
    },
    findById(id: string): { readonly task: Task; readonly finding: Finding } | undefined {
      const task = byId.get(id);
      const finding = look(task);
      return task && finding ? { task, finding } : undefined;
    },
    /** false when there is none to be seen. */
    stop(token: string, id: string | undefined): boolean {
      const named = id === undefined ? undefined : byId.get(id);
      const found = named
        ? [named]
        : (byName.get(toName(token)) ?? []).filter(({ seenFrom }) => seenFrom <= now());
      for (const task of found) {
        if (task.end || task.isStopping) continue;
        task.isStopping = true;
        kernel.note(name, `${task.id} is asked to stop`);
        const ignoresMs =
          task.startedAt === undefined || !profile.hasStopTimeout || random.chance(0.5)
            ? random.scaled(10, 2_000)
            : random.scaled(1_000, Math.max(task.stopTimeoutMs, 1_001));
        if (ignoresMs > 2_000) kernel.coverage.count('job', 'ignores SIGTERM for a while');
        const failure = { class: 'stopped', reason: 'it was stopped' } as const;
        kernel.at(now() + ignoresMs, () => end(task, failure));
      }
      return found.length > 0;
    },
  };
}
