import { describe, expect, it } from 'vitest';
import { parse } from '../jobs/rules/routing.ts';
import { queueArn, testEvent, toChange, toNotification, toQueueMessage } from '../support/aws-messages.ts';
import { atEnd } from '../support/folder.ts';
import { draftsOf, eventOf } from './drafts.ts';
import { createRouterWorld } from './world.ts';

type Given = { readonly [property: string]: unknown };

const uploads = 'arn:aws:s3:::uploads';
const ofQueue = { type: 'sqs', properties: { sqsQueueArn: queueArn } };
const ofQueueByRecord = { type: 'sqs', properties: { sqsQueueArn: queueArn, batching: 'record' } };
const ofBucket = { type: 's3', properties: { bucketArn: uploads, s3EventType: 's3:ObjectCreated:*' } };

const sequencers: Readonly<Record<string, string>> = { a: '0066F1A2B3C4D5E601', b: '0066F1A2B3C4D5E602' };
const change = (key: string) => toChange(key, { sequencer: sequencers[key] });
const idOf = (key: string) => `ObjectCreated:Put - ${sequencers[key]} uploads/${key}`;

/** An S3 event with a change of each key. */
const s3Event = (...keys: readonly string[]) => ({ Records: keys.map(change) });
/** The message `message-<number>` with it. */
const message = (number: number, ...keys: readonly string[]) => withBody(number, s3Event(...keys));
const withBody = (number: number, body: object) =>
  toQueueMessage(JSON.stringify(body), { messageId: `message-${number}` });

const drafted = (records: readonly object[], event: Given, job: Given = {}) =>
  draftsOf({ scan: { events: [event], ...job } }, parse({ Records: records }));

describe('a message with several changes in a bucket', () => {
  it('gives one run with all of them', () => {
    const [draft, ...others] = drafted([message(1, 'a', 'b'), message(2, 'c')], ofQueue);
    expect(others).toEqual([]);
    expect(draft?.records).toEqual([0, 1]);
    expect(keysIn(eventOf(draft))).toEqual(['a', 'b', 'c']);
    expect(draft?.claims).toHaveLength(3);
  });

  it('gives one run for each of them, which is what it is named after', () => {
    const drafts = drafted([message(1, 'a', 'b')], ofQueueByRecord);
    expect(drafts.map(({ run, records }) => [run.eventId, run.source, records])).toEqual([
      [idOf('a'), 'sqs', [0]],
      [idOf('b'), 'sqs', [0]],
    ]);
    expect(drafts.map((draft) => keysIn(eventOf(draft)))).toEqual([['a'], ['b']]);
    expect(eventOf(drafts[1])).toMatchObject({ id: idOf('b'), source: 'sqs', sourceArn: queueArn });
  });

  it('gives a native job one run for the message, which is named after that', () => {
    const drafts = drafted([message(1, 'a', 'b'), message(2, 'b')], ofQueueByRecord, {
      eventFormat: 'native',
    });
    expect(drafts.map(({ run, records, claims }) => [run.eventId, records, claims.length])).toEqual([
      ['message-1', [0], 1],
      [idOf('b'), [1], 1],
    ]);
    expect(drafts.map(eventOf)).toEqual([
      { Records: [message(1, 'a', 'b')] },
      { Records: [message(2, 'b')] },
    ]);
  });

  it('is claimed by the changes, not by the message, the same in a topic and in a bucket', () => {
    const notification = withBody(3, toNotification(JSON.stringify(s3Event('a'))));
    const events = [ofQueue, ofBucket];
    const [fromQueue, fromTopic, fromBucket] = [
      { Records: [message(1, 'a')] },
      { Records: [notification] },
      s3Event('a'),
    ].map((payload) => draftsOf({ scan: { events } }, parse(payload))[0]);
    expect(fromQueue?.claims).toHaveLength(1);
    for (const other of [fromTopic, fromBucket]) {
      expect(other?.claims).toEqual(fromQueue?.claims);
      expect(other?.run.id).toBe(fromQueue?.run.id);
    }
    const [two] = drafted([message(1, 'b', 'a')], ofQueue);
    expect(two?.claims[1]).toEqual(fromQueue?.claims[0]);
  });
});

