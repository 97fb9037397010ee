import { describe, expect, it } from 'vitest';
import { EventParseError } from '../../shared/sources/source.ts';
import { cloudwatchLog } from '../fixtures/payloads/cloudwatch-log.ts';
import { eventBus } from '../fixtures/payloads/event-bus.ts';
import { kinesisStream } from '../fixtures/payloads/kinesis-stream.ts';
import { parse } from '../jobs/rules/routing.ts';
import { queueArn, testEvent, toQueueMessage } from '../support/aws-messages.ts';
import { atEnd } from '../support/folder.ts';
import { deepFreeze } from '../support/freeze.ts';
import { draftsOf, eventOf } from './drafts.ts';
import { createRouterWorld } from './world.ts';

type Given = { readonly [property: string]: unknown };

const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const logGroupArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:/acme/web';

const native = (type: string, properties: Given) => ({
  ship: { eventFormat: 'native', events: [{ type, properties }] },
});
const ofQueue = (properties: Given = {}) => native('sqs', { sqsQueueArn: queueArn, ...properties });

const message = (number: number, changes: Given = {}) =>
  toQueueMessage(`{"order":${number}}`, { messageId: `message-${number}`, ...changes });
const unreadable = (number: number) => message(number, { attributes: {} });
const setUp = (number: number) => message(number, { body: JSON.stringify(testEvent) });

const drafted = (jobs: ReturnType<typeof native>, payload: unknown) =>
  draftsOf(jobs, parse(deepFreeze(payload)));

describe('a native payload', () => {
  it('is deep-equal to what came, with all that the sender has put around the records', () => {
    const window = kinesisStream['a tumbling window'];
    const [draft] = drafted(native('kinesis-stream', { streamArn }), window);
    expect(eventOf(draft)).toEqual(window);
  });

  it('of an event bus is the event without our marker', () => {
    const event = eventBus['an event of our own, as it is'];
    const rule = { eventBusName: 'shop', eventPattern: { source: ['acme.shop'] } };
    const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/shop';
    for (const payload of [event, { signalbox: { rule: 'ship-0a1b2c3d', bus }, event }]) {
      expect(drafted(native('event-bus', rule), payload).map(eventOf)).toEqual([event]);
    }
  });

  it('holds just the records of its run, when others are left out, not readable or empty', () => {
    const Records = [message(1), unreadable(2), message(3), setUp(4), message(5), message(6)];
    const even = ofQueue({
      filterPatterns: [{ body: { order: [3, 6] } }, { body: { Service: [{ exists: true }] } }],
    });
    const drafts = drafted(even, { Records, sentBy: 'nobody' });
    expect(drafts.map(({ run, records }) => [run.status, records])).toEqual([
      ['failed', [1]],
      ['collecting', [2, 5]],
    ]);
    expect(eventOf(drafts[1])).toEqual({ Records: [message(3), message(6)], sentBy: 'nobody' });
    expect(drafts[1]?.claims).toHaveLength(2);
  });

  it('holds the one record of a run by record', () => {
    const Records = [message(1), message(2), message(3)];
    const drafts = drafted(ofQueue({ batching: 'record' }), { Records });
    expect(drafts.map(eventOf)).toEqual(Records.map((record) => ({ Records: [record] })));
  });

  it('of a stream holds just the records of its run too', () => {
    const { Records } = kinesisStream['several records'];
    const jobs = native('kinesis-stream', { streamArn, filterPatterns: [{ partitionKey: ['user-17'] }] });
    expect(drafted(jobs, { Records }).map(eventOf)).toEqual([{ Records: [Records[0], Records[2]] }]);
  });

  it('that holds something which JSON cannot say is refused as the event that it is', () => {
    const deep = JSON.parse('['.repeat(300) + ']'.repeat(300));
    expect(() => drafted(ofQueue(), { Records: [message(1)], deep })).toThrow(
      new EventParseError('sqs', 'the payload is nested too deeply'),
    );
  });
});

