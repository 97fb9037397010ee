import type { EpochMs } from '../../shared/runs/run.ts';
import { dynamoDbStream } from '../../shared/sources/dynamo-db-stream.ts';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { kinesisStream } from '../../shared/sources/kinesis-stream.ts';
import { s3 } from '../../shared/sources/s3.ts';
import { sns } from '../../shared/sources/sns.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invokeAsynchronously } from './asynchronous.ts';
import { type Command, createFunctions, toNextMinute } from './functions.ts';
import { drawPlan } from './jobs.ts';
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
import { createService } from './service.ts';
import { serviceProfiles } from './service-profiles.ts';
import { createShard } from './shard.ts';
import { createTable } from './table.ts';
import { createWitness, describe } from './witness.ts';

const minute = 60_000;

/** A small deployment of Signalbox, those who send events to it, and people who cancel and replay. */
export function createWorld(kernel: Kernel) {
  const { random, now, at } = kernel;
  const objects = new Map<string, string>();
  const witness = createWitness(kernel, objects);
  const indexLagMs = () =>
    kernel.strikes('index late', 0.05) ? random.scaled(100, 60_000) : random.between(0, 50);
  const table = createTable(now, indexLagMs, (key, before, after) => {
    witness.wrote(key, before, after);
    setAlarm();
  });
  witness.watch(table);
  const plans = new Map<string, ReturnType<typeof drawPlan>>();
  const services = serviceProfiles.map((profile) =>
    createService(kernel, profile, witness, (change, task) => {
      const event = { service: profile.name, change };
      const heard = () => {
        task.isHeardOf = true;
      };
      invokeAsynchronously(kernel, functions.stateChange, event, heard, false);
    }),
  );
  const functions = createFunctions({
    kernel,
    table,
    objects,
    services,
    witness,
    planOf(job) {
      const plan = plans.get(job) ?? drawPlan(random);
      plans.set(job, plan);
      return plan;
    },
    sendWakeUp: (body, delayMs) => wakeQueue.send(body, delayMs),
    startsAtOnce: random.pick([0, 0.5, 1]),
  });
  const wakeQueue = createQueue(kernel, {
    name: 'wake-queue',
    visibilityMs: 6 * minute,
    mostReceives: 5,
    batchSize: 10,
    handler: functions.wake,
    toPayload: (messages) => toQueuePayload('wake', messages),
  });

  let nextSweep = Number.POSITIVE_INFINITY;

  /** The sweep runs every minute; those that would find nothing due are left out. */
  function setAlarm(): void {
    const due = witness.earliestDue();
    const tick = toNextMinute(Math.max(now(), due));
    if (tick >= nextSweep) return;
    nextSweep = tick;
    at(tick, () => {
      if (nextSweep !== tick) return;
      nextSweep = Number.POSITIVE_INFINITY;
      const times = kernel.strikes('two sweeps at once', 0.1) ? 2 : 1;
      for (let time = 0; time < times; time++) {
        if (kernel.strikes('sweep left out', 0.05)) continue;
        functions.sweep.invoke({}, () => {});
      }
      setAlarm();
    });
  }

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

  /** Each sends some records, over some time. */
  const senders: readonly (() => void)[] = [
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

  /** Somebody cancels or replays a run, whatever it is doing just then; who hears nothing asks again. */
  function command(): void {
    const known = [...witness.runs.keys()];
    if (known.length === 0) return;
    const runId = random.pick(known);
    const requestId = `replay-${now()}`;
    const asked: Command = random.chance(0.7)
      ? { kind: 'cancel', runId }
      : { kind: 'replay', runId, requestId };
    const replayed = new Set<string>();
    let tries = 0;
    const send = () =>
      functions.command.invoke(asked, (outcome) => {
        const run =
          outcome.kind === 'returned' ? (outcome.value as { readonly id: string } | undefined) : undefined;
        if (run !== undefined && asked.kind === 'cancel') witness.cancelConfirmed(runId);
        if (run !== undefined && asked.kind === 'replay') {
          witness.isKnown(run.id);
          if (replayed.add(run.id).size > 1)
            kernel.violate('one run per record and job', `replay of ${runId}`);
        }
        const isAgain = run === undefined || kernel.strikes('command given twice', 0.1);
        if (isAgain && ++tries < 4) at(now() + random.scaled(500, minute), send);
      });
    kernel.note('person', `asks to ${asked.kind}`, () => runId);
    send();
  }

  return {
    begin(): void {
      const chosen = new Set(Array.from({ length: random.between(1, 3) }, () => random.pick(senders)));
      for (const send of chosen) send();
      for (let commands = random.between(0, 3); commands > 0; commands--)
        at(now() + random.scaled(minute / 10, 120 * minute), command);
    },

    /** From now on nothing goes wrong any more, so that what is late is late by itself. */
    calm(): void {
      const calmSince = now();
      const check = () => {
        if (now() > calmSince + 30 * minute) for (const run of witness.unfinished()) lookIfLate(run);
        if (witness.unfinished().length > 0) at(now() + 5 * minute, check);
      };
      check();

      function lookIfLate(run: ReturnType<typeof witness.unfinished>[number]): void {
        const last = run.attempts.at(-1);
        const since = (time: EpochMs) => Math.max(time, calmSince + 10 * minute);
        const latest: EpochMs = (() => {
          switch (run.status) {
            case 'queued':
            case 'waiting':
              return since(run.next?.at ?? 0) + 15 * minute;
            case 'starting':
              return since(last?.startBy ?? 0) + 5 * minute;
            case 'running':
              return since((last?.startedAt ?? 0) + run.plan.timeoutSeconds * 1000) + 5 * minute;
            default:
              return since(run.stopping?.since ?? 0) + run.plan.stopTimeoutSeconds * 1000 + 20 * minute;
          }
        })();
        if (now() > latest) kernel.violate('every run ends by its deadline plus the sweep', describe(run));
      }
    },

    atTheEnd: witness.atTheEnd,
  };
}

type HttpAnswer = { readonly statusCode: number; readonly body: string };
