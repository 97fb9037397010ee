import { readFile } from 'node:fs/promises';
import { parseScheduleExpression, type ScheduleExpression } from '../jobs/schedule-expression.ts';
import type { Job } from '../jobs/schema/job.ts';
import { replaceFile } from '../replace-file.ts';

/** A schedule's tick: the payload is what EventBridge Scheduler sends to the schedule function. */
export type Tick = { readonly rule: string; readonly scheduledAtMs: number };

export type SchedulerParts = {
  readonly jobs: readonly Job[];
  /** Remembers until when each rule was looked after, so that what was missed while no router ran can be told. */
  readonly memory: string;
  /** Rejects when the tick could not be recorded; it is then fired again, a little later. */
  readonly fire: (tick: Tick) => Promise<void>;
  readonly missed: (rule: string, count: number, more: boolean) => void;
  readonly fail: (rule: string, error: unknown) => void;
};

/** Node's timers hold at most 2^31-1 ms. */
const longestWaitMs = 3_600_000;
const tryAgainMs = 2000;
/** A tick that is later than this is missed. */
const latestMs = 60_000;
const mostMissed = 1000;

/** Fires the schedules of jobs.yml. Ticks that were missed while it didn't run are told of and skipped. */
export async function startScheduler(parts: SchedulerParts): Promise<{ readonly stop: () => Promise<void> }> {
  const rules = parts.jobs.flatMap(toRules);
  const before = await readMemory(parts.memory);
  const timers = new Map<string, NodeJS.Timeout>();
  const firing = new Set<Promise<void>>();
  const startedAt = Date.now();
  const last = new Map(rules.map(({ rule }) => [rule, startedAt]));
  let stopped = false;

  for (const { rule, expression } of rules) {
    const lookedAfter = before.get(rule);
    if (lookedAfter !== undefined) tellMissed(parts, rule, expression, lookedAfter, startedAt);
    waitForNext(rule, expression, startedAt);
  }
  if (rules.length > 0) await remember();

  return {
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(firing);
    },
  };

  function waitForNext(rule: string, expression: ScheduleExpression, after: number): void {
    const at = expression.next(after);
    if (at !== undefined) waitUntil(at, rule, expression);
  }

  function waitUntil(at: number, rule: string, expression: ScheduleExpression): void {
    if (stopped) return;
    const waitMs = at - Date.now();
    const due = () =>
      waitMs > longestWaitMs ? waitUntil(at, rule, expression) : track(tick(at, rule, expression));
    timers.set(rule, setTimeout(due, Math.min(Math.max(waitMs, 0), longestWaitMs)));
  }

  function track(work: Promise<void>): void {
    firing.add(work);
    void work.finally(() => firing.delete(work));
  }

  async function tick(at: number, rule: string, expression: ScheduleExpression): Promise<void> {
    const now = Date.now();
    // The machine slept through it, or it could not be recorded for that long.
    if (now - at > latestMs) {
      tellMissed(parts, rule, expression, at - 1, now);
      last.set(rule, now);
      await remember();
      waitForNext(rule, expression, now);
      return;
    }
    try {
      await parts.fire({ rule, scheduledAtMs: at });
    } catch (error) {
      parts.fail(rule, error);
      // The tick's run has an id of its own: fired twice, it is still one run.
      if (!stopped)
        timers.set(
          rule,
          setTimeout(() => track(tick(at, rule, expression)), tryAgainMs),
        );
      return;
    }
    last.set(rule, at);
    await remember();
    waitForNext(rule, expression, at);
  }

  /** Where it can't, later on ticks are told as missed that weren't; none is fired twice, or left out. */
  async function remember(): Promise<void> {
    await replaceFile(parts.memory, JSON.stringify(Object.fromEntries(last))).catch(() => {});
  }
}

export function toTickPayload({ rule, scheduledAtMs }: Tick): unknown {
  return { signalbox: { rule, scheduledTime: new Date(scheduledAtMs).toISOString() } };
}

function toRules({ events }: Job): { rule: string; expression: ScheduleExpression }[] {
  return events.flatMap((event) =>
    event.type === 'schedule'
      ? [
          {
            rule: event.id,
            expression: parseScheduleExpression(event.properties.scheduleRate, event.properties.timezone),
          },
        ]
      : [],
  );
}

function tellMissed(
  parts: SchedulerParts,
  rule: string,
  expression: ScheduleExpression,
  after: number,
  until: number,
): void {
  let count = 0;
  let at = expression.next(after);
  while (at !== undefined && at <= until && count < mostMissed) {
    count++;
    at = expression.next(at);
  }
  if (count > 0) parts.missed(rule, count, count === mostMissed);
}

async function readMemory(path: string): Promise<Map<string, number>> {
  try {
    const entries: [string, unknown][] = Object.entries(JSON.parse(await readFile(path, 'utf8')));
    return new Map(
      entries.flatMap(([rule, at]): [string, number][] => (typeof at === 'number' ? [[rule, at]] : [])),
    );
  } catch {
    // Not there yet, or not whole: nothing is known to have been missed.
    return new Map();
  }
}
