import { describe, expect, it } from 'vitest';
import type { RunDraft } from '../../shared/router/draft.ts';
import { dynamoDbStream } from '../fixtures/payloads/dynamo-db-stream.ts';
import { kinesisStream } from '../fixtures/payloads/kinesis-stream.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { parse } from '../jobs/rules/routing.ts';
import { queueArn, testEvent, toQueueMessage } from '../support/aws-messages.ts';
import { draftsOf, eventOf } from './drafts.ts';

type Given = { readonly [property: string]: unknown };

const month = 30 * 86_400;
const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000';

/** What a job of the queue `orders` is started with. */
function ofQueue(payload: unknown, properties: Given = {}, job: Given = {}) {
  const events = [{ type: 'sqs', properties: { sqsQueueArn: queueArn, ...properties } }];
  return draftsOf({ ship: { events, ...job } }, parse(payload));
}

/** Messages `message-<number>`, with the body `{"order":<number>}`. */
const messages = (...numbers: readonly number[]) => ({ Records: numbers.map((number) => toMessage(number)) });
const toMessage = (number: number, changes: Given = {}) =>
  toQueueMessage(`{"order":${number}}`, { messageId: `message-${number}`, ...changes });
const unreadable = (number: number) => toMessage(number, { attributes: {} });
const setUp = (number: number) =>
  toQueueMessage(JSON.stringify(testEvent), { messageId: `message-${number}` });

const shape = (drafts: readonly RunDraft[]) =>
  drafts.map(({ run: { status, eventId }, records }) => [status, eventId, records]);
const ordersIn = (draft: RunDraft | undefined): unknown =>
  eventOf(draft).records.map((record: { data: { body: { order: number } } }) => record.data.body.order);

describe('a job that takes a delivery', () => {
  it('gets one run with all of its records', () => {
    const drafts = ofQueue(messages(1, 2, 3));
    expect(shape(drafts)).toEqual([['collecting', 'cfbbea49abfa84a136b658549122be0e', [0, 1, 2]]]);
    const [draft] = drafts;
    expect(ordersIn(draft)).toEqual([1, 2, 3]);
    expect(eventOf(draft)).toMatchObject({
      id: 'cfbbea49abfa84a136b658549122be0e',
      source: 'sqs',
      sourceArn: queueArn,
      time: '2026-11-20T10:00:00.123Z',
    });
  });

  it('gets one with those that its filter takes, and the same run whatever else came', () => {
    const even = { filterPatterns: [{ body: { order: [2, 4] } }] };
    const [draft] = ofQueue(messages(1, 2, 3, 4), even);
    expect(draft?.records).toEqual([1, 3]);
    expect(ordersIn(draft)).toEqual([2, 4]);
    const [alone] = ofQueue(messages(1, 2, 3), even);
    expect(alone?.run.id).toBe(ofQueue(messages(2))[0]?.run.id);
  });

  it('gets a failed run beside it for each record that cannot be read, in their order', () => {
    const drafts = ofQueue({ Records: [unreadable(1), toMessage(2), unreadable(3), toMessage(4)] });
    expect(shape(drafts)).toEqual([
      ['failed', 'message-1', [0]],
      ['collecting', expect.stringMatching(/^[0-9a-f]{32}$/), [1, 3]],
      ['failed', 'message-3', [2]],
    ]);
    expect(ordersIn(drafts[1])).toEqual([2, 4]);
    expect(drafts[1]?.claims).toHaveLength(2);
  });
});

describe('a job that takes records', () => {
  const single = { batching: 'record' };

  it('gets one run for each, in their order', () => {
    const drafts = ofQueue({ Records: [toMessage(1), unreadable(2), setUp(3), toMessage(4)] }, single);
    expect(shape(drafts)).toEqual([
      ['collecting', 'message-1', [0]],
      ['failed', 'message-2', [1]],
      ['collecting', 'message-4', [3]],
    ]);
    expect([ordersIn(drafts[0]), ordersIn(drafts[2])]).toEqual([[1], [4]]);
    expect(drafts.map(({ claims }) => claims.length)).toEqual([1, 0, 1]);
  });

  it('gets each with the id and the time of its record', () => {
    const [, second] = ofQueue(
      {
        Records: [
          toMessage(1),
          toMessage(2, { attributes: { SentTimestamp: '1795168860000', ApproximateReceiveCount: '1' } }),
        ],
      },
      single,
    );
    expect(eventOf(second)).toMatchObject({
      id: 'message-2',
      sourceArn: queueArn,
      time: '2026-11-20T10:01:00.000Z',
      records: [{ id: 'message-2', time: '2026-11-20T10:01:00.000Z' }],
    });
  });
});

