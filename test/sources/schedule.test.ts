import { describe, expect, it } from 'vitest';
import { schedule } from '../../shared/sources/schedule.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const scheduleArn = 'arn:aws:scheduler:eu-west-1:123456789012:schedule/media/nightly-report-0';
const fromScheduler = {
  signalbox: { rule: 'nightly-report/0', scheduledTime: '2026-11-20T02:00:00Z', scheduleArn },
};
const fromLocalRouter = {
  signalbox: { rule: 'nightly-report/0', scheduledTime: '2026-11-20T02:00:00.000Z' },
  event: { note: 'anything' },
};
const ruleArn = 'arn:aws:events:eu-west-1:123456789012:rule/nightly';
const fromRule = {
  signalbox: { rule: 'nightly-report/0' },
  event: {
    version: '0',
    id: '89d1a02d-5ec7-412e-82f5-13505f849b41',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '123456789012',
    time: '2026-11-20T02:00:00Z',
    region: 'eu-west-1',
    resources: [ruleArn],
    detail: {},
  },
};

const bareArn = 'arn:aws:scheduler:eu-west-1:123456789012:schedule/media/cleanup';
const bareFromScheduler = {
  version: '0',
  id: '2d1c0b9a-8f7e-4d6c-b5a4-938271605f4e',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  account: '123456789012',
  time: '2026-11-20T02:00:00Z',
  region: 'eu-west-1',
  resources: [bareArn],
  detail: '{}',
};

testSource(schedule, {
  'a tick of Scheduler': fromScheduler,
  'a tick of the local router': fromLocalRouter,
  'a scheduled rule': fromRule,
  'a scheduled rule without a marker': fromRule.event,
  'a schedule of Scheduler without an input': bareFromScheduler,
});

