import { Cron } from 'croner';
import { parseCronFields } from './cron-fields.ts';

/**
 * When a schedule fires: `rate(5 minutes)` or `cron(0 2 * * ? *)`, written as AWS writes them.
 *
 * - `rate` is anchored at the epoch here, so that a restart doesn't shift it; AWS anchors it at the moment
 *   the schedule was made. A day is 24 hours, whatever the clocks do.
 * - `cron` follows the wall clock of `timezone`, to the minute. A time that the clocks jump over in spring
 *   is skipped, and one that they show twice in autumn fires once, at its first occurrence, as with
 *   EventBridge Scheduler. This holds for `cron(0/5 * * * ? *)` too: it rests during the repeated hour.
 *
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export type ScheduleExpression = {
  readonly text: string;
  readonly timezone: string;
  /** Epoch milliseconds, strictly after `afterMs`; `undefined` when it never fires again. */
  next(afterMs: number): number | undefined;
};

/** The schedule expression or its time zone isn't one that EventBridge Scheduler would take. */
export class ScheduleExpressionError extends Error {
  override readonly name = 'ScheduleExpressionError';
}

/** Throws ScheduleExpressionError. `timezone` is an IANA name, such as `Europe/Bratislava`. */
export function parseScheduleExpression(text: string, timezone = 'UTC'): ScheduleExpression {
  const wallClock = createWallClock(timezone);
  if (text.length > maximumLength) {
    throw new ScheduleExpressionError(
      `schedule expression is ${text.length} characters long, expected at most ${maximumLength}`,
    );
  }
  const parsed = /^(rate|cron)\(([^()]*)\)$/.exec(text);
  const [, kind, argument = ''] = parsed ?? [];
  if (kind === 'rate') return Object.freeze({ text, timezone, next: parseRate(text, argument) });
  if (kind === 'cron') return Object.freeze({ text, timezone, next: parseCron(text, argument, wallClock) });
  throw new ScheduleExpressionError(
    `schedule expression ${JSON.stringify(text)}: expected rate(5 minutes) or cron(0 2 * * ? *)`,
  );
}

/** Of ScheduleExpression in https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
const maximumLength = 256;

/** The last moment that a Date can hold. */
const lastMs = 8.64e15;

const unitMs: ReadonlyMap<string, number> = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

function parseRate(text: string, argument: string): ScheduleExpression['next'] {
  const [, count = '', unit = '', plural = ''] = /^([1-9]\d*) +([a-z]+?)(s?)$/.exec(argument) ?? [];
  const value = Number(count);
  const oneMs = unitMs.get(unit);
  const problem = (expected: string) =>
    new ScheduleExpressionError(`schedule expression ${JSON.stringify(text)}: ${expected}`);
  if (oneMs === undefined) {
    throw problem('expected rate(<whole number from 1> <minute, minutes, hour, hours, day or days>)');
  }
  if ((value === 1) !== (plural === '')) {
    throw problem(`AWS takes only rate(${count} ${value === 1 ? unit : `${unit}s`})`);
  }
  const periodMs = value * oneMs;
  if (periodMs > lastMs) throw problem('the period is longer than any date can be away');
  return (afterMs) => {
    const nextMs = (Math.floor(afterMs / periodMs) + 1) * periodMs;
    return nextMs <= lastMs ? nextMs : undefined;
  };
}

function parseCron(text: string, argument: string, wallClock: WallClock): ScheduleExpression['next'] {
  const fields = parseCronFields(argument);
  if ('problem' in fields) {
    throw new ScheduleExpressionError(`schedule expression ${JSON.stringify(text)}: ${fields.problem}`);
  }
  // Croner only searches the calendar, as if the wall clock were UTC: its own rules for the hours that
  // clocks skip and repeat differ from EventBridge Scheduler's.
  const cron = new Cron(fields.pattern, { mode: '7-part', utcOffset: 0, paused: true });
  return (afterMs) => {
    if (!(afterMs < lastFiringMs)) return undefined;
    let wallMs = wallClock.toWallMs(Math.max(afterMs, -1));
    for (;;) {
      const wall = cron.nextRun(new Date(wallMs));
      if (wall === null || wall.getTime() > lastFiringMs) return undefined;
      wallMs = wall.getTime();
      const firesMs = wallClock.toInstantMs(wallMs);
      if (firesMs !== undefined && firesMs > afterMs) return firesMs;
    }
  };
}

/** Cron years end with 2199. */
const lastFiringMs = Date.UTC(2199, 11, 31, 23, 59);

/** A wall time is held as the epoch milliseconds that it would have in UTC. */
type WallClock = {
  toWallMs(instantMs: number): number;
  /** The first instant at which the clock shows it; `undefined` when the clock jumps over it. */
  toInstantMs(wallMs: number): number | undefined;
};

function createWallClock(timezone: string): WallClock {
  if (timezone === 'UTC') return { toWallMs: (ms) => ms, toInstantMs: (ms) => ms };
  const format = createFormat(timezone);
  const toWallMs = (instantMs: number) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  return {
    toWallMs,
    toInstantMs(wallMs) {
      // Offsets reach from -12 to +14 hours, so a change of offset around wallMs lies between these two.
      const offsets = [wallMs - dayMs, wallMs + dayMs].map((ms) => toWallMs(ms) - ms);
      const instants = offsets.map((offset) => wallMs - offset).filter((ms) => toWallMs(ms) === wallMs);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
  };
}

const dayMs = 86_400_000;

function createFormat(timezone: string): Intl.DateTimeFormat {
  try {
    // Node takes offsets such as +01:00 for time zones too; AWS doesn't.
    if (!/^[A-Za-z]/.test(timezone)) throw new RangeError('not a name');
    return new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new ScheduleExpressionError(
      `time zone ${JSON.stringify(timezone)} is not known, expected an IANA name such as Europe/Bratislava`,
      { cause },
    );
  }
}
