import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../../shared/events/json.ts';
import type { Random } from '../simulation/random.ts';
import type { Delivery } from './deliveries.ts';
import type { Sent } from './judge.ts';
import { toBusPayload, toQueuePayload } from './payloads.ts';

export type SenderParts = {
  /** Sends a request to the route of its job; true when it was answered with 202. Throws without an answer. */
  readonly post: (delivery: Delivery, line: number) => Promise<boolean>;
  /** Calls a function as Lambda does, and gives what it answers. Throws when it fails, or nothing is heard of it. */
  readonly invoke: (name: 'sqs' | 'event-bus', payload: unknown, line: number) => Promise<unknown>;
  readonly toBusRule: (job: string) => string;
  readonly random: Random;
  /** After no answer, or a bad one, it's sent again in so many milliseconds: a queue's visibility timeout, say. */
  readonly againMs: number;
};

export type Senders = {
  readonly release: (deliveries: readonly Delivery[]) => void;
  /** How many are to be sent yet, or again. */
  readonly pending: () => number;
  readonly sent: () => readonly Sent[];
  readonly stop: () => Promise<void>;
};

type Item = {
  readonly delivery: Delivery;
  sends: number;
  acknowledged: number;
  /** When it may be sent, by `performance.now()`. */
  at: number;
};

/** Lines that send at once, by way. */
const lines = { http: 3, queue: 2, bus: 2 } as const;
/** What was acknowledged comes again all the same, so often: queues and buses deliver at least once, clients repeat. */
const doubled = 0.05;
/** Lambda tries an asynchronous invocation twice more. */
const mostTries = 3;

/**
 * Sends events as their sources do: clients of HTTP repeat a request with its Idempotency-Key until they are answered;
 * a queue hands out batches, made anew each time, until each message is deleted; a bus gives up after three tries.
 */
export function createSenders({ post, invoke, toBusRule, random, againMs }: SenderParts): Senders {
  const items: Item[] = [];
  const open = new Set<Item>();
  let isOn = true;
  const working = [
    ...Array.from({ length: lines.http }, (_, line) => work(() => sendRequest(line))),
    ...Array.from({ length: lines.queue }, (_, line) => work(() => sendBatch(line))),
    ...Array.from({ length: lines.bus }, (_, line) => work(() => sendEvent(line))),
  ];
  return {
    release(deliveries) {
      const now = performance.now();
      for (const delivery of deliveries) {
        const item = { delivery, sends: 0, acknowledged: 0, at: now };
        items.push(item);
        open.add(item);
      }
    },
    pending: () => open.size,
    sent: () => items.map(({ delivery, sends, acknowledged }) => ({ ...delivery, sends, acknowledged })),
    async stop() {
      isOn = false;
      await Promise.all(working);
    },
  };

  async function work(once: () => Promise<boolean>): Promise<void> {
    while (isOn) if (!(await once())) await sleep(20);
  }

  /** What may be sent now; nobody else gets it before its time has come again. */
  function take(way: Delivery['way'], most: number): readonly Item[] {
    const now = performance.now();
    const ready = [...open].filter((item) => item.delivery.way === way && item.at <= now);
    if (ready.length === 0) return [];
    const { job } = random.pick(ready).delivery;
    const ofJob = ready.filter(({ delivery }) => delivery.job === job);
    const taken = Array.from({ length: Math.min(most, ofJob.length) }, () =>
      ofJob.splice(random.between(0, ofJob.length - 1), 1),
    ).flat();
    for (const item of taken) {
      item.sends++;
      item.at = Number.POSITIVE_INFINITY;
    }
    return taken;
  }

  function note(item: Item, isAcknowledged: boolean): void {
    if (isAcknowledged) item.acknowledged++;
    if (item.acknowledged > 0 && !random.chance(doubled)) open.delete(item);
    item.at = performance.now() + (isAcknowledged ? random.between(0, 2 * againMs) : againMs);
  }

  async function sendRequest(line: number): Promise<boolean> {
    const [item] = take('http', 1);
    if (item === undefined) return false;
    note(item, await post(item.delivery, line).catch(() => false));
    return true;
  }

  async function sendBatch(line: number): Promise<boolean> {
    const batch = take('queue', random.between(1, 10));
    if (batch.length === 0) return false;
    const failed = await invoke('sqs', toQueuePayload(batch), line).then(failuresIn, () => undefined);
    for (const item of batch) note(item, failed?.has(item.delivery.number) === false);
    return true;
  }

  async function sendEvent(line: number): Promise<boolean> {
    const [item] = take('bus', 1);
    if (item === undefined) return false;
    const { delivery, sends } = item;
    const payload = toBusPayload(delivery, toBusRule(delivery.job));
    const isTaken = await invoke('event-bus', payload, line).then(
      () => true,
      () => false,
    );
    note(item, isTaken);
    // Lambda waits a minute, then two.
    if (!isTaken) item.at += againMs * sends;
    if (sends >= mostTries) open.delete(item);
    return true;
  }
}

/** The numbers of the messages that have to come again. Throws for what is no answer to a batch: then all of them do. */
function failuresIn(answer: unknown): ReadonlySet<number> {
  const failures = isObject(answer) ? answer['batchItemFailures'] : undefined;
  if (!Array.isArray(failures)) throw new Error('the function gave no batchItemFailures');
  return new Set(
    failures.map(({ itemIdentifier }) => Number(String(itemIdentifier).replace('message-', ''))),
  );
}
