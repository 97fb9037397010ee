import type { Claim } from '../events/claim.ts';
import type { CloudEvent, SourceName } from '../events/trigger-event.ts';

/** What Lambda tells a handler about the invocation besides the payload. */
export type Invocation = {
  readonly requestId: string;
  readonly functionArn: string;
};

/** A record of a delivery, or what was wrong with it: one bad record doesn't take its neighbours with it. */
export type DeliveryRecord = { readonly recordId: string; readonly event: CloudEvent } | UnreadableRecord;

/** `bytes` as they came, when they are text; else in base64. */
export type UnreadableRecord = { readonly recordId: string; readonly error: string; readonly bytes: string };

/** What rules need to know of a delivery that is not in its records. */
export type Addressed =
  | {
      readonly source: 'http-api-gateway';
      readonly method: string;
      readonly path: string;
      /** The route as API Gateway matched it, such as `POST /thumbnails/{id}` or `$default`. */
      readonly routeKey: string;
      readonly apiId: string;
    }
  | { readonly source: 'schedule'; readonly rule: string }
  | { readonly source: 'manual'; readonly job: string };

/** One payload of one source, parsed. */
export type Delivery = {
  readonly source: SourceName;
  /** Repeats when the source delivers the same thing again; run ids are derived from it. */
  readonly id: string;
  readonly sourceArn: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly addressed: Addressed;
  readonly records: readonly DeliveryRecord[];
  readonly claims: readonly Claim[];
  /** Two deliveries with one claim and different fingerprints are not the same request. */
  readonly fingerprint?: string;
  /** The payload as the handler received it, for `eventFormat: native`. */
  readonly payload: unknown;
  /** W3C trace context, when the source carried one. */
  readonly traceparent?: string;
};

/** What became of a delivery for one of the jobs it starts. */
export type Dispatched = {
  readonly job: string;
  readonly runId: string;
  readonly status: string;
  /** `conflict`: its claim is held by a run with another fingerprint. */
  readonly outcome: 'accepted' | 'duplicate' | 'conflict';
};

/**
 * An event source: one file, one object.
 *
 * `parse` turns an unknown payload into a delivery or throws EventParseError, and never changes the payload.
 * `answer` is what the handler returns once every run is in the ledger.
 * `refuse` is what it returns, or throws, when something could not be recorded; nothing is acknowledged then.
 */
export interface Source {
  readonly name: SourceName;
  parse(payload: unknown, invocation: Invocation): Delivery;
  answer(delivery: Delivery, dispatched: readonly Dispatched[]): unknown;
  refuse(error: unknown, payload: unknown): unknown;
}

/** The payload is not what its source sends. Never retried: the same bytes would fail the same way. */
export class EventParseError extends Error {
  override readonly name = 'EventParseError';
  readonly source: SourceName;
  /** What is wrong, without the source; an HTTP client is shown it. */
  readonly problem: string;

  constructor(source: SourceName, problem: string, options?: ErrorOptions) {
    super(`${source}: ${problem}`, options);
    this.source = source;
    this.problem = problem;
  }
}

/** No rule of jobs.yml takes the delivery. */
export class NoRuleError extends Error {
  override readonly name = 'NoRuleError';
}
