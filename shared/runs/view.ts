import { toTryLinks } from '../targets/batch/links.ts';
import type { Links } from '../targets/console.ts';
import { toLinks } from '../targets/links.ts';
import type { Cause } from './failure.ts';
import { type HeldView, toHeldView } from './held.ts';
import { type Attempt, type Details, type EpochMs, isFinished, type Run, type Try } from './run.ts';

/** A run as people and programs are shown it. The plan stays inside: its environment may hold secrets. */
export type RunView = {
  readonly runId: string;
  readonly job: string;
  readonly status: Run['status'];
  readonly source: Run['source'];
  readonly eventId: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** From when it was accepted until its first attempt ran. */
  readonly waitedSeconds?: number;
  readonly durationSeconds?: number;
  readonly nextLookAt?: string;
  readonly maximumAttempts: number;
  readonly attempts: readonly AttemptView[];
  readonly cause?: Cause;
  readonly stopping?: string;
  readonly held?: HeldView;
  readonly replayOf?: string;
};

export type AttemptView = Details & {
  readonly attempt: number;
  readonly status: 'starting' | 'running' | 'succeeded' | 'failed' | 'not started';
  readonly starts: number;
  readonly token: string;
  readonly externalId?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** From when it was asked for, or after an interruption asked for again, until it ran. */
  readonly waitedSeconds?: number;
  readonly durationSeconds?: number;
  readonly interruptions?: number;
  readonly failure?: Cause;
  /** Why a start of this attempt did not live. */
  readonly lastSetback?: Cause;
  /** A page of the AWS console, and the log stream. */
  readonly links?: Links;
};

export function toRunView(run: Run): RunView {
  const { id, job, status, source, eventId, plan, cause, stopping, replayOf } = run;
  const held = toHeldView(run);
  const startedAt = run.attempts.find((attempt) => attempt.startedAt !== undefined)?.startedAt;
  return {
    runId: id,
    job,
    status,
    source,
    eventId,
    createdAt: toIso(run.createdAt),
    ...span(run.createdAt, startedAt, run.endedAt),
    ...(run.dueAt === undefined || isFinished(run) ? {} : { nextLookAt: toIso(run.dueAt) }),
    maximumAttempts: (plan.work.target === 'batch' ? plan.work.retry : plan.retry).attempts,
    attempts: run.attempts.flatMap((attempt) => toAttemptViews(run, attempt)),
    ...(cause ? { cause } : {}),
    ...(stopping ? { stopping: stopping.reason } : {}),
    ...(held ? { held } : {}),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

/** Of what was started last, once something was. */
export function toNewestLinks(run: Run): Links | undefined {
  return toRunView(run).attempts.at(-1)?.links;
}

/** Where the target retries by itself, its tries are what the job saw as attempts. */
function toAttemptViews(run: Run, attempt: Attempt): readonly AttemptView[] {
  const { tries = [] } = attempt;
  return tries.length === 0
    ? [toAttemptView(run, attempt)]
    : tries.map((each) => toTryView(run, attempt, each));
}

function toTryView({ plan: { work } }: Run, { start }: Attempt, each: Try): AttemptView {
  const { number, externalId, createdAt, startedAt, endedAt, failure } = each;
  const links = work.target === 'batch' ? toTryLinks(work, each) : undefined;
  return {
    attempt: number,
    status: toTryStatus(each),
    starts: 1,
    token: start.token,
    externalId,
    ...span(createdAt, startedAt, endedAt),
    ...(failure ? { failure } : {}),
    ...toDetails(each, links),
  };
}

function toTryStatus({ startedAt, endedAt, failure }: Try): AttemptView['status'] {
  if (endedAt !== undefined) return failure ? 'failed' : 'succeeded';
  return startedAt === undefined ? 'starting' : 'running';
}

function toAttemptView(run: Run, attempt: Attempt): AttemptView {
  const { number, start, askedAt, startedAt, endedAt, interruptions, failure, lastSetback } = attempt;
  const links = start.externalId === undefined ? undefined : toLinks(run.plan.work, start.externalId);
  return {
    attempt: number,
    status: toAttemptStatus(run, attempt),
    starts: start.number,
    token: start.token,
    ...(start.externalId === undefined ? {} : { externalId: start.externalId }),
    ...span(interruptions > 0 ? start.askedAt : askedAt, startedAt, endedAt),
    ...(interruptions > 0 ? { interruptions } : {}),
    ...(failure ? { failure } : {}),
    ...(lastSetback ? { lastSetback } : {}),
    ...toDetails(attempt, links),
  };
}

/** What its service said is kept; where the plan says more of its logs than that, by the plan. */
function toDetails(
  { details = {}, failure }: Pick<Attempt, 'details' | 'failure'>,
  links: Links | undefined,
): Details & Pick<AttemptView, 'links'> {
  const { logGroup = links?.logs?.group, logStream = links?.logs?.stream } = details;
  const exitCode = details.exitCode ?? failure?.exitCode;
  const isLogged = logGroup !== undefined && logStream !== undefined;
  return {
    ...details,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(isLogged && { logGroup, logStream }),
    ...(links && { links: { ...links, ...(isLogged && { logs: { group: logGroup, stream: logStream } }) } }),
  };
}

function toAttemptStatus(run: Run, { startedAt, endedAt, failure }: Attempt): AttemptView['status'] {
  if (endedAt !== undefined) return failure ? 'failed' : 'succeeded';
  if (isFinished(run) || run.status === 'waiting') return 'not started';
  return startedAt === undefined ? 'starting' : 'running';
}

function span(askedAt: EpochMs | undefined, startedAt: EpochMs | undefined, endedAt: EpochMs | undefined) {
  return {
    ...(startedAt === undefined ? {} : { startedAt: toIso(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAt: toIso(endedAt) }),
    // The clocks of the service and of the router differ a little.
    ...(askedAt === undefined || startedAt === undefined
      ? {}
      : { waitedSeconds: Math.max(startedAt - askedAt, 0) / 1000 }),
    ...(startedAt === undefined || endedAt === undefined
      ? {}
      : { durationSeconds: (endedAt - startedAt) / 1000 }),
  };
}

function toIso(at: EpochMs): string {
  return new Date(at).toISOString();
}