describe('native log lines', () => {
  const lines = cloudwatchLog['lines of JSON and of text'];
  const ofLines = (properties: Given) =>
    drafted(native('cloudwatch-log', { logGroupArn, ...properties }), lines);

  it('are one piece, which cannot be given without some of its lines', () => {
    for (const properties of [{}, { batching: 'record' }, { filter: 'payments' }]) {
      expect(ofLines(properties).map(eventOf)).toEqual([lines]);
    }
  });

  it('have one claim and the id of the delivery, however they are batched', () => {
    const [whole] = ofLines({});
    expect(whole?.claims).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{64}$/), seconds: 2_592_000 }]);
    expect(whole?.run.eventId).toBe(parse(lines).id);
    expect(ofLines({ batching: 'record' })).toMatchObject([
      { run: { id: whole?.run.id }, claims: whole?.claims },
    ]);
  });

  it('start nothing when no line is for the job', () => {
    expect(ofLines({ filter: 'nothing like it' })).toEqual([]);
  });
});

describe('records that another run has claimed', () => {
  const formats = ['normalized', 'native'] as const;

  it.each(formats)('are not in what a job gets, %s', async (eventFormat) => {
    const world = open({ ...ofQueue().ship, eventFormat });
    await world.route(message(2), message(4));
    await world.route(message(1), message(2), message(3), message(4), message(5));
    expect(await world.ordersOfRuns()).toEqual([
      [2, 4],
      [1, 3, 5],
    ]);
  });

  it.each(formats)(
    'are told from those that were left out, not readable or empty, %s',
    async (eventFormat) => {
      const job = ofQueue({
        filterPatterns: [{ body: { order: [2, 3, 6] } }, { body: { Service: ['Amazon S3'] } }],
      });
      const world = open({ ...job.ship, eventFormat });
      await world.route(message(3));
      await world.route(message(1), unreadable(7), message(2), setUp(4), message(3), message(5), message(6));
      expect(await world.ordersOfRuns()).toEqual([[3], [2, 6]]);
    },
  );

  it.each(formats)(
    'are not in it for a shard either, where its places are claimed, %s',
    async (eventFormat) => {
      const [job] = Object.values(native('kinesis-stream', { streamArn }));
      const world = open({ ...job, eventFormat });
      const { Records } = kinesisStream['several records'];
      await world.route(...Records.slice(0, 2));
      await world.route(...Records);
      expect(await world.recordsOfRuns()).toEqual([2, 2]);
      expect(world.starts[1]?.order.event).toContain(Records[2]?.kinesis.sequenceNumber);
      expect(world.starts[1]?.order.event).not.toContain(Records[1]?.kinesis.sequenceNumber);
    },
  );

  it('leave no second run when they are all that came', async () => {
    const world = open(ofQueue().ship);
    await world.route(message(1), message(2));
    await world.route(message(2), message(1));
    expect(await world.ordersOfRuns()).toEqual([[1, 2]]);
  });
});

/** A router with one job, and what it was started with, run by run. */
function open(job: Given) {
  const world = createRouterWorld({ ship: job });
  atEnd(world.remove);
  const recordsOfStarts = async () => {
    for (const { id, status } of (await world.runs()).toReversed()) {
      if (status === 'queued') await world.engine.tell(id, { kind: 'due' });
    }
    return world.starts.map(({ order }): readonly object[] => {
      const event = JSON.parse(order.event ?? '');
      return event.records ?? event.Records;
    });
  };
  return {
    starts: world.starts,
    route: (...records: readonly object[]) => world.router.route(parse({ Records: records })),
    recordsOfRuns: async () => (await recordsOfStarts()).map(({ length }) => length),
    ordersOfRuns: async () =>
      (await recordsOfStarts()).map((records) =>
        records.map((record) => Number(/order\W+(\d)/.exec(JSON.stringify(record))?.[1])),
      ),
  };
}
