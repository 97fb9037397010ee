import type { Claim } from '../events/claim.ts';
import type { TraceContext } from '../events/trace-context.ts';
import type { CloudEvent, Json, SourceName } from '../events/trigger-event.ts';

/** What Lambda tells a handler about the invocation besides the payload. */
export type Invocation = {
  readonly requestId: string;
  readonly functionArn: string;
};

/** A record of a delivery, or what was wrong with it: one bad record doesn't take its neighbours with it. */
export type DeliveryRecord = ReadableRecord | UnreadableRecord;

export type ReadableRecord = {
  /** Repeats when the source delivers the record again. */
  readonly recordId: string;
  /** By what the source is told that the record could not be recorded, when that's not `recordId`. */
  readonly itemIdentifier?: string;
  /** Usually one. Those of the envelope that the record is, or none when it only says that it was set up. */
  readonly events: readonly CloudEvent[];
  readonly place?: Place;
  /** What filters of rules look at, where that's a text which `events` doesn't have as it came. */
  readonly text?: string;
  /** When the record carried one. */
  readonly trace?: TraceContext;
};

/** `bytes` as they came, when they are text; else in base64. */
export type UnreadableRecord = {
  readonly recordId: string;
  readonly itemIdentifier?: string;
  readonly error: string;
  readonly bytes: string;
};

/** Where a record stands in its shard: `sequenceNumber` is in decimal digits. */
export type Place = { readonly shard: string; readonly sequenceNumber: string };

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
  | {
      readonly source: 'application-load-balancer';
      readonly method: string;
      readonly path: string;
      /** Names in lower case; a list where there are several values. */
      readonly headers: { readonly [name: string]: string | readonly string[] };
      /** As the client sent them, percent-encoded. */
      readonly query: readonly (readonly [string, string])[];
      readonly sourceIp: string | null;
      /** It's the load balancer that asks, not a client. */
      readonly isHealthCheck: boolean;
    }
  /** The event as it was on its bus; the rule's id when the event came through a rule of ours. */
  | { readonly source: 'event-bus'; readonly rule: string | undefined; readonly event: Json }
  | { readonly source: 'schedule'; readonly rule: string | undefined; readonly event: Json | undefined }
  /** The names of the subscription filters that the lines came through. */
  | { readonly source: 'cloudwatch-log'; readonly subscriptionFilters: readonly string[] }
  /** The rule's id when the change came through a rule of ours, by EventBridge. */
  | { readonly source: 's3'; readonly rule: string | undefined }
  | { readonly source: 'manual'; readonly job: string }
  | { readonly source: 'sqs' | 'sns' | 'kinesis-stream' | 'dynamo-db-stream' };

/** What keeps a delivery from starting a job again: the id of its run, a key that its sender chose, or each record. */
export type ClaimedBy =
  | { readonly by: 'run' }
  /** Two deliveries with one claim and different fingerprints are not the same request. */
  | { readonly by: 'key'; readonly claim: Claim; readonly fingerprint: string }
  | { readonly by: 'record' };

/** One payload of one source, parsed. */
export type Delivery = {
  readonly source: SourceName;
  /** Repeats when the source delivers the same thing again; run ids are derived from it. */
  readonly id: string;
  readonly sourceArn: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly addressed: Addressed;
  /** Where the payload has `Records`, one for each of them, in their order. */
  readonly records: readonly DeliveryRecord[];
  readonly claimed: ClaimedBy;
  /** Its records are recorded one after the other, and none after one that could not be: FIFO queues and shards. */
  readonly isOrdered: boolean;
  /** The payload as the handler received it, for `eventFormat: native`; only a marker of Signalbox's is taken off. */
  readonly payload: unknown;
};

/** What became of a delivery for one of the jobs it starts. */
export type Dispatched = {
  readonly job: string;
  readonly runId: string;
  readonly status: string;
  /** `conflict`: its claim is held by a run with another fingerprint. */
  readonly outcome: 'accepted' | 'duplicate' | 'conflict';
  /** Where the runs API has the run, when there is one. */
  readonly location?: string;
  /** Where a person looks at what was started, for those who are told: a page of the AWS console, and the log stream. */
  readonly links?: {
    readonly console: string;
    readonly logs?: { readonly group: string; readonly stream: string };
  };
};

/** Records of a delivery, by position, that could not be recorded for a job, and have to come again. */
export type Unrecorded = {
  readonly job: string;
  readonly records: readonly number[];
  readonly error: unknown;
};

export type Routed = {
  readonly dispatched: readonly Dispatched[];
  readonly unrecorded: readonly Unrecorded[];
};

/**
 * An event source: one file, one object.
 *
 * `parse` turns an unknown payload into a delivery or throws EventParseError, and never changes the payload.
 * `answer` is what the handler returns, or throws, once as much as possible is in the ledger.
 * `refuse` is what it returns, or throws, for a payload that was not taken at all; nothing is acknowledged then.
 */
export interface Source {
  readonly name: SourceName;
  parse(payload: unknown, invocation: Invocation): Delivery;
  answer(delivery: Delivery, routed: Routed): unknown;
  refuse(error: unknown, payload: unknown): unknown;
}

/** The payload is not what its source sends. Trying again is of no use: the same bytes fail the same way. */
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
