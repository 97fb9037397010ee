import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { schedule } from '../../fixtures/payloads/schedule.ts';
import { createRouting } from './routing.ts';

const nightly = 'cron(0 2 * * ? *)';
const { starts, judged, ruleIds } = createRouting('schedule', {
  report: [{ scheduleRate: nightly }, { scheduleRate: 'rate(5 minutes)' }],
  clean: [{ scheduleRate: nightly }],
});
const [reportNightly, reportOften, cleanNightly] = ruleIds;

const scheduledEvent = schedule["a scheduled rule's event, as it is"];
const tickOf = (rule: string | undefined) => ({ signalbox: { rule, scheduledTime: '2026-11-20T02:00:00Z' } });

describe('a tick of a schedule', () => {
  it('starts the job of the rule that it names, and no other with the same expression', () => {
    expect(starts(tickOf(reportNightly))).toEqual({ report: [0] });
    expect(starts(tickOf(reportOften))).toEqual({ report: [0] });
    expect(starts(tickOf(cleanNightly))).toEqual({ clean: [0] });
    expect(judged(tickOf(cleanNightly))).toEqual([
      `report elsewhere: the tick is for the rule ${cleanNightly}`,
      `report elsewhere: the tick is for the rule ${cleanNightly}`,
      'clean takes: it is the schedule cron(0 2 * * ? *)',
    ]);
  });

  it('starts it also when a scheduled rule of EventBridge sent it', () => {
    expect(starts({ signalbox: { rule: cleanNightly }, event: scheduledEvent })).toEqual({ clean: [0] });
  });

  it('of a rule that jobs.yml does not have any more is refused', () => {
    expect(() => starts(tickOf('report-0a1b2c3d'))).toThrow(
      new NoRuleError('no job has the schedule report-0a1b2c3d'),
    );
  });

  it('that names no rule is refused', () => {
    expect(() => starts(scheduledEvent)).toThrow(new NoRuleError('no job has the schedule of this tick'));
    expect(judged(scheduledEvent)).toEqual(
      ['report', 'report', 'clean'].map((job) => `${job} elsewhere: the tick names no rule of jobs.yml`),
    );
  });
});
