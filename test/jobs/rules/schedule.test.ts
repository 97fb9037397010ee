import { describe, expect, it } from 'vitest';
import { createRoutingTable } from '../../../shared/jobs/routing-table.ts';
import { everySource } from '../../../shared/jobs/rules/every-source.ts';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { schedule } from '../../fixtures/payloads/schedule.ts';
import { toJobsFile } from '../../router/world.ts';
import { createRouting, parse } from './routing.ts';

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

  it('of a rule that was edited is for the only schedule that its job has', () => {
    expect(starts(tickOf('clean-0a1b2c3d'))).toEqual({ clean: [0] });
    expect(judged(tickOf('clean-0a1b2c3d'))[2]).toBe(
      'clean takes: the schedule cron(0 2 * * ? *) took the place of clean-0a1b2c3d',
    );
  });

  it('of a rule that was edited is refused when its job has several schedules', () => {
    expect(() => starts(tickOf('report-0a1b2c3d'))).toThrow(
      new NoRuleError(
        "no job has the schedule report-0a1b2c3d; of job report: which of its 2 schedules took the place of report-0a1b2c3d can't be told",
      ),
    );
  });

  it.each(['tidy-0a1b2c3d', 'clean-0a1b2c3', 'clean-0A1B2C3D', 'clean', 'clean-up-0a1b2c3d'])(
    'of a rule that no job can have had is refused: %s',
    (rule) => {
      expect(() => starts(tickOf(rule))).toThrow(new NoRuleError(`no job has the schedule ${rule}`));
    },
  );

  it('that names an event of another type is not for the schedule of its job', () => {
    const { jobs } = toJobsFile({
      clean: { events: [{ type: 'manual' }, { type: 'schedule', properties: { scheduleRate: nightly } }] },
    });
    const rule = jobs[0]?.events[0]?.id;
    const { match } = createRoutingTable(jobs, everySource);
    expect(() => match(parse(tickOf(rule)))).toThrow(
      new NoRuleError(`no job has the schedule ${rule}; of job clean: the tick is for the rule ${rule}`),
    );
  });

  it('that names no rule is refused', () => {
    expect(() => starts(scheduledEvent)).toThrow(new NoRuleError('no job has the schedule of this tick'));
    expect(judged(scheduledEvent)).toEqual(
      ['report', 'report', 'clean'].map((job) => `${job} elsewhere: the tick names no rule of jobs.yml`),
    );
  });
});