describe('a change in a bucket that comes in two messages', () => {
  const scan = { events: [ofQueue] };
  const scanByRecord = { events: [ofQueueByRecord] };

  it.each([
    ['in one run', scan],
    ['in a run of its own', scanByRecord],
  ])('starts a job once, %s, when both come together', async (_what, job) => {
    const world = open({ scan: job });
    await world.route(message(1, 'a'), message(2, 'a'));
    expect(await world.started()).toEqual([['a']]);
  });

  it('starts it once when they come one after the other, alone or with others', async () => {
    const world = open({ scan });
    await world.route(message(1, 'a'));
    await world.route(message(2, 'a'));
    await world.route(message(3, 'b', 'a'), message(4, 'c'));
    expect(await world.started()).toEqual([['a'], ['b', 'c']]);
  });

  it('starts it once when it came from the bucket itself before', async () => {
    const world = open({ scan: { events: [ofQueue, ofBucket] } });
    await world.routePayload(s3Event('a'));
    await world.route(message(1, 'a', 'b'));
    expect(await world.started()).toEqual([['a'], ['b']]);
  });

  it('starts a native job once when the messages hold the same, and again for a message with more', async () => {
    const world = open({ scan: { ...scan, eventFormat: 'native' } });
    await world.route(message(1, 'a'));
    await world.route(message(2, 'a'), message(3, 'b'));
    await world.route(message(4, 'a', 'c'));
    expect(await world.started()).toEqual([[message(1, 'a')], [message(3, 'b')], [message(4, 'a', 'c')]]);
  });

  it('starts each of two jobs once', async () => {
    const world = open({ scan, index: scanByRecord });
    await world.route(message(1, 'a'));
    await world.route(message(2, 'a'));
    expect((await world.runs()).map(({ job }) => job).toSorted()).toEqual(['index', 'scan']);
  });
});

describe('a message that only says that notifications were set up', () => {
  const setUp = withBody(9, testEvent);

  it.each([
    ['normalized', 'delivery'],
    ['normalized', 'record'],
    ['native', 'delivery'],
    ['native', 'record'],
  ])('starts nothing, %s, by %s, but its neighbours do', (eventFormat, batching) => {
    const event = { ...ofQueue, properties: { ...ofQueue.properties, batching } };
    expect(drafted([setUp], event, { eventFormat })).toEqual([]);
    const [draft, ...others] = drafted([setUp, message(1, 'a'), setUp], event, { eventFormat });
    expect(others).toEqual([]);
    expect(draft?.records).toEqual([1]);
    expect(draft?.claims).toHaveLength(1);
    expect(recordsIn(eventOf(draft))).toHaveLength(1);
  });

  it('is acknowledged', async () => {
    const world = open({ scan: { events: [ofQueue] } });
    expect(await world.route(setUp)).toEqual({ dispatched: [], unrecorded: [] });
    expect(await world.runs()).toEqual([]);
  });
});

/** A router, and what was started with it, in the order of its runs. */
function open(jobs: { readonly [name: string]: Given }) {
  const world = createRouterWorld(jobs);
  atEnd(world.remove);
  const routePayload = (payload: unknown) => world.router.route(parse(payload));
  return {
    runs: world.runs,
    routePayload,
    route: (...records: readonly object[]) => routePayload({ Records: records }),
    /** Keys of the changes that each run's job gets, or the records of a native payload. */
    started: async () => {
      for (const { id } of (await world.runs()).toReversed()) await world.engine.tell(id, { kind: 'due' });
      return world.starts.map(({ order }) => {
        const event = JSON.parse(order.event ?? '');
        return 'Records' in event ? event.Records : keysIn(event);
      });
    },
  };
}

type Event = { readonly records: readonly { readonly subject: string }[] };

function keysIn({ records }: Event): readonly string[] {
  return records.map(({ subject }) => subject);
}

function recordsIn(event: { readonly records?: unknown; readonly Records?: unknown }): unknown {
  return event.records ?? event.Records;
}