describe('the id of a run', () => {
  const idsOf = (drafts: readonly RunDraft[]) => drafts.map(({ run }) => run.id);
  const formats = ['normalized', 'native'] as const;
  const batchings = ['record', 'delivery'] as const;

  it('is the same for a record whatever comes with it, however it is batched, in both formats', () => {
    for (const eventFormat of formats) {
      const many = ofQueue(messages(3, 7, 1), { batching: 'record' }, { eventFormat });
      expect(many[1]?.run.id).toBe('q0y10pc5a7w98zjtix3zua2w9m');
      for (const batching of batchings) {
        const alone = ofQueue(messages(7), { batching }, { eventFormat });
        expect(idsOf(alone)).toEqual(['q0y10pc5a7w98zjtix3zua2w9m']);
      }
    }
  });

  it('is another one for several records together, the same in both formats', () => {
    const [normalized, native] = formats.map((eventFormat) =>
      idsOf(ofQueue(messages(1, 2), {}, { eventFormat })),
    );
    expect(normalized).toEqual(native);
    expect(idsOf(ofQueue(messages(1, 2)))).not.toEqual(idsOf(ofQueue(messages(2, 1))));
  });

  it('is another one for another job, and for the same record of another queue', () => {
    const events = [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }];
    const [ofShip, ofBill] = draftsOf({ ship: { events }, bill: { events } }, parse(messages(7)));
    expect(ofShip?.run.id).toBe('q0y10pc5a7w98zjtix3zua2w9m');
    expect(ofBill?.run.id).not.toBe(ofShip?.run.id);
    const inTheNorth = queueArn.replace('eu-west-1', 'eu-north-1');
    const [other] = draftsOf(
      { ship: { events } },
      parse({ Records: [toMessage(7, { eventSourceARN: inTheNorth })] }),
    );
    expect(other?.run.id).not.toBe(ofShip?.run.id);
  });

  it.each(['sns', 's3', 'event-bus', 'kinesis-stream', 'dynamo-db-stream'] as const)(
    'is the same in both formats for a record of %s',
    (source) => {
      const [payload] = Object.values(payloads[source]);
      const events = [rules[source]];
      const [normalized, native] = formats.map((eventFormat) =>
        idsOf(draftsOf({ ship: { events, eventFormat } }, parse(payload))),
      );
      expect(normalized).toHaveLength(1);
      expect(native).toEqual(normalized);
    },
  );
});

