import type { SourceName } from '../events/trigger-event.ts';
import type { FailureClass } from './failure.ts';
import type { Work } from './plan.ts';
import type { Attempt, EpochMs, Run, StoredPayload } from './run.ts';

/**
 * One call to a target: everything that it is to be told.
 * It is made only of what is frozen in the run, so that a repeated start sends the same bytes.
 */
export type Order<W extends Work = Work> = {
  readonly token: string;
  /** When this start was asked for first. */
  readonly askedAt: EpochMs;
  /** Why the start before this one, of the same attempt, did not live. */
  readonly setback?: FailureClass;
  readonly runId: string;
  readonly job: string;
  readonly source: SourceName;
  readonly attempt: number;
  readonly maximumAttempts: number;
  /** ISO 8601, UTC: the latest that this attempt can end. */
  readonly deadline: string;
  readonly timeoutSeconds: number;
  readonly startTimeoutSeconds: number;
  readonly stopTimeoutSeconds: number;
  readonly work: W;
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** The trigger event, serialised; `undefined` when it may travel by claim check only. */
  readonly event: string | undefined;
};

/** How the event travels with an order. */
export type CarriedEvent =
  | { readonly tier: 'inline'; readonly text: string }
  | { readonly tier: 'environment-file'; readonly payload: StoredPayload }
  | { readonly tier: 'claim-check'; readonly payload: StoredPayload };

export function toOrder(run: Run, attempt: Attempt, event: string): Order {
  return {
    token: attempt.start.token,
    askedAt: attempt.start.askedAt,
    ...(attempt.lastSetback === undefined ? {} : { setback: attempt.lastSetback.class }),
    runId: run.id,
    job: run.job,
    source: run.source,
    attempt: attempt.number,
    maximumAttempts: run.plan.retry.attempts,
    deadline: new Date(attempt.start.deadlineAt).toISOString(),
    timeoutSeconds: run.plan.timeoutSeconds,
    startTimeoutSeconds: run.plan.startTimeoutSeconds,
    stopTimeoutSeconds: run.plan.stopTimeoutSeconds,
    work: run.plan.work,
    ...(run.traceparent === undefined ? {} : { traceparent: run.traceparent }),
    ...(run.tracestate === undefined ? {} : { tracestate: run.tracestate }),
    event: run.payload ? undefined : withoutRecords(event, run.lostRecords),
  };
}

/**
 * What a job finds in its environment, beside what it declares itself.
 * STP_TRIGGER_EVENT_DATA is always valid JSON: the event, or where to fetch it.
 */
export function toVariables(order: Order, event: CarriedEvent): Record<string, string> {
  return {
    ...(event.tier === 'claim-check' ? toPointer(event.payload) : {}),
    ...(event.tier === 'inline' ? { STP_TRIGGER_EVENT_DATA: event.text } : {}),
    STP_CURRENT_ATTEMPT: String(order.attempt),
    STP_MAXIMUM_ATTEMPTS: String(order.maximumAttempts),
    STP_RUN_ID: order.runId,
    STP_JOB_NAME: order.job,
    STP_TRIGGER_SOURCE: order.source,
    STP_DEADLINE: order.deadline,
    ...(order.traceparent === undefined ? {} : { TRACEPARENT: order.traceparent }),
    ...(order.tracestate === undefined ? {} : { TRACESTATE: order.tracestate }),
  };
}

/**
 * The event as an environment file has it. JSON has no line breaks outside its escapes; "=" is escaped too, as some
 * versions of the ECS agent cut a value at its second one. The JSON says the same.
 */
export function toEnvironmentLine(event: string): string {
  return `STP_TRIGGER_EVENT_DATA=${event.replaceAll('=', '\\u003d')}\n`;
}

function toPointer({ uri, sha256, sizeBytes }: StoredPayload): Record<string, string> {
  return {
    STP_TRIGGER_EVENT_DATA: JSON.stringify({ claimCheck: { uri, sha256, sizeBytes } }),
    STP_TRIGGER_EVENT_URI: uri,
    STP_TRIGGER_EVENT_SHA256: sha256,
  };
}

/** Takes out the records that another run claimed, from a trigger event or from a native payload. */
function withoutRecords(event: string, positions: readonly number[]): string {
  if (positions.length === 0) return event;
  const parsed = JSON.parse(event);
  const key = Array.isArray(parsed.records) ? 'records' : 'Records';
  const kept = parsed[key].filter((_: unknown, position: number) => !positions.includes(position));
  return JSON.stringify({ ...parsed, [key]: kept });
}