describe('a tick', () => {
  it('becomes one record whose input is still to be filled in', () => {
    expect(schedule.parse(fromScheduler, invocation)).toEqual({
      source: 'schedule',
      id: 'nightly-report/0@2026-11-20T02:00:00.000Z',
      sourceArn: scheduleArn,
      time: '2026-11-20T02:00:00.000Z',
      addressed: { source: 'schedule', rule: 'nightly-report/0' },
      records: [
        {
          recordId: 'nightly-report/0@2026-11-20T02:00:00.000Z',
          events: [
            {
              specversion: '1.0',
              id: 'nightly-report/0@2026-11-20T02:00:00.000Z',
              source: scheduleArn,
              type: 'aws.scheduler.tick',
              subject: 'nightly-report/0',
              time: '2026-11-20T02:00:00.000Z',
              datacontenttype: 'application/json',
              data: { scheduledTime: '2026-11-20T02:00:00.000Z', input: null },
            },
          ],
        },
      ],
      claimed: { by: 'run' },
      isOrdered: false,
      payload: fromScheduler,
    });
  });

  it('has the same id from everyone who sends it', () => {
    const ids = [fromScheduler, fromLocalRouter, fromRule].map((tick) => schedule.parse(tick, invocation).id);
    expect(new Set(ids)).toEqual(new Set(['nightly-report/0@2026-11-20T02:00:00.000Z']));
  });

  it('comes from the scheduled rule, or from a schedule made up for the local router', () => {
    expect(schedule.parse(fromRule, invocation).sourceArn).toBe(ruleArn);
    expect(schedule.parse(fromLocalRouter, invocation).sourceArn).toBe(
      'arn:aws:scheduler:local:000000000000:schedule/signalbox/nightly-report/0',
    );
  });

  it('hands on the event that its rule had, without the marker', () => {
    const { addressed, payload, time } = schedule.parse(fromRule, invocation);
    expect(addressed).toEqual({ source: 'schedule', rule: 'nightly-report/0', event: fromRule.event });
    expect(payload).toBe(fromRule.event);
    expect(time).toBe('2026-11-20T02:00:00.000Z');
    expect(schedule.parse(fromScheduler, invocation).payload).toBe(fromScheduler);
  });

  it('has the time of its marker rather than that of its event', () => {
    const late = { ...fromRule, signalbox: { rule: 'r', scheduledTime: '2026-11-20T01:30:00+00:30' } };
    expect(schedule.parse(late, invocation).id).toBe('r@2026-11-20T01:00:00.000Z');
  });

  it('without a marker is of no rule of ours, and is named by what sent it', () => {
    const { id, sourceArn, addressed, records, payload } = schedule.parse(bareFromScheduler, invocation);
    expect(id).toBe('cleanup@2026-11-20T02:00:00.000Z');
    expect(sourceArn).toBe('arn:aws:scheduler:eu-west-1:123456789012:schedule/media/cleanup');
    expect(addressed).toEqual({ source: 'schedule', event: bareFromScheduler });
    expect(records).toMatchObject([
      {
        recordId: 'cleanup@2026-11-20T02:00:00.000Z',
        events: [{ subject: 'cleanup', data: { scheduledTime: '2026-11-20T02:00:00.000Z', input: null } }],
      },
    ]);
    expect(payload).toBe(bareFromScheduler);
    expect(schedule.parse(fromRule.event, invocation).id).toBe('nightly@2026-11-20T02:00:00.000Z');
  });

  it.each([
    [{ signalbox: {} }, "signalbox.rule is missing, expected a rule's id of 1 to 256 characters"],
    [{ signalbox: { rule: 'r' } }, 'signalbox.scheduledTime is missing, expected an ISO 8601 time'],
    [{ signalbox: { rule: 'r', scheduledTime: 'yesterday' } }, 'signalbox.scheduledTime is "yesterday"'],
    [{ signalbox: { rule: 'r', scheduledTime: '2026-99-20T02:00:00Z' } }, 'expected an ISO 8601 time'],
    [{ ...fromRule, event: { ...fromRule.event, time: 7 } }, 'event.time is a number'],
    [
      { ...fromScheduler, event: JSON.parse('['.repeat(9_000) + ']'.repeat(9_000)) },
      'event is nested too deeply',
    ],
    [{ ...fromRule.event, time: '' }, 'time is "", expected an ISO 8601 time'],
    [{ ...fromRule.event, resources: [] }, 'resources[0] is missing, expected the ARN of a rule'],
    [{ ...fromRule.event, resources: ['nightly'] }, 'resources[0] is "nightly", expected the ARN of a rule'],
    [{ signalbox: 'r' }, 'the payload has no "signalbox" object and is no scheduled event'],
    [null, 'the payload has no "signalbox" object and is no scheduled event'],
    [
      { signalbox: { rule: 'r' }, event: { source: 'acme', time: '2026-11-20T02:00:00Z' } },
      'looks like an event of EventBridge, expected a tick of a schedule',
    ],
    [{ ...fromRule.event, source: 'acme' }, 'looks like an event of EventBridge'],
  ])('is refused when it is not whole, or not one: %.60j', (payload, message) => {
    expect(() => schedule.parse(payload, invocation)).toThrow(EventParseError);
    expect(() => schedule.parse(payload, invocation)).toThrow(message);
  });

  it('is answered with the runs, and by throwing when one was not recorded', () => {
    const delivery = schedule.parse(fromScheduler, invocation);
    const dispatched = [
      { job: 'nightly-report', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' },
    ] as const;
    expect(schedule.answer(delivery, { dispatched, unrecorded: [] })).toEqual({
      runs: [{ runId: 'k3j5h2', job: 'nightly-report', status: 'queued' }],
    });
    const unrecorded = [{ job: 'nightly-report', records: [0], error: new Error('the ledger is away') }];
    expect(() => schedule.answer(delivery, { dispatched: [], unrecorded })).toThrow('the ledger is away');
  });

  it('is refused by throwing, so that it comes again', () => {
    expect(() => schedule.refuse(new Error('ledger down'), fromScheduler)).toThrow('ledger down');
  });
});
