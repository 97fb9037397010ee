import { describe, expect, it } from 'vitest';
import { ReplayError } from '../../shared/router/router.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { isFinished } from '../../shared/runs/run.ts';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { sns } from '../../shared/sources/sns.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invocation } from '../contract/source.ts';
import {
  queueArn,
  toNotification,
  topicArn,
  toQueueMessage,
  toTopicRecord,
} from '../support/aws-messages.ts';
import { runId } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { draftsOf, eventOf } from './drafts.ts';
import { toFormat2 } from './http-request.ts';
import { createRouterWorld, orderRoute } from './world.ts';

const announcementId = `${runId}-succeeded-1-1795168800000`;

/** An announcement as EventBridge delivers it. */
function toEvent(hops: unknown, change: object = {}) {
  return {
    version: '0',
    id: '0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a',
    'detail-type': 'Run Succeeded',
    source: 'signalbox',
    account: '123456789012',
    time: '2026-11-20T10:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { announcementId, runId, job: 'fetch', service: 'shop', hops },
    ...change,
  };
}

const text = JSON.stringify;
const ofBus = {
  type: 'event-bus',
  properties: { useDefaultBus: true, eventPattern: { source: [{ prefix: '' }] } },
};
const ofQueue = { type: 'sqs', properties: { sqsQueueArn: queueArn } };
const ofTopic = { type: 'sns', properties: { snsTopicArn: topicArn } };
const jobs = { tidy: { events: [ofBus, ofQueue, ofTopic, orderRoute] } };

const ofEvent = (event: unknown) => draftsOf(jobs, eventBus.parse(event, invocation));
const ofMessages = (...bodies: readonly string[]) => {
  const Records = bodies.map((body, index) => toQueueMessage(body, { messageId: `message-${index}` }));
  return draftsOf(jobs, sqs.parse({ Records }, invocation));
};

describe('a run that an announcement starts', () => {
  it('has one hop more than the run that was announced', () => {
    expect(ofEvent(toEvent(0)).map(({ run }) => run.hops)).toEqual([1]);
    expect(ofEvent(toEvent(4)).map(({ run }) => run.hops)).toEqual([5]);
  });

  it.each([
    ['an event of a bus', toEvent(2)],
    ['a notification with one', toNotification(text(toEvent(2)))],
    ['a notification in a notification', toNotification(text(toNotification(text(toEvent(2)))))],
    ['what a rule took out of one', { source: 'signalbox', detail: { hops: 2 } }],
    ['the report of a run that failed', { ...toEvent(2).detail, event: { records: [] } }],
  ])('has it also when a queue delivers %s', (_what, body) => {
    expect(ofMessages(text(body)).map(({ run }) => run.hops)).toEqual([3]);
  });

  it('has it also when a topic delivers it', () => {
    const payload = { Records: [toTopicRecord(text(toEvent(2)))] };
    expect(draftsOf(jobs, sns.parse(payload, invocation)).map(({ run }) => run.hops)).toEqual([3]);
  });

  it('has it also when a request brings it', () => {
    const payload = toFormat2({ body: text(toEvent(2)) });
    expect(draftsOf(jobs, httpApiGateway.parse(payload, invocation)).map(({ run }) => run.hops)).toEqual([3]);
  });

  it('has it whatever the job is given of the event', () => {
    const properties = { ...ofBus.properties, input: { kind: 'tidy' } };
    const events = [{ ...ofBus, properties }];
    const delivery = eventBus.parse(toEvent(2), invocation);
    for (const eventFormat of ['normalized', 'native']) {
      expect(draftsOf({ tidy: { events, eventFormat } }, delivery)[0]?.run.hops).toBe(3);
    }
  });

  it('has those of the longest way when several started it together', () => {
    const [draft, ...others] = ofMessages(
      text(toEvent(2)),
      '{"orderId":7}',
      text(toEvent(4)),
      text(toEvent(1)),
    );
    expect(others).toEqual([]);
    expect(draft?.run.hops).toBe(5);
  });

  it.each([
    ['an event of others', toEvent(2, { source: 'acme.shop' })],
    ['one that says nothing of hops', toEvent(null)],
    ['one with a text in place of a number', toEvent('2')],
    ['one with less than none', toEvent(-1)],
    ['one with half a hop', toEvent(0.5)],
    ['one with more than can be counted', toEvent(1e300)],
    ['one with a list for its detail', toEvent(2, { detail: [] })],
  ])('has none when it was %s', (_what, event) => {
    expect(ofEvent(event).map(({ run }) => 'hops' in run)).toEqual([false]);
  });

  it.each([
    { hops: 2 },
    { hops: 2, announcementId: 'mine' },
    { source: 'signalbox', detail: null },
    [],
    7,
    'x',
  ])('has none when a message only looks a little like it: %j', (body) => {
    expect(ofMessages(text(body)).map(({ run }) => 'hops' in run)).toEqual([false]);
  });

  it('has the id of the announcement, so that one which is sent twice starts it once', () => {
    const [once, again] = ['0f8b5c1a', '77777777'].map((id) => ofEvent(toEvent(0, { id }))[0]?.run);
    expect(once?.id).toBe(again?.id);
    expect(once?.eventId).toBe(announcementId);
    const replayed = ofEvent(toEvent(0, { 'replay-name': 'again' }))[0]?.run;
    expect(replayed?.id).not.toBe(once?.id);
    const other = { ...toEvent(0).detail, announcementId: `${runId}-succeeded-2-1795168860000` };
    expect(ofEvent(toEvent(0, { detail: other }))[0]?.run.id).not.toBe(once?.id);
  });

  it.each(['mine', '', 7, null, `${announcementId}\n`, 'x'.repeat(100_000)])(
    'has the id of the event when that of the announcement is %.30j',
    (strange) => {
      const detail = { ...toEvent(0).detail, announcementId: strange };
      expect(ofEvent(toEvent(0, { detail }))[0]?.run.eventId).toBe('0f8b5c1a-6d2e-4b7c-9a31-5e4f3d2c1b0a');
    },
  );
});

