import type { EventBridgeClient, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { call } from '../aws/call.ts';
import { announcementSource } from '../events/announcement.ts';
import { gather } from './gather.ts';
import { mostBytes, sizeOf } from './message.ts';

/** `detail` is JSON; `at` is when it happened. */
export type BusEvent = { readonly detailType: string; readonly detail: string; readonly at: number };

/**
 * Sends events to buses, each named or an ARN. An event that EventBridge doesn't take rejects; one that is sent twice
 * is two events to EventBridge. Nothing is said of a bus that isn't there: PutEvents takes what is sent to it.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function createPutEvents(clientOf: (bus: string) => Promise<EventBridgeClient>) {
  return gather<BusEvent>({
    mostBytes,
    sizeOf: sizeOfEvent,
    async send(bus, events) {
      const [client, { PutEventsCommand }] = await Promise.all([
        clientOf(bus),
        import('@aws-sdk/client-eventbridge'),
      ]);
      const command = new PutEventsCommand({ Entries: events.map((event) => toEntry(bus, event)) });
      const { Entries: results = [] } = await call((sending) => client.send(command, sending));
      return events.map((_, index) => {
        const { EventId, ErrorCode, ErrorMessage = '' } = results[index] ?? {};
        if (ErrorCode !== undefined) return `${ErrorCode}: ${ErrorMessage}`;
        return EventId === undefined ? 'the answer does not mention it' : undefined;
      });
    },
  });
}

/** As EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOfEvent({ detailType, detail }: BusEvent): number {
  return sizeOfTime + sizeOf(announcementSource) + sizeOf(detailType) + sizeOf(detail);
}

const sizeOfTime = 14;

function toEntry(bus: string, { detailType, detail, at }: BusEvent): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: announcementSource,
    DetailType: detailType,
    Detail: detail,
    Time: new Date(at),
  };
}
