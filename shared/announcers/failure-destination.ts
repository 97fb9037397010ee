import type { ClientsOf } from '../aws/regions.ts';
import { failedRunType } from '../events/announcement.ts';
import type { Announcement } from '../runs/effect.ts';
import type { Run } from '../runs/run.ts';
import { toMessage } from '../to-message.ts';
import type { Announcer } from './announcer.ts';
import { type EventStores, toFailureMessage } from './failure-message.ts';
import { type Detail, type Sender, toDetail } from './message.ts';
import { createPutEvents } from './put-events.ts';
import { createSendMessage, type Message } from './queue.ts';
import { createPublish } from './topic.ts';

export type FailureDestinationOptions = EventStores & {
  readonly clientsOf: ClientsOf;
  readonly sender: Sender;
};

/**
 * Reports runs that failed for good to the queue, the topic or the bus of their job, with their event.
 * At least once each; a FIFO queue or topic leaves out what comes again within five minutes.
 */
export function createFailureDestination(options: FailureDestinationOptions): Announcer {
  const { clientsOf, sender } = options;
  const sendMessage = createSendMessage((arn) => clientsOf(arn).sqs());
  const publish = createPublish((arn) => clientsOf(arn).sns());
  const putEvent = createPutEvents((arn) => clientsOf(arn).eventBridge());

  return {
    async announce(run, announcement) {
      const { onFailure } = run.plan;
      if (onFailure === undefined) return;
      const detail = toDetail(sender, run, announcement, 'failure-destination');
      const send = (text: string) => sendTo(onFailure, run, announcement, detail, text);
      const text = await toFailureMessage(options, detail);
      try {
        await send(text).catch(async (error: unknown) => {
          // Its owner lets it take less than the service could.
          const small = tooLarge.test(toMessage(error)) ? await toFailureMessage(options, detail, 0) : text;
          if (small === text) throw error;
          await send(small);
        });
      } catch (cause) {
        throw new Error(`${onFailure.arn} did not take it: ${toMessage(cause)}`, { cause });
      }
    },
  };

  function sendTo(
    { type, arn }: NonNullable<Run['plan']['onFailure']>,
    { job, traceparent }: Run,
    { what, at }: Announcement,
    { announcementId }: Detail,
    text: string,
  ): Promise<void> {
    const subject = `${sender.service}: ${job} ${what === 'timed-out' ? 'timed out' : what}`;
    const message: Message = { text, subject, group: job, id: announcementId, traceparent };
    switch (type) {
      case 'sqs':
        return sendMessage(arn, message);
      case 'sns':
        return publish(arn, message);
      case 'event-bus':
        return putEvent(arn, { detailType: failedRunType, detail: text, at });
    }
  }
}

/** How SQS, SNS and EventBridge say so. */
const tooLarge = /must be shorter than|too long|cannot be longer than|over the limit/i;
