import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { toMessage } from '../to-message.ts';
import type { Announcer } from './announcer.ts';
import { type Sender, toDetail, toDetailType, toText } from './message.ts';
import { createPutEvents } from './put-events.ts';

export type EventBridgeAnnouncerOptions = {
  readonly client: () => Promise<EventBridgeClient>;
  /** Name or ARN. */
  readonly bus: string;
  readonly sender: Sender;
};

/** Tells an event bus what becomes of runs. At least once each: an answer that gets lost makes it two events. */
export function createEventBridgeAnnouncer({ client, bus, sender }: EventBridgeAnnouncerOptions): Announcer {
  const putEvent = createPutEvents(client);
  return {
    async announce(run, announcement) {
      const detail = toText(toDetail(sender, run, announcement));
      try {
        await putEvent(bus, { detailType: toDetailType(announcement), detail, at: announcement.at });
      } catch (cause) {
        throw new Error(`event bus ${bus} did not take it: ${toMessage(cause)}`, { cause });
      }
    },
  };
}
