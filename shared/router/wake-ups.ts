import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../events/json.ts';
import type { Engine } from '../runs/engine.ts';
import type { EpochMs } from '../runs/run.ts';
import { parseWakeMessage } from '../wakers/wake-message.ts';

export type WakeUpParts = {
  readonly engine: Engine;
  readonly now: () => EpochMs;
  /** Hears of a message that could not be followed, or is none of ours. */
  readonly warn: (messageId: string, problem: unknown) => void;
};

/** A message that is earlier than this comes again by itself: another one in its place would make two of it. */
const mostEarlyMs = 5_000;

/** What SQS is told of a batch: the messages that have to come again. */
export type WakeAnswer = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

/** Gives runs their turn when the wake queue says that it has come. Takes a batch of SQS messages as Lambda has it. */
export function createWakeUps({ engine, now, warn }: WakeUpParts): (payload: unknown) => Promise<WakeAnswer> {
  return async (payload) => {
    const failed = await Promise.all(messagesIn(payload).map(follow));
    return {
      batchItemFailures: failed.flatMap((messageId) => (messageId ? [{ itemIdentifier: messageId }] : [])),
    };
  };

  /** Gives the message's id when it has to come again. */
  async function follow({ messageId, body }: Message): Promise<string | undefined> {
    const message = parseWakeMessage(body);
    if (message === undefined) {
      // It would stay so, however often it comes.
      warn(messageId, 'it is no wake-up');
      return undefined;
    }
    try {
      // SQS holds back whole seconds, by the clock of whoever sent it.
      const earlyMs = message.at - now();
      if (earlyMs > mostEarlyMs) return messageId;
      if (earlyMs > 0) await sleep(earlyMs);
      await engine.tell(message.runId, { kind: 'due' });
      return undefined;
    } catch (error) {
      warn(messageId, error);
      return messageId;
    }
  }
}

type Message = { readonly messageId: string; readonly body: string };

function messagesIn(payload: unknown): readonly Message[] {
  const records = isObject(payload) ? payload['Records'] : undefined;
  if (!Array.isArray(records)) throw new TypeError('the payload is no batch of SQS messages');
  return records.map((record: unknown) => {
    const { messageId, body } = isObject(record) ? record : {};
    if (typeof messageId !== 'string' || typeof body !== 'string')
      throw new TypeError('the payload is no batch of SQS messages');
    return { messageId, body };
  });
}
