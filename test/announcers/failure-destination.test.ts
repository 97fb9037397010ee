import { describe, expect, it } from 'vitest';
import { createFailureDestination } from '../../shared/announcers/failure-destination.ts';
import type { EventStores } from '../../shared/announcers/failure-message.ts';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { createNoPayloadStore } from '../../shared/payloads/none.ts';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import type { FailureDestination } from '../../shared/runs/plan.ts';
import type { Run } from '../../shared/runs/run.ts';
import { createEventBridge, type PutEvent } from '../stand-in/event-bridge.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import {
  clientsAt,
  createQueueDestination,
  createTopicDestination,
  toAnnouncement,
  toFailedRun,
} from '../support/announcements.ts';
import { runId } from '../support/draft.ts';
import { startFauxqs } from '../support/fauxqs.ts';
import { atEnd, makeFolder } from '../support/folder.ts';

const event = '{"id":"event-1","source":"manual","records":[{"data":{"input":7}}]}';
const busArn = 'arn:aws:events:eu-west-1:123456789012:event-bus/failures';
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const toStores = (text: string | undefined, payloads: EventStores['payloads']): EventStores => ({
  ledger: { loadEvent: async () => text },
  payloads,
});
const withoutStore = toStores(event, createNoPayloadStore());

async function openQueue(name = 'failures', most?: number, stores = withoutStore) {
  const fauxqs = await startFauxqs();
  const destination = await createQueueDestination(fauxqs, name, most);
  const clientsOf = clientsAt(fauxqs.endpoint);
  const announcer = createFailureDestination({ ...stores, clientsOf, sender: { service: 'media' } });
  const report = (change: Partial<Run> = {}, what: 'failed' | 'timed-out' = 'failed') =>
    announcer.announce(toFailedRun(change, { onFailure: destination.onFailure }), toAnnouncement({ what }));
  return { ...fauxqs, ...destination, report };
}

async function openBus(stores = withoutStore) {
  const taken: PutEvent[] = [];
  const { clients, close } = await startStandIn(createEventBridge({ taken }));
  atEnd(close);
  const announcer = createFailureDestination({
    ...stores,
    clientsOf: () => clients,
    sender: { service: 'media' },
  });
  const onFailure: FailureDestination = { type: 'event-bus', arn: busArn };
  const report = (change: Partial<Run> = {}) =>
    announcer.announce(toFailedRun(change, { onFailure }), toAnnouncement());
  return { taken, report };
}

describe('a failure destination', () => {
  it('that is a queue gets the run, its cause, its attempts and its event', async () => {
    const { report, receive } = await openQueue();
    await report({ traceparent });
    const [message] = await receive();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({
      announcementId: `${runId}-report-1-1795168800000`,
      service: 'media',
      runId,
      job: 'word-index',
      status: 'failed',
      hops: 0,
      cause: { class: 'exit-code', reason: 'it ended with exit code 3', exitCode: 3 },
      attempts: [{ attempt: 1, status: 'failed' }],
      event: JSON.parse(event),
      traceparent,
    });
    expect(message?.MessageAttributes).toEqual({
      traceparent: { StringValue: traceparent, DataType: 'String' },
    });
  });

  it('that is a topic gets the same', async () => {
    const fauxqs = await startFauxqs();
    const { onFailure, receive } = await createTopicDestination(fauxqs, 'failures');
    const clientsOf = clientsAt(fauxqs.endpoint);
    const announcer = createFailureDestination({ ...withoutStore, clientsOf, sender: { service: 'media' } });
    const run = toFailedRun({}, { onFailure });
    await announcer.announce(run, toAnnouncement({ what: 'timed-out' }));
    const [message] = await receive();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ runId, event: JSON.parse(event) });
  });

  it('that is a bus gets the same as an event of a type of its own', async () => {
    const { report, taken } = await openBus();
    await report();
    expect(taken).toMatchObject([
      {
        bus: busArn,
        source: 'signalbox',
        'detail-type': 'Run Failed Event',
        detail: { runId, cause: { class: 'exit-code' }, event: JSON.parse(event) },
      },
    ]);
  });

  it('that is a FIFO queue gets one report, in the group of the job, however often it is sent', async () => {
    const { report, receive } = await openQueue('failures.fifo');
    await report();
    await report();
    expect((await receive()).map(({ Attributes }) => Attributes)).toMatchObject([
      { MessageGroupId: 'word-index', MessageDeduplicationId: `${runId}-report-1-1795168800000` },
    ]);
  });

  it('that is a FIFO topic gets one report, however often it is sent', async () => {
    const fauxqs = await startFauxqs();
    const { onFailure, receive } = await createTopicDestination(fauxqs, 'failures.fifo');
    const clientsOf = clientsAt(fauxqs.endpoint);
    const announcer = createFailureDestination({ ...withoutStore, clientsOf, sender: { service: 'media' } });
    const run = toFailedRun({}, { onFailure });
    await announcer.announce(run, toAnnouncement());
    await announcer.announce(run, toAnnouncement());
    expect((await receive()).map(({ Attributes }) => Attributes?.['MessageGroupId'])).toEqual(['word-index']);
  });

  it('is not told of runs of jobs that have none', async () => {
    const { requests, endpoint } = await startFauxqs();
    const options = { ...withoutStore, clientsOf: clientsAt(endpoint), sender: { service: 'media' } };
    await createFailureDestination(options).announce(toFailedRun(), toAnnouncement());
    expect(requests).toEqual([]);
  });

  it('says which it was, when it does not take it', async () => {
    const fauxqs = await startFauxqs();
    const arn = 'arn:aws:sqs:eu-west-1:000000000000:not-there';
    const options = { ...withoutStore, clientsOf: clientsAt(fauxqs.endpoint), sender: { service: 'media' } };
    const run = toFailedRun({}, { onFailure: { type: 'sqs', arn } });
    await expect(createFailureDestination(options).announce(run, toAnnouncement())).rejects.toThrow(
      /^arn:aws:sqs:eu-west-1:000000000000:not-there did not take it: QueueDoesNotExist/,
    );
  });

  it.each([
    [
      'arn:aws:sqs:us-east-1:123456789012:failures',
      'https://sqs.us-east-1.amazonaws.com/123456789012/failures',
    ],
    [
      'arn:aws-cn:sqs:cn-north-1:123456789012:failures',
      'https://sqs.cn-north-1.amazonaws.com.cn/123456789012/failures',
    ],
  ])('in another region is asked there: %s', async (arn, url) => {
    const { requests, endpoint } = await startFauxqs();
    const options = { ...withoutStore, clientsOf: clientsAt(endpoint), sender: { service: 'media' } };
    const run = toFailedRun({}, { onFailure: { type: 'sqs', arn } });
    await createFailureDestination(options)
      .announce(run, toAnnouncement())
      .catch(() => {});
    const [, , , region] = arn.split(':');
    expect(requests).toMatchObject([
      {
        body: { QueueUrl: url },
        headers: { authorization: expect.stringContaining(`/${region}/sqs/`) },
      },
    ]);
  });
});

