import { applyInput, type InputRule } from '../events/input.ts';
import { isJson, isObject, parseJson } from '../events/json.ts';
import { hiddenHeaders, holdsCredentials, redactPayload, redactRecord } from '../events/redact.ts';
import type { CloudEvent, Json, SourceName, TriggerEvent } from '../events/trigger-event.ts';
import type { Match } from '../jobs/routing-table.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import { type Delivery, EventParseError } from '../sources/source.ts';
import type { Part } from './part.ts';

/** What a job gets, as text; `secret` is the same with the credentials in it, when the job asks for them. */
export type EventText = { readonly event: string; readonly secret?: string };

/**
 * STP_TRIGGER_EVENT_DATA of a run that is made of some parts of a delivery.
 * Throws EventParseError for a native payload that can't be written down.
 */
export function toEventText(delivery: Delivery, parts: readonly Part[], { job, rule }: Match): EventText {
  const input = inputRuleOf(rule);
  const all = parts.length === 1 ? (parts[0]?.events ?? []) : parts.flatMap(({ events }) => events);
  const events = input === undefined ? all : all.map((event) => withInput(delivery, event, input));
  const hidden = hiddenHeaders(job.redact);
  const isSecret = holdsAnyCredentials(events, hidden);
  const isForwarded = isSecret && job.forwardCredentials;
  if (job.eventFormat === 'native') {
    const native = toNative(delivery, parts, input);
    // What a rule makes of an event is no request, whatever its keys are called.
    const event = JSON.stringify(input === undefined ? redactPayload(native, hidden) : native);
    return isForwarded ? { event, secret: JSON.stringify(native) } : { event };
  }
  const shown = isSecret ? events.map((event) => redactRecord(event, hidden)) : events;
  const event = JSON.stringify(toTriggerEvent(delivery, parts, shown));
  return isForwarded ? { event, secret: JSON.stringify(toTriggerEvent(delivery, parts, events)) } : { event };
}

/**
 * What a job gets of an event that a person wrote in place of one from `source`, as text. What would be hidden in a
 * delivery is hidden: in the records of requests, and where it looks like a native payload of a request. Undefined for
 * what is no JSON, or is nested too deeply.
 */
export function toEditedText(edited: string, source: SourceName, job: HidingJob): EventText | undefined {
  const event = parseJson(edited);
  if (event === undefined) return undefined;
  const shown = JSON.stringify(redactEdited(event, source, hiddenHeaders(job.redact)));
  if (shown === JSON.stringify(event)) return { event: edited };
  return job.forwardCredentials ? { event: shown, secret: edited } : { event: shown };
}

type HidingJob = Pick<RunnableJob, 'redact' | 'forwardCredentials'>;

/** Written by hand, names may be in any case, and what came as a request is one even without its type. */
function redactEdited(event: Json, source: SourceName, hidden: readonly string[]): unknown {
  const isRequest = source === 'http-api-gateway' || source === 'application-load-balancer';
  const shown = isRequest ? redactPayload(event, hidden) : event;
  if (!isObject(shown) || !Array.isArray(shown['records'])) return shown;
  const records = shown['records'].map((record: unknown) =>
    isObject(record) && (isRequest || record['type'] === 'aws.http.request')
      ? { ...record, data: redactPayload(record['data'], hidden) }
      : record,
  );
  return { ...shown, records };
}

function holdsAnyCredentials(events: readonly CloudEvent[], hidden: readonly string[]): boolean {
  for (const event of events) if (holdsCredentials(event, hidden)) return true;
  return false;
}

function toTriggerEvent(
  { id, source, sourceArn, time }: Delivery,
  parts: readonly Part[],
  records: readonly CloudEvent[],
): TriggerEvent {
  const [first] = parts;
  const isOne = parts.length === 1 && first !== undefined;
  return {
    id: isOne ? first.id : id,
    source,
    sourceArn,
    time: isOne ? (first.events[0]?.time ?? time) : time,
    records,
  };
}

/** The payload as it came; only with the records of this run, when others have the rest. */
function toNative(delivery: Delivery, parts: readonly Part[], input: InputRule | undefined) {
  const { source, payload, records } = delivery;
  // The source looked at the parts it knows; here the rest counts too.
  if (!isJson(payload)) throw new EventParseError(source, 'the payload is nested too deeply');
  const event = parts[0]?.events[0];
  if (input && event) return applyInput(input, toOriginal(delivery, event));
  if (!isObject(payload) || !Array.isArray(payload['Records']) || parts.length === records.length)
    return payload;
  const kept = new Set(parts.map(({ position }) => position));
  return { ...payload, Records: payload['Records'].filter((_, position) => kept.has(position)) };
}

/** What the rule makes of the event stands in its place: `detail` of an event bus, which may be the bigger part. */
function withInput(delivery: Delivery, event: CloudEvent, input: InputRule): CloudEvent {
  const { detail: _, ...data } = event.data;
  return { ...event, data: { ...data, input: applyInput(input, toOriginal(delivery, event)) } };
}

/** The event as EventBridge had it. Scheduler sends none with our marker; then it's the one that it sends by itself. */
function toOriginal({ addressed }: Delivery, { time, source }: CloudEvent): Json {
  if ('event' in addressed && addressed.event !== undefined) return addressed.event;
  return { 'detail-type': 'Scheduled Event', time, resources: [source], detail: {} };
}

function inputRuleOf({ type, properties }: Match['rule']): InputRule | undefined {
  if (type !== 'schedule' && type !== 'event-bus') return undefined;
  const { input, inputPath, inputTransformer } = properties;
  return input === undefined && inputPath === undefined && inputTransformer === undefined
    ? undefined
    : properties;
}