describe('a run that six announcements led to', () => {
  it('is started', () => {
    expect(ofEvent(toEvent(5)).map(({ run }) => [run.hops, run.status])).toEqual([[6, 'collecting']]);
  });

  it('is the last: the next one has failed, says that it is a loop, and is not announced', () => {
    const [draft] = ofEvent(toEvent(6));
    expect(draft?.run).toMatchObject({
      status: 'failed',
      hops: 7,
      attempts: [],
      outbox: [],
      cause: {
        class: 'bad-event',
        reason:
          '7 announcements in a row led to it, which is taken for a loop: jobs that start each other may do so 6 times',
      },
    });
    expect(eventOf(draft).records[0].data.detail.hops).toBe(6);
  });

  it('keeps nothing secret of what is not started', () => {
    const payload = toFormat2({ body: text(toEvent(6)), headers: { authorization: 's3cr3t' } });
    const job = { tidy: { events: [orderRoute], forwardCredentials: true } };
    const [draft] = draftsOf(job, httpApiGateway.parse(payload, invocation));
    expect(draft?.run.status).toBe('failed');
    expect(JSON.stringify(draft)).not.toContain('s3cr3t');
  });

  it('is recorded once, and can be replayed by a person, without the hops', async () => {
    const world = createRouterWorld(jobs);
    atEnd(world.remove);
    const delivery = eventBus.parse(toEvent(6), invocation);
    const outcomes = [await world.router.route(delivery), await world.router.route(delivery)];
    expect(outcomes.flatMap(({ dispatched }) => dispatched.map(({ outcome }) => outcome))).toEqual([
      'accepted',
      'duplicate',
    ]);
    const [failed] = await world.runs();
    expect(failed && isFinished(failed)).toBe(true);
    const replay = await world.router.replay(failed?.id ?? '', 'request-1');
    expect(replay).toMatchObject({ status: 'queued', replayOf: failed?.id });
    expect(replay).not.toHaveProperty('hops');
  });

  it('is recorded without its event when that is too large to be kept, and holds up nobody', async () => {
    const ledger = createMemoryLedger(Date.now);
    const world = createRouterWorld(jobs, {
      ledger: {
        ...ledger,
        async accept(draft, settle) {
          if (draft.event.length > 5000) throw new LedgerError('too large', { reason: 'too-large' });
          return ledger.accept(draft, settle);
        },
      },
    });
    atEnd(world.remove);
    const detail = { ...toEvent(6).detail, reason: 'x'.repeat(5000) };
    const body = text(toEvent(6, { detail }));
    const delivery = sqs.parse({ Records: [toQueueMessage(body)] }, invocation);
    expect((await world.router.route(delivery)).unrecorded).toEqual([]);
    const [failed, ...others] = await world.runs();
    expect(others).toEqual([]);
    expect(failed).toMatchObject({ status: 'failed', hops: 7, outbox: [] });
    const both = /^7 announcements .* for a loop: .* 6 times; its event is not kept: too large$/;
    expect(failed?.cause?.reason).toMatch(both);
    // Its job would be given the size of the event in place of it.
    const replay = world.router.replay(failed?.id ?? '', 'request-1');
    await expect(replay).rejects.toThrow(
      new ReplayError(`run ${failed?.id} has no event that a job could be given: ${failed?.cause?.reason}`),
    );
    expect(await world.runs()).toHaveLength(1);
  });
});