describe('the event in a report', () => {
  const big = JSON.stringify({ records: ['é'.repeat(130_000)] });
  const messageOf = (body: string | undefined) => JSON.parse(body ?? '');

  it('travels by claim check when it is too large', async () => {
    const payloads = createFolderPayloadStore(makeFolder());
    const { report, receive } = await openQueue('failures', undefined, toStores(big, payloads));
    await report();
    const [message] = await receive();
    const { claimCheck } = messageOf(message?.Body).event;
    expect(claimCheck).toMatchObject({
      sizeBytes: Buffer.byteLength(big),
      uri: expect.stringMatching(/^file:/),
    });
    expect(await payloads.get(claimCheck)).toBe(big);
  });

  it('is left out, and the report says why, when it is too large and nothing is set up to store it in', async () => {
    const { report, taken } = await openBus(toStores(big, createNoPayloadStore()));
    await report();
    expect(taken[0]?.detail).toMatchObject({
      event: null,
      eventMissing: `its ${Buffer.byteLength(big)} bytes fit neither into the message nor into a payload store`,
    });
  });

  it('is left out, and the report says so, when the ledger does not keep it any more', async () => {
    const { report, taken } = await openBus(toStores(undefined, createNoPayloadStore()));
    await report();
    expect(taken[0]?.detail).toMatchObject({ event: null, eventMissing: 'it is not kept any more' });
  });

  it('is left out, and the report says so, when it is gone from the payload store', async () => {
    const gone = new PayloadGoneError('the event at s3://b/k is not what was stored there');
    const ledger = { loadEvent: async () => Promise.reject(gone) };
    const { report, taken } = await openBus({ ledger, payloads: createNoPayloadStore() });
    await report();
    expect(taken[0]?.detail).toMatchObject({ event: null, eventMissing: gone.message });
  });

  it('is a reason to report later when it only can not be read now', async () => {
    const ledger = { loadEvent: async () => Promise.reject(new PayloadError('S3 denied access')) };
    const { report, taken } = await openBus({ ledger, payloads: createNoPayloadStore() });
    await expect(report()).rejects.toThrow('S3 denied access');
    expect(taken).toEqual([]);
  });

  it('is a reason to report later when the payload store can not be reached now', async () => {
    const down = {
      put: async () => {
        throw new PayloadError('no answer from S3');
      },
    };
    const { report, taken } = await openBus(toStores(big, down));
    await expect(report()).rejects.toThrow('no answer from S3');
    expect(taken).toEqual([]);
  });

  it('travels by claim check when the owner of the queue lets it take less than SQS does', async () => {
    const payloads = createFolderPayloadStore(makeFolder());
    const text = JSON.stringify({ records: ['x'.repeat(8000)] });
    const { report, receive } = await openQueue('failures', 4096, toStores(text, payloads));
    await report();
    const [message] = await receive();
    expect(await payloads.get(messageOf(message?.Body).event.claimCheck)).toBe(text);
  });

  it('is the one that the ledger has, not what was kept apart for the job', async () => {
    const { report, taken } = await openBus();
    await report({ payload: { uri: 's3://payloads/secret.json', sha256: 'aa', sizeBytes: 9 } });
    expect(taken[0]?.detail['event']).toEqual(JSON.parse(event));
    expect(JSON.stringify(taken)).not.toContain('secret.json');
  });

  it.each(['{"n":12345678901234567890}', '{"n":100000000000000000000}'])(
    'has whole numbers of more than 64 bits as text on a bus, which takes no others: %s',
    async (text) => {
      const { report, taken } = await openBus(toStores(text, createNoPayloadStore()));
      await report();
      expect(taken[0]?.detail['event']).toEqual({ n: /\d+/.exec(text)?.[0] });
    },
  );

  it('is text when it is no JSON', async () => {
    const { report, taken } = await openBus(toStores('{"half', createNoPayloadStore()));
    await report();
    expect(taken[0]?.detail['event']).toBe('{"half');
  });
});
