import { announcementSource, isAnnouncementId } from '../events/announcement.ts';
import { isObject } from '../events/json.ts';
import type { CloudEvent } from '../events/trigger-event.ts';

/** All that is looked at of an event. */
type Told = Pick<CloudEvent, 'type' | 'data'>;

/**
 * How many announcements in a row led to what some events start: one more than led to the run that an announcement
 * among them is about. Undefined when there is none among them.
 */
export function toHops(events: readonly Told[]): number | undefined {
  const all = events.flatMap((event) => messagesIn(event).flatMap(hopsIn));
  return all.length === 0 ? undefined : Math.max(...all) + 1;
}

/** An event of a bus, or what a rule of a bus or a failure destination put into a message, a request or a record. */
function messagesIn({ type, data }: Told): readonly unknown[] {
  return type === 'aws.events.event' ? [data] : [data['body'], data['message'], data['data'], data['input']];
}

function hopsIn(message: unknown): readonly number[] {
  if (!isObject(message)) return [];
  const detail = message['source'] === announcementSource ? message['detail'] : message;
  if (!isObject(detail)) return [];
  const isOurs = detail !== message || isAnnouncementId(detail['announcementId']);
  const { hops } = detail;
  return isOurs && typeof hops === 'number' && Number.isSafeInteger(hops) && hops >= 0 ? [hops] : [];
}
