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

testSource(schedule, {
  'a tick of Scheduler': fromScheduler,
  'a tick of the local router': fromLocalRouter,
  'a scheduled rule': fromRule,
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
          event: {
            specversion: '1.0',
            id: 'nightly-report/0@2026-11-20T02:00:00.000Z',
            source: scheduleArn,
            type: 'aws.scheduler.tick',
            subject: 'nightly-report/0',
            time: '2026-11-20T02:00:00.000Z',
            datacontenttype: 'application/json',
            data: { scheduledTime: '2026-11-20T02:00:00.000Z', input: null },
          },
        },
      ],
      claims: [],
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

  it.each([
    [{ signalbox: {} }, 'signalbox.rule is of type undefined'],
    [{ signalbox: { rule: 'r' } }, 'signalbox.scheduledTime is of type undefined'],
    [{ signalbox: { rule: 'r', scheduledTime: 'yesterday' } }, 'signalbox.scheduledTime is "yesterday"'],
    [{ signalbox: { rule: 'r', scheduledTime: '2026-99-20T02:00:00Z' } }, 'expected an ISO 8601 time'],
    [{ signalbox: { rule: 'r' }, event: { source: 'acme', time: '2026-11-20T02:00:00Z' } }, 'scheduledTime'],
    [fromRule.event, 'the payload has no "signalbox" object'],
  ])('is refused when it is not whole: %j', (payload, message) => {
    expect(() => schedule.parse(payload, invocation)).toThrow(EventParseError);
    expect(() => schedule.parse(payload, invocation)).toThrow(message);
  });

  it('is answered with the runs', () => {
    const answer = schedule.answer(schedule.parse(fromScheduler, invocation), [
      { job: 'nightly-report', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' },
    ]);
    expect(answer).toEqual({ runs: [{ runId: 'k3j5h2', job: 'nightly-report', status: 'queued' }] });
  });

  it('is refused by throwing, so that it comes again', () => {
    expect(() => schedule.refuse(new Error('ledger down'), fromScheduler)).toThrow('ledger down');
  });
});
