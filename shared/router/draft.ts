import type { Claim } from '../events/claim.ts';
import type { Match } from '../jobs/routing-table.ts';
import { settle } from '../runs/due.ts';
import { isLoop, mostHops } from '../runs/hops.ts';
import { toReplayId, toRunId } from '../runs/identity.ts';
import type { Draft } from '../runs/ledger.ts';
import type { Plan } from '../runs/plan.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import { endRun } from '../runs/transitions.ts';
import type { Delivery, UnreadableRecord } from '../sources/source.ts';
import { withoutFindings } from '../sources/without-findings.ts';
import { type EventText, toEventText } from './event-text.ts';
import { toHops } from './hops.ts';
import { type Part, toClaim, toParts } from './part.ts';

export type RunDraft = Draft & {
  /** The records of the delivery, by position, that it stands for. */
  readonly records: readonly number[];
  /** The event with its credentials, which must not reach the ledger. */
  readonly secret?: string;
};

/**
 * What a delivery becomes for one job: a run, or one for each record, and a failed one for each record that can't be
 * read; in the order of the records. Pure. Throws EventParseError for a native payload that can't be written down.
 */
export function toDrafts(delivery: Delivery, match: Match, plan: Plan, now: EpochMs): readonly RunDraft[] {
  const parts = toParts(delivery, match);
  const groups = isByRecord(match) ? parts.map((part) => [part]) : parts.length === 0 ? [] : [parts];
  const unreadable = match.records.flatMap((position) => {
    const record = delivery.records[position];
    return record !== undefined && 'error' in record ? [{ record, position }] : [];
  });
  return [
    ...groups.map((group) => toDraft(delivery, group, match, plan, now)),
    ...unreadable.map(({ record, position }) => toFailedDraft(delivery, record, position, match, plan, now)),
  ].sort((a, b) => (a.records[0] ?? 0) - (b.records[0] ?? 0));
}

function toDraft(
  delivery: Delivery,
  parts: readonly Part[],
  match: Match,
  plan: Plan,
  now: EpochMs,
): RunDraft {
  const { job, rule } = match;
  const [first] = parts;
  const alone = parts.length === 1 ? first : undefined;
  const { source, id } = alone ?? { source: delivery.sourceArn, id: delivery.id };
  const traces = new Set(parts.map(({ trace }) => trace?.traceparent));
  const trace = traces.size === 1 ? first?.trace : undefined;
  const hops = toHops(parts.flatMap(({ events }) => events));
  const draft: RunDraft = {
    run: {
      ...emptyRun(now),
      id: toRunId(job.name, inPlace(match, source), inPlace(match, id)),
      job: job.name,
      source: delivery.source,
      rule: rule.id,
      eventId: id,
      plan,
      ...(delivery.claimed.by === 'key' && { fingerprint: delivery.claimed.fingerprint }),
      ...trace,
      ...(hops !== undefined && { hops }),
    },
    ...toEventText(delivery, parts, match),
    claims: toClaims(delivery, parts, match),
    records: [...new Set(parts.map(({ position }) => position))],
  };
  return isLoop(draft.run) ? toLoopDraft(draft, now) : draft;
}

/**
 * A schedule that was edited and the one that took its place may both be there for a moment, and send a tick of the same
 * time: that is one tick.
 */
function inPlace({ rule, inPlaceOf }: Match, name: string): string {
  return inPlaceOf === undefined ? name : name.replaceAll(inPlaceOf, rule.id);
}

function toClaims({ claimed }: Delivery, parts: readonly Part[], match: Match): readonly Claim[] {
  if (claimed.by === 'key') return [claimed.claim];
  return claimed.by === 'record' ? parts.map((part) => toClaim(part, match)) : [];
}

/**
 * It can't be run, but it's not swallowed: the ledger has what came, and why it was no event. The reason goes to logs and
 * buses, so that what was found is only kept with the event.
 */
function toFailedDraft(
  delivery: Delivery,
  { recordId, error, bytes }: UnreadableRecord,
  position: number,
  { job, rule }: Match,
  plan: Plan,
  now: EpochMs,
): RunDraft {
  const run: Run = {
    ...emptyRun(now),
    id: toRunId(job.name, delivery.sourceArn, recordId),
    job: job.name,
    source: delivery.source,
    rule: rule.id,
    eventId: recordId,
    plan,
  };
  const failed = endRun(run, 'failed', { class: 'bad-event', reason: withoutFindings(error) }, now);
  return {
    run: settle(failed, now),
    event: JSON.stringify({ recordId, error, bytes }),
    claims: [],
    records: [position],
  };
}

/**
 * What an event becomes that is too large to be kept: whoever delivers it would bring it again and again, and hold up
 * what comes after it. The run has its size and the reason.
 */
export function toTooLargeDraft({ secret: _, ...draft }: RunDraft, reason: string, now: EpochMs): RunDraft {
  const { cause } = draft.run;
  const both = cause === undefined ? reason : `${cause.reason}; its event is not kept: ${reason}`;
  const failed = endRun(draft.run, 'failed', { class: 'bad-event', reason: both }, now);
  return {
    ...draft,
    run: settle({ ...failed, tooLarge: true }, now),
    event: JSON.stringify({ error: reason, sizeBytes: Buffer.byteLength(draft.event) }),
  };
}

/** It's not started, as it would go on for ever; its event is kept, so that a person can replay it. */
function toLoopDraft({ secret: _, ...draft }: RunDraft, now: EpochMs): RunDraft {
  const reason = `${draft.run.hops} announcements in a row led to it, which is taken for a loop: jobs that start each other may do so ${mostHops} times`;
  const failed = endRun(draft.run, 'failed', { class: 'bad-event', reason }, now);
  return { ...draft, run: settle(failed, now) };
}

/** A new run with the event of an old one, on the plan that the job has now. A person asks for it: no hops led to it. */
export function toReplay(
  original: Run,
  text: EventText,
  plan: Plan,
  requestId: string,
  now: EpochMs,
): RunDraft {
  const { job, source, eventId, lostRecords, traceparent, tracestate } = original;
  return {
    run: {
      ...emptyRun(now),
      id: toReplayId(original, requestId),
      job,
      source,
      rule: '',
      eventId,
      plan,
      replayOf: original.id,
      lostRecords,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(tracestate === undefined ? {} : { tracestate }),
    },
    ...text,
    claims: [],
    records: [],
  };
}

function emptyRun(now: EpochMs) {
  return {
    status: 'collecting',
    revision: 0,
    createdAt: now,
    updatedAt: now,
    attempts: [],
    outbox: [],
    lostRecords: [],
  } as const;
}

function isByRecord({ rule }: Match): boolean {
  return 'batching' in rule.properties && rule.properties.batching === 'record';
}
