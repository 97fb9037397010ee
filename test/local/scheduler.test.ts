import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { startScheduler, type Tick, toTickPayload } from '../../shared/local/scheduler.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
let folder: string;
let memory: string;
const schedulers: { readonly stop: () => Promise<void> }[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.UTC(2026, 10, 20, 10) });
  folder = mkdtempSync(join(tmpdir(), 'signalbox-scheduler-'));
  memory = join(folder, 'schedules.json');
});
afterEach(async () => {
  for (const scheduler of schedulers.splice(0)) await scheduler.stop();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

describe('a schedule', () => {
  it('ticks at its times, once each', async () => {
    const { fired } = await open('rate(5 minutes)');
    await pass(5 * minute - 1);
    expect(fired()).toEqual([]);
    await pass(1);
    expect(fired()).toEqual(['2026-11-20T10:05:00.000Z']);
    await pass(10 * minute);
    expect(fired()).toEqual([
      '2026-11-20T10:05:00.000Z',
      '2026-11-20T10:10:00.000Z',
      '2026-11-20T10:15:00.000Z',
    ]);
  });

  it('follows the clock of its time zone', async () => {
    const { fired } = await open('cron(0 2 * * ? *)', { timezone: 'Europe/Bratislava' });
    await pass(2 * day);
    expect(fired()).toEqual(['2026-11-21T01:00:00.000Z', '2026-11-22T01:00:00.000Z']);
  });

  it('may be further away than any timer holds', async () => {
    const { fired } = await open('cron(30 6 1 1 ? *)');
    for (const days of [20, 20, 20]) await pass(days * day);
    expect(fired()).toEqual(['2027-01-01T06:30:00.000Z']);
  });

  it('that never fires again is left alone', async () => {
    const { fired, missed } = await open('cron(0 0 1 1 ? 2025)');
    await pass(20 * day, 0);
    expect([fired(), missed]).toEqual([[], []]);
  });

  it('does not hold up another one', async () => {
    const jobs = toJobs('rate(5 minutes)', 'rate(10 minutes)');
    const fired: string[] = [];
    await start(jobs, {
      fire: ({ rule }) => {
        fired.push(rule.slice(0, 5));
        return rule.startsWith('job-0') ? new Promise(() => {}) : Promise.resolve();
      },
    });
    await pass(20 * minute);
    schedulers.length = 0;
    expect(fired).toEqual(['job-0', 'job-1', 'job-1']);
  });
});

describe('ticks that were missed', () => {
  it('while no router ran are told of and skipped, once', async () => {
    const before = await open('rate(5 minutes)');
    await pass(5 * minute);
    await before.scheduler.stop();
    sleepFor(20 * minute);

    const after = await open('rate(5 minutes)');
    expect(after.missed).toEqual([[after.rule, 4, false]]);
    await pass(5 * minute - 1);
    expect(after.fired()).toEqual([]);
    await pass(1);
    expect(after.fired()).toEqual(['2026-11-20T10:30:00.000Z']);
    await after.scheduler.stop();
    expect((await open('rate(5 minutes)')).missed).toEqual([]);
  });

  it('are told of too when the schedule never ticked before', async () => {
    const before = await open('cron(0 12 * * ? *)');
    await before.scheduler.stop();
    sleepFor(2 * day);
    const after = await open('cron(0 12 * * ? *)');
    expect(after.missed).toEqual([[after.rule, 2, false]]);
    await after.scheduler.stop();
    expect((await open('cron(0 12 * * ? *)')).missed).toEqual([]);
  });

  it('include the one at the very moment of the start', async () => {
    const before = await open('rate(5 minutes)');
    await pass(5 * minute);
    await before.scheduler.stop();
    sleepFor(5 * minute);
    const after = await open('rate(5 minutes)');
    expect(after.missed).toEqual([[after.rule, 1, false]]);
  });

  it('are counted up to a thousand', async () => {
    const before = await open('rate(1 minute)');
    await pass(minute);
    await before.scheduler.stop();
    sleepFor(30 * day);
    const after = await open('rate(1 minute)');
    expect(after.missed).toEqual([[after.rule, 1000, true]]);
  });

  it('while the machine slept are told of and skipped', async () => {
    const { scheduler, fired, missed, rule } = await open('rate(5 minutes)');
    // Timers stand still while a machine sleeps; its clock doesn't.
    sleepFor(17 * minute);
    await pass(5 * minute);
    expect(missed).toEqual([[rule, 4, false]]);
    expect(fired()).toEqual([]);
    await pass(3 * minute);
    expect(fired()).toEqual(['2026-11-20T10:25:00.000Z']);
    await scheduler.stop();
    expect((await open('rate(5 minutes)')).missed).toEqual([]);
  });

  it('by less than a minute are not missed', async () => {
    const { fired, missed } = await open('rate(5 minutes)');
    sleepFor(minute);
    await pass(5 * minute);
    expect([fired(), missed]).toEqual([['2026-11-20T10:05:00.000Z'], []]);
  });

  it.each([['{"job-0'], ['[]'], ['null'], ['{"job-0": "yesterday"}'], ['']])(
    'are not known of when what was remembered is %j',
    async (text) => {
      writeFileSync(memory, text);
      const { missed, fired } = await open('rate(5 minutes)');
      await pass(5 * minute);
      expect([missed, fired()]).toEqual([[], ['2026-11-20T10:05:00.000Z']]);
    },
  );
});

describe('a tick that could not be recorded', () => {
  it('is fired again a little later, and the next one comes at its time', async () => {
    let failures = 2;
    const { fired, failed } = await open('rate(5 minutes)', {}, () => {
      if (failures-- > 0) throw new Error('the ledger is full');
    });
    await pass(5 * minute);
    expect(failed).toEqual(['the ledger is full']);
    await pass(2000);
    await pass(2000);
    expect(failed).toHaveLength(2);
    expect(fired()).toEqual(Array(3).fill('2026-11-20T10:05:00.000Z'));
    await pass(5 * minute);
    expect(fired().slice(3)).toEqual(['2026-11-20T10:10:00.000Z']);
    expect(failed).toHaveLength(2);
  });

  it('for longer than a minute is missed', async () => {
    let isFull = true;
    const { fired, missed, rule } = await open('rate(5 minutes)', {}, () => {
      if (isFull) throw new Error('the ledger is full');
    });
    await pass(5 * minute);
    for (let second = 0; second < 70; second += 2) await pass(2000);
    isFull = false;
    expect(missed).toEqual([[rule, 1, false]]);
    const before = fired().length;
    await pass(5 * minute);
    expect(fired().slice(before)).toEqual(['2026-11-20T10:10:00.000Z']);
  });

  it('is not one that was recorded and could not be remembered', async () => {
    memory = join(folder, 'nowhere', 'schedules.json');
    const { fired, missed } = await open('rate(5 minutes)');
    await pass(5 * minute);
    await pass(5 * minute);
    expect(fired()).toEqual(['2026-11-20T10:05:00.000Z', '2026-11-20T10:10:00.000Z']);
    expect(missed).toEqual([]);
  });
});

describe('a stop', () => {
  it('ends the ticks, and waits for the one that is being recorded', async () => {
    const told: string[] = [];
    let record = () => {};
    const { scheduler, fired } = await open('rate(5 minutes)', {}, () => {
      return new Promise<void>((resolve) => {
        record = resolve;
      });
    });
    await pass(5 * minute, 0);
    const stopped = scheduler.stop().then(() => told.push('stopped'));
    await pass(1, 0);
    told.push('recorded');
    record();
    await stopped;
    expect(told).toEqual(['recorded', 'stopped']);
    await pass(hour, 0);
    expect(fired()).toEqual(['2026-11-20T10:05:00.000Z']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up a tick that could not be recorded', async () => {
    const { scheduler, fired } = await open('rate(5 minutes)', {}, () => {
      throw new Error('the ledger is full');
    });
    await pass(5 * minute);
    await scheduler.stop();
    await pass(hour, 0);
    expect(fired()).toHaveLength(1);
  });
});

it('a tick is what EventBridge Scheduler sends', () => {
  const payload = toTickPayload({ rule: 'report-1a2b3c4d', scheduledAtMs: Date.UTC(2026, 10, 20, 2) });
  expect(payload).toEqual({
    signalbox: { rule: 'report-1a2b3c4d', scheduledTime: '2026-11-20T02:00:00.000Z' },
  });
});

function toJobs(...rates: string[]) {
  const jobs = rates.map((scheduleRate, at) => [`job-${at}`, toJob({ scheduleRate })]);
  return parseJobs(JSON.stringify({ service: 'shop', jobs: Object.fromEntries(jobs) }), 'jobs.yml').jobs;
}

function toJob(properties: object) {
  return { target: 'process', local: { command: ['true'] }, events: [{ type: 'schedule', properties }] };
}

async function start(
  jobs: ReturnType<typeof toJobs>,
  {
    fire = async () => {},
    missed = () => {},
    fail = () => {},
  }: Partial<Parameters<typeof startScheduler>[0]>,
) {
  const scheduler = await startScheduler({ jobs, memory, fire, missed, fail });
  schedulers.push(scheduler);
  return scheduler;
}

async function open(scheduleRate: string, more: object = {}, record: () => unknown = () => {}) {
  const text = JSON.stringify({ service: 'shop', jobs: { 'job-0': toJob({ scheduleRate, ...more }) } });
  const { jobs } = parseJobs(text, 'jobs.yml');
  const ticks: Tick[] = [];
  const missed: [string, number, boolean][] = [];
  const failed: string[] = [];
  const scheduler = await start(jobs, {
    async fire(tick) {
      ticks.push(tick);
      await record();
    },
    missed: (...told) => void missed.push(told),
    fail: (_rule, error) => void failed.push(error instanceof Error ? error.message : String(error)),
  });
  return {
    scheduler,
    rule: jobs[0]?.events[0]?.id ?? '',
    fired: () => ticks.map(({ scheduledAtMs }) => new Date(scheduledAtMs).toISOString()),
    missed,
    failed,
  };
}

/** Lets that time pass, timer by timer; each tick has the real time it takes to write down what it remembers. */
async function pass(ms: number, timers = 1): Promise<void> {
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, ms);
  while (!isOver) {
    await vi.advanceTimersToNextTimerAsync();
    // Once it is done, the scheduler waits for the next tick.
    const deadline = performance.now() + 2000;
    while (vi.getTimerCount() < timers + (isOver ? 0 : 1) && performance.now() < deadline) await turn();
  }
}

/** The clock goes on, and the timers don't. */
function sleepFor(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
