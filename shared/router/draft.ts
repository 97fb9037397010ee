import { applyInput, type InputRule } from '../events/input.ts';
import { isJson } from '../events/json.ts';
import { credentialHeaders, holdsCredentials, redactPayload, redactRecord } from '../events/redact.ts';
import type { CloudEvent, TriggerEvent } from '../events/trigger-event.ts';
import type { Match } from '../jobs/routing-table.ts';
import { settle } from '../runs/due.ts';
import { toRunId } from '../runs/identity.ts';
import type { Draft } from '../runs/ledger.ts';
import type { Plan } from '../runs/plan.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import { endRun } from '../runs/transitions.ts';
import { type Delivery, EventParseError, type UnreadableRecord } from '../sources/source.ts';

/** A run to be accepted; `secret` is the event with its credentials, which must not reach the ledger. */
export type RunDraft = Draft & { readonly secret?: string };

/**
 * What a delivery becomes for one job: a run, and a failed one for each record that can't be read. Pure.
 * Throws EventParseError for a native payload that can't be written down.
 */
export function toDrafts(delivery: Delivery, match: Match, plan: Plan, now: EpochMs): readonly RunDraft[] {
  const readable = delivery.records.flatMap((record) => ('event' in record ? [record.event] : []));
  const unreadable = delivery.records.flatMap((record) => ('event' in record ? [] : [record]));
  return [
    ...(readable.length > 0 ? [toDraft(delivery, readable, match, plan, now)] : []),
    ...unreadable.map((record) => toFailedDraft(delivery, record, match, plan, now)),
  ];
}

function toDraft(
  delivery: Delivery,
  events: readonly CloudEvent[],
  { job, rule }: Match,
  plan: Plan,
  now: EpochMs,
): RunDraft {
  const records =
    rule.type === 'schedule' ? events.map((event) => withInput(event, rule.properties)) : events;
  const hidden = [...credentialHeaders, ...job.redact];
  const shown = records.map((record) => redactRecord(record, hidden));
  const isNative = job.eventFormat === 'native';
  // The source looked at the parts it knows; here the rest counts too.
  if (isNative && !isJson(delivery.payload))
    throw new EventParseError(delivery.source, 'the payload is nested too deeply');
  const payload = isNative ? redactPayload(delivery.payload, hidden) : toTriggerEvent(delivery, shown);
  const isSecret = job.forwardCredentials && records.some((record) => holdsCredentials(record, hidden));
  return {
    run: {
      ...emptyRun(now),
      id: toRunId(job.name, delivery.sourceArn, delivery.id),
      job: job.name,
      source: delivery.source,
      rule: rule.id,
      eventId: delivery.id,
      plan,
      ...(delivery.fingerprint === undefined ? {} : { fingerprint: delivery.fingerprint }),
      ...(delivery.traceparent === undefined ? {} : { traceparent: delivery.traceparent }),
    },
    event: JSON.stringify(payload),
    claims: delivery.claims,
    ...(isSecret
      ? { secret: JSON.stringify(isNative ? delivery.payload : toTriggerEvent(delivery, records)) }
      : {}),
  };
}

/** It can't be run, but it's not swallowed: the ledger has what came, and why it was no event. */
function toFailedDraft(
  delivery: Delivery,
  { recordId, error, bytes }: UnreadableRecord,
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
  const failed = endRun(run, 'failed', { class: 'bad-event', reason: error }, now);
  return { run: settle(failed, now), event: JSON.stringify({ recordId, error, bytes }), claims: [] };
}

/** A new run with the event of an old one, on the plan that the job has now. */
export function toReplay(
  original: Run,
  event: string,
  plan: Plan,
  requestId: string,
  now: EpochMs,
): RunDraft {
  const { job, source, eventId, lostRecords, traceparent } = original;
  return {
    run: {
      ...emptyRun(now),
      id: toRunId(job, `replay:${original.id}`, requestId),
      job,
      source,
      rule: '',
      eventId,
      plan,
      replayOf: original.id,
      lostRecords,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    event,
    claims: [],
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

function toTriggerEvent(
  { id, source, sourceArn, time }: Delivery,
  records: readonly CloudEvent[],
): TriggerEvent {
  return { id, source, sourceArn, time, records };
}

/** A schedule's tick carries no input of its own: the rule says what the job gets. */
function withInput(event: CloudEvent, rule: InputRule): CloudEvent {
  const { input, inputPath, inputTransformer } = rule;
  if (input === undefined && inputPath === undefined && inputTransformer === undefined) return event;
  const tick = { 'detail-type': 'Scheduled Event', time: event.time, resources: [event.source], detail: {} };
  return { ...event, data: { ...event.data, input: applyInput(rule, tick) } };
}
