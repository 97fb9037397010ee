import { describe, expect, it } from 'vitest';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import { createTrigger, type TriggerLog } from '../../shared/router/trigger.ts';
import { type Draft, LedgerError } from '../../shared/runs/ledger.ts';
import { recognise } from '../../shared/sources/recognise.ts';
import type { Unrecorded } from '../../shared/sources/source.ts';
import { sources } from '../../shared/sources/sources.ts';
import { kinesisStream } from '../fixtures/payloads/kinesis-stream.ts';
import { queueArn, toChange, toQueueMessage, toTopicRecord } from '../support/aws-messages.ts';
import { start } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { createRouterWorld, type Jobs } from './world.ts';

const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const single = { batching: 'record' };
const ofQueue = (properties: object = single) => [
  { type: 'sqs', properties: { sqsQueueArn: queueArn, ...properties } },
];
const ofFifo = (properties: object = single) => [
  { type: 'sqs', properties: { sqsQueueArn: `${queueArn}.fifo`, ...properties } },
];

const messages = (...numbers: readonly number[]) => ({
  Records: numbers.map((number) => toQueueMessage(`record-${number}`, { messageId: `message-${number}` })),
});
const fifo = (...numbers: readonly number[]) => ({
  Records: messages(...numbers).Records.map((record) => ({ ...record, eventSourceARN: `${queueArn}.fifo` })),
});
const failures = (...ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('a standard queue', () => {
  it('gets back just the messages that could not be recorded; the others have their runs', async () => {
    const world = open({ ship: { events: ofQueue() } });
    world.breakFor('ship', 2);
    expect(await world.invoke(messages(1, 2, 3))).toEqual(failures('message-2'));
    expect(await world.recorded()).toEqual({ ship: [1, 3] });

    world.repair();
    expect(await world.invoke(messages(2))).toEqual(failures());
    expect(await world.recorded()).toEqual({ ship: [1, 3, 2] });
  });

  it('has each of very many messages tried, more than are recorded at a time', async () => {
    const world = open({ ship: { events: ofQueue({ ...single, batchSize: 50, maxBatchWindowSeconds: 1 }) } });
    const numbers = Array.from({ length: 45 }, (_, at) => at + 1);
    world.breakFor('ship', 1, 20, 21, 45);
    expect(await world.invoke(messages(...numbers))).toEqual(
      failures('message-1', 'message-20', 'message-21', 'message-45'),
    );
    expect((await world.recorded())['ship']).toHaveLength(41);

    world.repair();
    expect(await world.invoke(messages(1, 20, 21, 45))).toEqual(failures());
    expect((await world.recorded())['ship']?.toSorted((a, b) => a - b)).toEqual(numbers);
  });

  it('gets back all that was to be one run', async () => {
    const world = open({ ship: { events: ofQueue({}) } });
    world.breakFor('ship', 2);
    expect(await world.invoke(messages(1, 2))).toEqual(failures('message-1', 'message-2'));
    expect(await world.recorded()).toEqual({});

    world.repair();
    expect(await world.invoke(messages(2, 1))).toEqual(failures());
    expect(await world.recorded()).toEqual({ ship: [2, 1] });
  });

  it('gets back a message with several changes when one of them could not be recorded', async () => {
    const world = open({ ship: { events: ofQueue() } });
    const changes = [1, 2].map((number) => toChange(`record-${number}`));
    const payload = {
      Records: [toQueueMessage(JSON.stringify({ Records: changes }), { messageId: 'message-9' })],
    };
    world.breakFor('ship', 2);
    expect(await world.invoke(payload)).toEqual(failures('message-9'));
    expect(await world.recorded()).toEqual({ ship: [1] });

    world.repair();
    expect(await world.invoke(payload)).toEqual(failures());
    expect(await world.recorded()).toEqual({ ship: [1, 2] });
  });

  it('gets back a message that cannot be read, when not even that could be recorded', async () => {
    const world = open({ ship: { events: ofQueue() } });
    const [readable] = messages(1).Records;
    const [unreadable] = messages(2).Records;
    const payload = { Records: [readable, { ...unreadable, attributes: {} }] };
    world.breakFor('ship', 2);
    expect(await world.invoke(payload)).toEqual(failures('message-2'));

    world.repair();
    expect(await world.invoke(payload)).toEqual(failures());
    expect(await world.recorded()).toEqual({ ship: [1, 2] });
  });
});

describe('a FIFO queue', () => {
  it('gets back the messages from the first on that could not be recorded; no later one is', async () => {
    const world = open({ ship: { events: ofFifo() } });
    world.breakFor('ship', 2);
    expect(await world.invoke(fifo(1, 2, 3, 4))).toEqual(failures('message-2', 'message-3', 'message-4'));
    expect(world.asked()).toEqual([1, 2]);
    expect(await world.recorded()).toEqual({ ship: [1] });

    world.repair();
    expect(await world.invoke(fifo(2, 3, 4))).toEqual(failures());
    expect(await world.recorded()).toEqual({ ship: [1, 2, 3, 4] });
  });

  it('has all that comes again in the log, by job', async () => {
    const world = open({ ship: { events: ofFifo() }, bill: { events: ofFifo() } });
    world.breakFor('ship', 2);
    await world.invoke(fifo(1, 2, 3));
    const error = new LedgerError('record-2 of ship: disk is full');
    expect(world.unrecorded()).toEqual([
      { job: 'ship', records: [1], error },
      { job: 'ship', records: [2], error },
    ]);
  });

  it('stops each job for itself', async () => {
    const world = open({
      ship: { events: ofFifo() },
      bill: { events: ofFifo() },
      audit: { events: ofFifo({}) },
    });
    world.breakFor('ship', 3);
    expect(await world.invoke(fifo(1, 2, 3, 4))).toEqual(failures('message-3', 'message-4'));
    expect(await world.recorded()).toEqual({ ship: [1, 2], bill: [1, 2, 3, 4], audit: [1, 2, 3, 4] });

    world.repair();
    expect(await world.invoke(fifo(3, 4))).toEqual(failures());
    expect(await world.recorded()).toEqual({
      ship: [1, 2, 3, 4],
      bill: [1, 2, 3, 4],
      audit: [1, 2, 3, 4],
    });
  });

  it('gets back what any of its jobs lacks', async () => {
    const world = open({ ship: { events: ofFifo() }, bill: { events: ofFifo() } });
    world.breakFor('ship', 3);
    world.breakFor('bill', 2);
    expect(await world.invoke(fifo(1, 2, 3))).toEqual(failures('message-2', 'message-3'));
    expect(await world.recorded()).toEqual({ ship: [1, 2], bill: [1] });

    world.repair();
    expect(await world.invoke(fifo(2, 3))).toEqual(failures());
    expect(await world.recorded()).toEqual({ ship: [1, 2, 3], bill: [1, 2, 3] });
  });
});

describe('a shard', () => {
  const sequenceNumber = (number: number) =>
    `4967123456789012345678901234567890123456789012345600000${number}`;
  const records = (...numbers: readonly number[]) => ({
    Records: kinesisStream['several records'].Records.flatMap((record, at) => {
      const number = at + 6;
      const data = Buffer.from(`record-${number}`).toString('base64');
      return numbers.includes(number) ? [{ ...record, kinesis: { ...record.kinesis, data } }] : [];
    }),
  });

  it.each([1, 2])(
    'is read again from the first record that could not be recorded, %i at a time',
    async (at) => {
      const events = [
        { type: 'kinesis-stream', properties: { streamArn, parallelizationFactor: at, ...single } },
      ];
      const world = open({ count: { events } });
      world.breakFor('count', 8);
      expect(await world.invoke(records(6, 7, 8, 9))).toEqual(failures(sequenceNumber(8)));
      expect(await world.recorded()).toEqual({ count: [6, 7] });

      world.repair();
      expect(await world.invoke(records(8, 9))).toEqual(failures());
      expect(await world.recorded()).toEqual({ count: [6, 7, 8, 9] });
    },
  );

  it('may be read again from further back: what was recorded is known', async () => {
    const world = open({
      count: { events: [{ type: 'kinesis-stream', properties: { streamArn, ...single } }] },
    });
    world.breakFor('count', 9);
    await world.invoke(records(6, 7, 8, 9));
    world.repair();
    expect(await world.invoke(records(6, 7, 8, 9))).toEqual(failures());
    expect(await world.recorded()).toEqual({ count: [6, 7, 8, 9] });
  });
});

describe('whoever invokes asynchronously', () => {
  const bucket = {
    type: 's3',
    properties: { bucketArn: 'arn:aws:s3:::uploads', s3EventType: 's3:ObjectCreated:*', ...single },
  };
  const changes = { Records: [1, 2, 3].map((number) => toChange(`record-${number}`)) };

  it('gets the error of what could not be recorded; the rest is, and a second delivery completes it', async () => {
    const world = open({ scan: { events: [bucket] }, index: { events: [bucket] } });
    world.breakFor('scan', 2);
    await expect(world.invoke(changes)).rejects.toThrow(new LedgerError('record-2 of scan: disk is full'));
    expect(await world.recorded()).toEqual({ scan: [1, 3], index: [1, 2, 3] });

    world.repair();
    expect(await world.invoke(changes)).toHaveProperty('runs.length', 6);
    expect(await world.recorded()).toEqual({ scan: [1, 3, 2], index: [1, 2, 3] });
  });

  it('gets it for a topic too', async () => {
    const world = open({ scan: { events: [{ type: 'sns', properties: { snsTopicName: 'news' } }] } });
    const payload = { Records: [toTopicRecord('record-1')] };
    world.breakFor('scan', 1);
    await expect(world.invoke(payload)).rejects.toThrow(LedgerError);

    world.repair();
    expect(await world.invoke(payload)).toMatchObject({ runs: [{ job: 'scan', status: 'queued' }] });
    expect(await world.recorded()).toEqual({ scan: [1] });
  });
});

/** Triggers with a ledger that refuses some records of a job, until it's repaired. */
function open(jobs: Jobs) {
  const broken = new Map<string, readonly number[]>();
  const asked: number[] = [];
  const unrecorded: Unrecorded[] = [];
  const memory = createMemoryLedger(() => start);
  const ledger: typeof memory = {
    ...memory,
    async accept(draft, settle) {
      const numbers = numbersIn(draft);
      asked.push(...numbers);
      const { job } = draft.run;
      const refused = numbers.find((number) => broken.get(job)?.includes(number));
      if (refused !== undefined) throw new LedgerError(`record-${refused} of ${job}: disk is full`);
      return memory.accept(draft, settle);
    },
  };
  const world = createRouterWorld(jobs, { ledger });
  atEnd(world.remove);
  return {
    breakFor: (job: string, ...numbers: readonly number[]) => void broken.set(job, numbers),
    repair: () => broken.clear(),
    /** Numbers of the records that the ledger was given, in that order. */
    asked: () => asked,
    /** As the log has it. */
    unrecorded: () => unrecorded,

    async invoke(payload: unknown) {
      const recognised = recognise(payload);
      if ('refused' in recognised) throw new Error(recognised.refused);
      const { source } = recognised;
      const log: TriggerLog = {
        routed: (_delivery, routed) => void unrecorded.push(...routed.unrecorded),
        refused: () => {},
      };
      return createTrigger(sources[source], world.router, log)(payload, toContext(source, 'request-1'));
    },

    /** Numbers of the records that each job has runs for, the first recorded first. */
    async recorded() {
      const byJob: Record<string, number[]> = {};
      for (const { id, job, lostRecords } of (await world.runs()).toReversed()) {
        const event = (await ledger.loadEvent(id)) ?? '';
        const won = numbersIn({ event }).filter((_, position) => !lostRecords.includes(position));
        byJob[job] = [...(byJob[job] ?? []), ...won];
      }
      return byJob;
    },
  };
}

/** Of the records in an event, each once, in their order; an event of a change has its key several times. */
function numbersIn({ event }: Pick<Draft, 'event'>): readonly number[] {
  return [...new Set([...event.matchAll(/record-(\d+)/g)].map(([, number]) => Number(number)))];
}
