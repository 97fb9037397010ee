import type { Cause } from '../../shared/runs/failure.ts';
import type { CarriedEvent, Order } from '../../shared/runs/order.ts';
import type { EpochMs } from '../../shared/runs/run.ts';
import type { Report, StartAnswer, Target } from '../../shared/targets/target.ts';

/** How a job goes, unless it is stopped: when it ends, in seconds from its start, and how. */
export type Course = { readonly seconds: number; readonly failure?: Cause };

type Job = { readonly startedAt: EpochMs; endsAt: EpochMs; failure: Cause | undefined };

/** A target in this process that keeps the contract, and remembers everything. */
export type ScriptedTarget = Target & {
  /** Every call to `start`, in order. */
  readonly calls: readonly { readonly order: Order; readonly event: CarriedEvent }[];
  /** How often a job began, by token. */
  readonly begun: ReadonlyMap<string, number>;
  /** The most jobs that ever lived at one time. */
  readonly mostAtOnce: () => number;
  /** Makes sure that a token never starts, as a refusal for good does. */
  readonly bury: (token: string, cause: Cause) => StartAnswer;
};

const never = { class: 'stopped', reason: 'stopped before it was started' } as const;

/** `courseOf` says how the job of an order goes; inline events may have 1000 characters. */
export function createScriptedTarget(now: () => EpochMs, courseOf: (order: Order) => Course): ScriptedTarget {
  const jobs = new Map<string, Job>();
  const buried = new Map<string, Cause>();
  const begun = new Map<string, number>();
  const calls: { order: Order; event: CarriedEvent }[] = [];
  let most = 0;

  const toAnswer = (token: string, { startedAt }: Job): StartAnswer => ({
    kind: 'started',
    externalId: `job-of-${token}`,
    startedAt,
  });

  return {
    name: 'scripted',
    limits: { inline: (_order, event) => ({ size: event.length, most: 1000 }) },
    calls,
    begun,
    mostAtOnce: () => most,

    bury(token, cause) {
      const job = jobs.get(token);
      if (job) return toAnswer(token, job);
      const known = buried.get(token) ?? cause;
      buried.set(token, known);
      return { kind: 'refused', cause: known };
    },

    async start(order, event) {
      const { token } = order;
      calls.push({ order, event });
      const cause = buried.get(token);
      if (cause) return { kind: 'refused', cause };
      const known = jobs.get(token);
      if (known) return toAnswer(token, known);
      const { seconds, failure } = courseOf(order);
      const job = { startedAt: now(), endsAt: now() + seconds * 1000, failure };
      jobs.set(token, job);
      begun.set(token, (begun.get(token) ?? 0) + 1);
      most = Math.max(most, [...jobs.values()].filter(({ endsAt }) => endsAt > now()).length);
      return toAnswer(token, job);
    },

    async stop({ token }) {
      const job = jobs.get(token);
      if (job === undefined) {
        buried.set(token, buried.get(token) ?? never);
        return { kind: 'never-started' };
      }
      if (job.endsAt > now()) {
        job.endsAt = now();
        job.failure = { class: 'exit-code', reason: 'killed by SIGTERM', exitCode: 143, signal: 'SIGTERM' };
      }
      return { kind: 'asked' };
    },

    async describe(handles) {
      return handles.map(({ token }): Report => {
        const job = jobs.get(token);
        const cause = buried.get(token);
        if (job === undefined)
          return cause
            ? { token, state: 'never-started', cause }
            : { token, state: 'absent', lookedAt: now() };
        const { startedAt, endsAt, failure } = job;
        const about = { token, externalId: `job-of-${token}`, startedAt };
        return endsAt > now()
          ? { ...about, state: 'running' }
          : { ...about, state: 'ended', endedAt: endsAt, ...(failure ? { failure } : {}) };
      });
    },

    report() {
      return undefined;
    },
  };
}
