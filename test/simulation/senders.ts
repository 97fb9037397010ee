import { dynamoDbStream } from '../../shared/sources/dynamo-db-stream.ts';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { kinesisStream } from '../../shared/sources/kinesis-stream.ts';
import { s3 } from '../../shared/sources/s3.ts';
import { sns } from '../../shared/sources/sns.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invokeAsynchronously } from './asynchronous.ts';
import type { Functions } from './functions.ts';
import type { Kernel } from './kernel.ts';
import {
  toBucketPayload,
  toBusPayload,
  toHttpPayload,
  toKinesisPayload,
  toQueuePayload,
  toTablePayload,
  toTopicPayload,
} from './payloads.ts';
import { createQueue } from './queue.ts';
import { createShard } from './shard.ts';
import type { Witness } from './witness.ts';

const minute = 60_000;

/** Those who send events, one for each source: each sends some records, over some time. */
export function createSenders(
  kernel: Kernel,
  functions: Functions,
  witness: Witness,
): readonly (() => void)[] {
  const { random, now, at } = kernel;
  let markers = 0;
  const toMarker = () => `record-${++markers}`;

  const queueOf = (name: string, job: string) =>
    createQueue(kernel, {
      name,
      isFifo: name.endsWith('.fifo'),
      visibilityMs: random.pick([3, 6]) * minute,
      mostReceives: 6,
      batchSize: 4,
      handler: functions.trigger(sqs),
      toPayload: (messages) => toQueuePayload(name, messages),
      onAcknowledged: ({ body }) => witness.acknowledged(/record-\d+/.exec(body)?.[0] ?? '', [job]),
    });
  const shardOf = (stream: string, job: string) =>
    createShard(kernel, {
      name: stream,
      batchSize: 4,
      handler: functions.trigger(stream === 'orders' ? dynamoDbStream : kinesisStream),
      toPayload: (records) =>
        stream === 'orders' ? toTablePayload(records) : toKinesisPayload(stream, records),
      onAcknowledged: ({ marker }) => witness.acknowledged(marker, [job]),
    });

  return [
    () => sendToQueue('orders', 'on-queue'),
    () => sendToQueue('letters', 'on-message'),
    () => sendToQueue('ledger.fifo', 'on-fifo'),
    () => sendToStream(['clicks'], 'on-stream'),
    () => sendToStream(['views', 'views'], 'on-stream-at-once'),
    () => sendToStream(['orders'], 'on-table'),
    () => several(() => publish(functions.trigger(sns), toTopicPayload, ['on-topic'])),
    () => several(() => publish(functions.trigger(eventBus), toBusPayload, ['on-bus', 'on-bus-too'])),
    () => several(() => publish(functions.trigger(s3), (marker) => toBucketPayload([marker]), ['on-bucket'])),
    () => several(ask),
  ];

  function several(send: () => void): void {
    const times = random.between(1, 3);
    for (let time = 0; time < times; time++) at(now() + random.scaled(1, 30 * minute), send);
  }

  function sendToQueue(name: string, job: string): void {
    const queue = queueOf(name, job);
    several(() => {
      const isUnreadable = kernel.strikes('record that can’t be read', 0.05);
      const isLarge = kernel.strikes('event too large for the table', 0.005);
      const filling = isLarge ? 'x'.repeat(320_000) : random.chance(0.1) ? 'x'.repeat(10_000) : '';
      queue.send(`${isUnreadable ? 'unreadable ' : ''}${JSON.stringify({ order: toMarker(), filling })}`);
    });
  }

  /** Of one shard; with several readers, each record goes to one of them. */
  function sendToStream(streams: readonly string[], job: string): void {
    const readers = streams.map((stream) => shardOf(stream, job));
    let place = 49_590_338_271_490n;
    several(() => {
      place += BigInt(random.between(1, 1000));
      random.pick(readers).put({ sequenceNumber: String(place), marker: toMarker() });
    });
  }

  function publish(
    handler: Parameters<typeof invokeAsynchronously>[1],
    toPayload: (marker: string) => unknown,
    jobs: readonly string[],
  ): void {
    const marker = toMarker();
    invokeAsynchronously(kernel, handler, toPayload(marker), () => witness.acknowledged(marker, jobs));
  }

  /** A client that asks again with the same key when it hears of nothing good, or gives up at once without one. */
  function ask(): void {
    const marker = toMarker();
    const key = random.chance(0.7) ? `key-${marker}` : undefined;
    const isSecret = random.chance(0.5);
    let requests = 0;
    let runId: string | undefined;
    const send = () => {
      const payload = toHttpPayload(marker, `${marker}-request-${++requests}`, key, isSecret);
      functions.trigger(httpApiGateway).invoke(payload, (outcome) => {
        const answer = outcome.kind === 'returned' ? (outcome.value as HttpAnswer) : undefined;
        if (answer?.statusCode === 202) {
          witness.acknowledged(marker, ['on-request']);
          const heard = JSON.parse(answer.body).runId;
          if ((runId ?? heard) !== heard)
            kernel.violate('one run per record and job', `${marker}: two answers`);
          runId = heard;
          witness.isKnown(heard);
          if (!kernel.strikes('client asks again though answered', 0.1)) return;
        }
        if (key !== undefined && requests < 5) at(now() + random.scaled(200, 5 * minute), send);
      });
    };
    send();
  }
}

type HttpAnswer = { readonly statusCode: number; readonly body: string };