describe('the claims of a run', () => {
  it('name each of its records, for a month, in their order, the same in every batch', () => {
    const [two] = ofQueue(messages(1, 2));
    expect(two?.claims).toEqual([
      { id: '531d17e3c010eb54d6d0384a2adf6c12760a10c8b1f34c34818436847539db25', seconds: month },
      { id: '44434dc974d1206363a49b9d10ddfc562923854300259daf480b758345ecf8e8', seconds: month },
    ]);
    const [other] = ofQueue(messages(3, 2));
    expect(other?.claims[1]).toEqual(two?.claims[1]);
    expect(other?.claims[0]).not.toEqual(two?.claims[0]);
    expect(ofQueue(messages(2, 1), { batching: 'record' }).map(({ claims }) => claims)).toEqual([
      [two?.claims[1]],
      [two?.claims[0]],
    ]);
  });

  const ofStream = (properties: Given) =>
    draftsOf(
      { count: { events: [{ type: 'kinesis-stream', properties: { streamArn, ...properties } }] } },
      parse(kinesisStream['several records']),
    ).map(({ claims }) => claims);
  const place = (number: number, isAlone: boolean) => ({
    shard: `${streamArn}/shardId-000000000006`,
    sequenceNumber: `4967123456789012345678901234567890123456789012345600000${number}`,
    isAlone,
    seconds: month,
  });

  it('are places in the shard for records of a Kinesis stream', () => {
    expect(ofStream({})).toEqual([[6, 7, 8, 9].map((number) => place(number, false))]);
    expect(ofStream({ batching: 'record' })).toEqual([6, 7, 8, 9].map((number) => [place(number, false)]));
  });

  it('are places that stand alone where deliveries of a shard overtake each other', () => {
    const alone = [[6, 7, 8, 9].map((number) => place(number, true))];
    expect(ofStream({ parallelizationFactor: 2 })).toEqual(alone);
    expect(ofStream({ parallelizationFactor: 1 })).toEqual([
      [6, 7, 8, 9].map((number) => place(number, false)),
    ]);
  });

  it('are only of the places that a filter takes, one by one: others lie between them', () => {
    const filterPatterns = [{ partitionKey: ['user-17'] }];
    expect(ofStream({ filterPatterns })).toEqual([[place(6, true), place(8, true)]]);
  });

  it('name the records of a DynamoDB stream, whose shard a delivery does not tell', () => {
    const events = [{ type: 'dynamo-db-stream', properties: { streamArn: tableArn } }];
    const [draft] = draftsOf({ copy: { events } }, parse(dynamoDbStream['several changes, with keys only']));
    const named = { id: expect.stringMatching(/^[0-9a-f]{64}$/), seconds: month };
    expect(draft?.claims).toEqual([named, named, named]);
    expect(new Set(draft?.claims.map((claim) => JSON.stringify(claim))).size).toBe(3);
  });

  it.each(['event-bus', 'schedule', 'manual'] as const)('are none for %s: its run is its claim', (source) => {
    const [payload] = Object.values(payloads[source]);
    const drafts = draftsOf({ [`on-${source}`]: { events: [rules[source]] } }, parse(payload));
    expect(drafts.map(({ claims }) => claims)).toEqual([[]]);
  });
});

describe('the trace context of a batch', () => {
  const traces = {
    one: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    two: '00-a3ce929d0e0e47364bf92f3577b34da6-00f067aa0ba902b8-01',
  };
  const attribute = (stringValue: string) => ({ dataType: 'String', stringValue });
  const traced = (number: number, traceparent: string) =>
    toMessage(number, {
      messageAttributes: { traceparent: attribute(traceparent), tracestate: attribute(`acme=${number}`) },
    });

  it('is that of its records when they have the same', () => {
    const [draft] = ofQueue({ Records: [traced(1, traces.one), traced(2, traces.one)] });
    expect(draft?.run).toMatchObject({ traceparent: traces.one, tracestate: 'acme=1' });
  });

  it.each([
    ['different ones', traced(2, traces.two)],
    ['one and none', toMessage(2)],
  ])('is none when they have %s', (_what, second) => {
    const [draft] = ofQueue({ Records: [traced(1, traces.one), second] });
    expect(draft?.run).not.toHaveProperty('traceparent');
    expect(draft?.run).not.toHaveProperty('tracestate');
  });

  it("is each record's own when each has a run", () => {
    const Records = [traced(1, traces.one), toMessage(2), traced(3, traces.two)];
    const drafts = ofQueue({ Records }, { batching: 'record' });
    expect(drafts.map(({ run }) => run.traceparent)).toEqual([traces.one, undefined, traces.two]);
  });

  it('counts only the records of the run', () => {
    const Records = [traced(1, traces.one), traced(2, traces.two), traced(3, traces.one)];
    const [draft] = ofQueue({ Records }, { filterPatterns: [{ body: { order: [1, 3] } }] });
    expect(draft?.run.traceparent).toBe(traces.one);
  });
});

const rules = {
  sns: { type: 'sns', properties: { snsTopicName: 'news' } },
  s3: { type: 's3', properties: { bucketArn: 'arn:aws:s3:::uploads', s3EventType: 's3:ObjectCreated:*' } },
  'event-bus': {
    type: 'event-bus',
    properties: { eventBusName: 'shop', eventPattern: { account: ['123456789012'] } },
  },
  'kinesis-stream': { type: 'kinesis-stream', properties: { streamArn } },
  'dynamo-db-stream': { type: 'dynamo-db-stream', properties: { streamArn: tableArn } },
  schedule: {
    type: 'schedule',
    properties: { scheduleRate: 'cron(0 2 * * ? *)', input: { kind: 'nightly' } },
  },
  manual: { type: 'manual' },
};
