import type { SourceName } from '../events/trigger-event.ts';
import type { Effect } from './effect.ts';
import type { Cause } from './failure.ts';
import type { Plan } from './plan.ts';

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export const runStatuses = [
  'collecting',
  'queued',
  'starting',
  'running',
  'waiting',
  'stopping',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
] as const;

export type RunStatus = (typeof runStatuses)[number];

export const finishedStatuses = ['succeeded', 'failed', 'timed-out', 'cancelled'] as const;

export type FinishedStatus = (typeof finishedStatuses)[number];

/** One call to the target for an attempt. Its token names this one request, byte for byte, and no other. */
export type Start = {
  /** Counted from 1 within its attempt. */
  readonly number: number;
  readonly token: string;
  readonly askedAt: EpochMs;
  /** The latest that this start can end: the budget for starting, then the job's timeout. */
  readonly deadlineAt: EpochMs;
  /** How often it was asked for without a start, or a refusal that counts. */
  readonly unknownAnswers: number;
  /** When the newest call whose outcome is not known was given up: it may act yet. */
  readonly unknownAt?: EpochMs;
  /** Somebody is asking for it again, and has not been heard of yet. */
  readonly taken?: true;
  /** The target's own name for what it started. */
  readonly externalId?: string;
  /** When the target was first seen to have no trace of what it had started. */
  readonly absentSince?: EpochMs;
};

/** One try of a run, from 1. */
export type Attempt = {
  readonly number: number;
  readonly askedAt: EpochMs;
  /** Starting is given up then. */
  readonly startBy: EpochMs;
  /** The newest start; the ones before it were refused, or interrupted. */
  readonly start: Start;
  readonly refusals: number;
  readonly interruptions: number;
  /** Why the newest refused or interrupted start did not live. */
  readonly lastSetback?: Cause;
  readonly startedAt?: EpochMs;
  readonly endedAt?: EpochMs;
  /** It was given up without being seen to end; should it turn up alive, it is stopped. */
  readonly endUnseen?: true;
  /** `undefined` while it lives and when it succeeded. */
  readonly failure?: Cause;
  /** What its target said of it, beside that. */
  readonly details?: Details;
  /** Of a target that retries by itself, as far as they were seen, by number. */
  readonly tries?: readonly Try[];
};

/** What is kept of a task, build or job, as its service forgets it: ECS within an hour. */
export type Details = {
  readonly exitCode?: number;
  /** Why it stopped, in the service's words: ECS's stopCode and stoppedReason, CodeBuild's phase and message. */
  readonly stopCode?: string;
  readonly stopReason?: string;
  /** `sha256:…` of the container's image. */
  readonly imageDigest?: string;
  readonly logGroup?: string;
  readonly logStream?: string;
};

/** One of the jobs that a state machine submitted for an attempt; what the job saw as STP_CURRENT_ATTEMPT. */
export type Try = {
  /** From 1. */
  readonly number: number;
  readonly externalId: string;
  /** When it was submitted. */
  readonly createdAt?: EpochMs;
  readonly startedAt?: EpochMs;
  readonly endedAt?: EpochMs;
  readonly failure?: Cause;
  readonly details?: Details;
};

export type StopReason = 'timeout' | 'start-timeout' | 'cancel' | 'lost';

/** One start of one job by one record or delivery. The ledger's record; the event itself is kept beside it. */
export type Run = {
  readonly id: string;
  readonly job: string;
  readonly source: SourceName;
  /** The rule of jobs.yml that the delivery matched; empty for a replay. */
  readonly rule: string;
  /** The id of the trigger event. */
  readonly eventId: string;
  readonly status: RunStatus;
  readonly plan: Plan;
  /** Grows by one with each save; a save from an older one is refused. */
  readonly revision: number;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly endedAt?: EpochMs;
  /** When the engine will look at the run next. Every unfinished run has one. */
  readonly dueAt?: EpochMs;
  /** The start that follows; only while `queued` or `waiting`. */
  readonly next?: { readonly attempt: number; readonly start: number; readonly at: EpochMs };
  readonly attempts: readonly Attempt[];
  readonly stopping?: { readonly reason: StopReason; readonly since: EpochMs; readonly asked: number };
  /** Why the run did not succeed. */
  readonly cause?: Cause;
  /** Effects that are saved and not known to be done. */
  readonly outbox: readonly Effect[];
  /** Records of the delivery, by position, that belong to another run. */
  readonly lostRecords: readonly number[];
  /** Where the event lies when it was too secret for the ledger: the job gets it by claim check. */
  readonly payload?: StoredPayload;
  /** Its event was too large to be kept: what lies in its place has the size and the reason, for nobody but a person. */
  readonly tooLarge?: true;
  /** Two deliveries with the same claim and different fingerprints are different requests. */
  readonly fingerprint?: string;
  /** W3C trace context: the trace that its event belongs to, and its tracestate when that came too. */
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** The run whose event this run was given again. */
  readonly replayOf?: string;
  /** How many announcements in a row led to it: 1 for a run that the announcement of another one started. */
  readonly hops?: number;
  /** The beginning of the hour in which it has its place among its job's runs (maxRunsPerHour); it stays. */
  readonly place?: EpochMs;
  /** Only while it waits for that hour, because the ones before are full: `most` of its job's runs may begin in one. */
  readonly held?: { readonly until: EpochMs; readonly most: number };
};

/** An object in the payload store. `sha256` is in hexadecimal. */
export type StoredPayload = { readonly uri: string; readonly sha256: string; readonly sizeBytes: number };

export function isFinished(run: Run): boolean {
  return (finishedStatuses as readonly string[]).includes(run.status);
}

/** The attempt that may still live, if any. */
export function liveAttempt(run: Run): Attempt | undefined {
  const last = run.attempts.at(-1);
  return last && last.endedAt === undefined && run.status !== 'waiting' && !isFinished(run)
    ? last
    : undefined;
}

/** `<run id>-<attempt>-<start>`: at most 26 + 1 + 3 + 1 + 6 characters, of those every target takes. */
export function toToken(runId: string, attempt: number, start: number): string {
  return `${runId}-${attempt}-${start}`;
}

const tokenShape = /^([0-9a-z]{26})-([1-9][0-9]{0,2})-([1-9][0-9]{0,5})$/;

/** What a token is made of; undefined for a text that is none. */
export function parseToken(
  text: unknown,
): { readonly runId: string; readonly attempt: number; readonly start: number } | undefined {
  const [, runId, attempt, start] = typeof text === 'string' ? (tokenShape.exec(text) ?? []) : [];
  return runId === undefined ? undefined : { runId, attempt: Number(attempt), start: Number(start) };
}
