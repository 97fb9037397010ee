import type { Draft } from '../../shared/runs/ledger.ts';
import type { Plan, Retry } from '../../shared/runs/plan.ts';
import type { EpochMs, Run } from '../../shared/runs/run.ts';

/** 2026-11-20T10:00:00.000Z, when the tests' time begins. */
export const start: EpochMs = 1_795_168_800_000;

/** Of the same shape as a real one: 26 characters of 0-9 and a-z. */
export const runId = '0fq7m2k9x4c8v1b6n3z5h0t2wr';

export type PlanChange = Partial<Omit<Plan, 'retry'>> & { readonly retry?: Partial<Retry> };

/** One attempt, a minute to run, a minute to start, ten seconds to stop; a process that the test never runs. */
export function toPlan({ retry, ...change }: PlanChange = {}): Plan {
  return {
    work: { target: 'process', command: ['true'], directory: '/', environment: {} },
    timeoutSeconds: 60,
    startTimeoutSeconds: 60,
    stopTimeoutSeconds: 10,
    ...change,
    retry: {
      attempts: 1,
      intervalSeconds: 0,
      multiplier: 1,
      maxIntervalSeconds: 3600,
      jitter: 'none',
      retryOn: ['exit-code', 'timed-out', 'interrupted', 'out-of-memory', 'image-pull', 'lost'],
      ...retry,
    },
  };
}

/** A run as a delivery makes it, before the ledger has it. */
export function toRun(change: Partial<Run> = {}): Run {
  return {
    id: runId,
    job: 'word-index',
    source: 'manual',
    rule: 'word-index/0',
    eventId: 'event-1',
    status: 'collecting',
    plan: toPlan(),
    revision: 0,
    createdAt: start,
    updatedAt: start,
    attempts: [],
    outbox: [],
    lostRecords: [],
    ...change,
  };
}

export function toDraft(change: Partial<Run> = {}, draft: Partial<Omit<Draft, 'run'>> = {}): Draft {
  return { run: toRun(change), event: '{"id":"event-1","records":[]}', claims: [], ...draft };
}

/** Ids that differ and keep their order: `toRunId(7)` is below `toRunId(8)`. */
export function toRunId(number: number): string {
  return number.toString(36).padStart(26, '0');
}
