import { afterEach, describe, expect, it } from 'vitest';
import { schedule } from '../../shared/sources/schedule.ts';
import { invocation } from '../contract/source.ts';
import { createRouterWorld, type Jobs, toJobsFile } from './world.ts';

const toJobs = (input: unknown): Jobs => ({
  report: { events: [{ type: 'schedule', properties: { scheduleRate: 'cron(0 2 * * ? *)', input } }] },
});
const ruleOf = (jobs: Jobs) => toJobsFile(jobs).jobs[0]?.events[0]?.id ?? '';
const before = ruleOf(toJobs('old'));
const after = ruleOf(toJobs('new'));

const worlds: { remove(): void }[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.remove();
});

/** What a tick of a schedule of EventBridge Scheduler starts, once jobs.yml has been edited. */
function createEdited() {
  const world = createRouterWorld(toJobs('new'));
  worlds.push(world);
  const tick = async (rule: string, scheduledTime = '2026-11-20T02:00:00Z') => {
    const scheduleArn = `arn:aws:scheduler:eu-west-1:123456789012:schedule/shop-prod/${rule}`;
    const payload = { signalbox: { rule, scheduledTime, scheduleArn } };
    const { dispatched } = await world.router.route(schedule.parse(payload, invocation));
    return dispatched.map(({ outcome }) => outcome);
  };
  return { ...world, tick };
}

describe('a tick of a schedule that was edited since', () => {
  it('starts the job, with the input that the schedule has now', async () => {
    const { tick, runs, ledger } = createEdited();
    expect(await tick(before)).toEqual(['accepted']);
    const [run] = await runs();
    expect(run).toMatchObject({ job: 'report', rule: after, eventId: `${before}@2026-11-20T02:00:00.000Z` });
    expect(JSON.parse((await ledger.loadEvent(run?.id ?? '')) ?? '')).toMatchObject({
      records: [{ subject: before, data: { input: 'new' } }],
    });
  });

  it('is the same as that of the schedule which took its place, when both send one for the same time', async () => {
    const { tick, runs } = createEdited();
    expect(await tick(before)).toEqual(['accepted']);
    expect(await tick(after)).toEqual(['duplicate']);
    expect(await tick(before, '2026-11-20T03:00:00Z')).toEqual(['accepted']);
    expect(await runs()).toHaveLength(2);
  });
});
