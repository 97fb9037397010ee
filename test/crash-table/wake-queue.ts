import { createHash, randomUUID } from 'node:crypto';
import type { Core } from '../stand-in/core.ts';
import type { CreateService } from '../stand-in/service.ts';

export type Message = { readonly messageId: string; readonly body: string; readonly visibleAt: number };

export type WakeQueue = {
  readonly create: CreateService;
  /** Those that may be received now; they are gone from the queue then. */
  readonly take: () => readonly Message[];
  readonly giveBack: (message: Message) => void;
  /** When the next one may be received. */
  readonly nextAt: () => number | undefined;
};

type Entry = { readonly Id: string; readonly MessageBody: string; readonly DelaySeconds?: number };

/** As much of SQS as the waker calls. Messages are held back by the stand-in's time. */
export function createWakeQueue(): WakeQueue {
  let messages: readonly Message[] = [];
  let known: Core | undefined;
  const now = () => known?.now() ?? 0;
  return {
    create(core) {
      known = core;
      return {
        name: 'sqs',
        targetPrefix: 'AmazonSQS',
        operations: {
          SendMessageBatch(request) {
            const entries = request['Entries'] as readonly Entry[];
            const sent = entries.map(({ Id, MessageBody, DelaySeconds = 0 }) => {
              const messageId = randomUUID();
              messages = [
                ...messages,
                { messageId, body: MessageBody, visibleAt: now() + DelaySeconds * 1000 },
              ];
              const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
              return { Id, MessageId: messageId, MD5OfMessageBody };
            });
            return { Successful: sent, Failed: [] };
          },
        },
      };
    },
    take() {
      const due = messages.filter(({ visibleAt }) => visibleAt <= now());
      messages = messages.filter((each) => !due.includes(each));
      return due;
    },
    giveBack(message) {
      messages = [...messages, message];
    },
    nextAt: () =>
      messages.length === 0 ? undefined : Math.min(...messages.map(({ visibleAt }) => visibleAt)),
  };
}
