import type { SQSClient } from '@aws-sdk/client-sqs';
import { call } from '../aws/call.ts';
import { toAwsFailure, toReason } from '../aws/errors.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import type { WakeMessage } from './wake-message.ts';
import { longestWakeMs, type Waker } from './waker.ts';

/**
 * What SQS takes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const longestDelaySeconds = longestWakeMs / 1000;
const mostEntries = 10;

export type SqsWakerOptions = {
  readonly client: () => Promise<SQSClient>;
  /**
   * Of a standard queue: a FIFO queue knows no delays of single messages. `{target}` in it stands for the name of the
   * run's target, so that each has a queue of its own and none waits behind the starts of another.
   */
  readonly queueUrl: string;
  readonly now: () => EpochMs;
  /** How long one call may take with its repeats; 10. */
  readonly longestSeconds?: number;
};

type Entry = {
  readonly queueUrl: string;
  readonly message: WakeMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/**
 * A message that SQS holds back until a run's turn, if that is within 15 minutes.
 * Wake-ups that are asked for in one turn of the event loop are sent together, in their order, ten to a call.
 * One that's refused rejects for itself; one that is sent twice only makes for two looks at the run.
 */
export function createSqsWaker(options: SqsWakerOptions): Waker {
  const { client, queueUrl, now, longestSeconds = 10 } = options;
  let waiting: Entry[] = [];

  return {
    async wake(run) {
      const at = toWakeDate(run, now());
      const queue = queueUrl.replace('{target}', run.plan.work.target);
      if (at !== undefined) await sendSoon(queue, { runId: run.id, at });
    },
  };

  function sendSoon(queueUrl: string, message: WakeMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(sendAll);
      waiting.push({ queueUrl, message, resolve, reject });
    });
  }

  function sendAll(): void {
    const byQueue = Map.groupBy(waiting, (entry) => entry.queueUrl);
    waiting = [];
    for (const [queue, entries] of byQueue) {
      for (let first = 0; first < entries.length; first += mostEntries) {
        void send(queue, entries.slice(first, first + mostEntries));
      }
    }
  }

  /** Never rejects: each entry hears for itself. */
  async function send(queue: string, entries: readonly Entry[]): Promise<void> {
    try {
      const [sqs, { SendMessageBatchCommand }] = await Promise.all([client(), import('@aws-sdk/client-sqs')]);
      const command = new SendMessageBatchCommand({
        QueueUrl: queue,
        Entries: entries.map(({ message }, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(message),
          DelaySeconds: toDelaySeconds(message.at, now()),
        })),
      });
      const answer = await call((sending) => sqs.send(command, sending), longestSeconds);
      const sent = new Set(answer.Successful?.map(({ Id }) => Id));
      const failed = new Map(
        answer.Failed?.map(({ Id, Code = '', Message = '' }) => [Id, `${Code}: ${Message}`]),
      );
      for (const [index, entry] of entries.entries()) {
        const id = String(index);
        if (sent.has(id)) entry.resolve();
        else entry.reject(toError(entry, failed.get(id) ?? 'the answer does not mention it'));
      }
    } catch (cause) {
      const { name, message } = toAwsFailure(cause);
      const isGivenUp = name === 'AbortError' || name === 'TimeoutError';
      const reason = isGivenUp ? `no answer within ${longestSeconds} s` : `${name}: ${message}`;
      for (const entry of entries) entry.reject(toError(entry, reason, cause));
    }
  }
}

/**
 * When a run is to be looked at by a message: at its next start, or when a start or stop that failed is tried again.
 * Undefined where a look is only in case something got lost, or failed, or the turn is far off: for those the sweep asks
 * the ledger, and looks at many in one call. A message that is sent on and on for hours would become many, as each may
 * be delivered twice.
 */
export function toWakeDate({ status, next, outbox }: Run, now: EpochMs): EpochMs | undefined {
  const turn = (status === 'queued' || status === 'waiting') && next ? [next.at] : [];
  const owed = outbox.flatMap(({ kind, notBefore }) =>
    (kind === 'start' || kind === 'stop') && notBefore > now ? [notBefore] : [],
  );
  const dates = [...turn, ...owed].filter((at) => at - now <= longestWakeMs);
  return dates.length > 0 ? Math.min(...dates) : undefined;
}

export function toDelaySeconds(at: EpochMs, now: EpochMs): number {
  return Math.min(Math.max(Math.ceil((at - now) / 1000), 0), longestDelaySeconds);
}

function toError({ message: { runId } }: Entry, reason: string, cause?: unknown): Error {
  return new Error(`the wake-up of run ${runId} could not be sent: ${toReason(reason)}`, { cause });
}
