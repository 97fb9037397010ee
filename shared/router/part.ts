import { hash } from 'node:crypto';
import type { Claim } from '../events/claim.ts';
import { isObject } from '../events/json.ts';
import type { TraceContext } from '../events/trace-context.ts';
import type { CloudEvent } from '../events/trigger-event.ts';
import type { Match } from '../jobs/routing-table.ts';
import type { Delivery, Place, ReadableRecord } from '../sources/source.ts';

/**
 * What of a delivery can be given to a run on its own: an event, or for a native payload a record with all the events
 * that are in it. `source` and `id` together name it.
 */
export type Part = {
  readonly position: number;
  readonly source: string;
  readonly id: string;
  readonly events: readonly CloudEvent[];
  readonly place: Place | undefined;
  readonly trace: TraceContext | undefined;
};

/** The parts of the records that a rule takes. What a record that only says it was set up gives is nothing. */
export function toParts(delivery: Delivery, match: Match): readonly Part[] {
  const isNative = match.job.eventFormat === 'native';
  const { payload, records, sourceArn } = delivery;
  const isInseparable = isNative && !(isObject(payload) && Array.isArray(payload['Records']));
  if (isInseparable) return toWhole(delivery, match);
  const parts: Part[] = [];
  for (const position of match.records) {
    const record = records[position];
    if (record === undefined || 'error' in record || record.events.length === 0) continue;
    const groups = isNative ? [record.events] : record.events.map((event) => [event]);
    for (const events of groups) parts.push(toPart(sourceArn, record, position, events));
  }
  return parts;
}

function toPart(
  sourceArn: string,
  { recordId, place, trace }: ReadableRecord,
  position: number,
  events: readonly CloudEvent[],
): Part {
  const [event] = events;
  const isOne = event !== undefined && events.length === 1;
  return {
    position,
    source: isOne ? event.source : sourceArn,
    id: isOne ? event.id : recordId,
    events,
    place,
    trace,
  };
}

/** A native payload that is one piece: it can't be given without some of its events. */
function toWhole({ records, sourceArn, id }: Delivery, match: Match): readonly Part[] {
  const readable = match.records.flatMap((position) => {
    const record = records[position];
    return record !== undefined && 'events' in record ? [{ position, record }] : [];
  });
  const events = readable.flatMap(({ record }) => record.events);
  const [first] = readable;
  if (first === undefined || events.length === 0) return [];
  const [event] = events;
  const named = event !== undefined && events.length === 1 ? event : { source: sourceArn, id };
  const { trace } = first.record;
  return [{ position: first.position, source: named.source, id: named.id, events, place: undefined, trace }];
}

/** However long the history is kept, so that what comes again much later is still known. */
const monthInSeconds = 30 * 86_400;

/** The same however the event came: CloudEvents promises that no two have the same source and id. */
export function toClaim({ place, events }: Part, { hasGaps }: Match): Claim {
  if (place === undefined) {
    const names = events.map(({ source, id }) => [source, id]);
    return { id: hash('sha256', JSON.stringify(names)), seconds: monthInSeconds };
  }
  return { ...place, isAlone: hasGaps, seconds: monthInSeconds };
}
