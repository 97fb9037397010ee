import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScheduleExpression, ScheduleExpressionError } from '../../shared/jobs/schedule-expression.ts';

const minuteMs = 60_000;

function firings(text: string, from: string, count: number, timezone?: string): string[] {
  const schedule = parseScheduleExpression(text, timezone);
  const found: string[] = [];
  let nextMs = schedule.next(Date.parse(from));
  while (nextMs !== undefined && found.length < count) {
    found.push(new Date(nextMs).toISOString());
    nextMs = schedule.next(nextMs);
  }
  return found;
}

describe('rate expressions', () => {
  it('fire at whole multiples since the epoch, so that a restart does not shift them', () => {
    expect(firings('rate(5 minutes)', '2026-11-20T10:01:30.500Z', 2)).toEqual([
      '2026-11-20T10:05:00.000Z',
      '2026-11-20T10:10:00.000Z',
    ]);
    expect(firings('rate(1 hour)', '2026-11-20T10:00:00.000Z', 1)).toEqual(['2026-11-20T11:00:00.000Z']);
  });

  it('count a day as 24 hours, also on the day that the clocks change', () => {
    expect(firings('rate(1 day)', '2026-10-24T12:00:00Z', 3, 'Europe/Bratislava')).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-26T00:00:00.000Z',
      '2026-10-27T00:00:00.000Z',
    ]);
  });

  it.each([
    ['rate(1 minutes)', 'AWS takes only rate(1 minute)'],
    ['rate(5 minute)', 'AWS takes only rate(5 minutes)'],
    ['rate(0 minutes)', 'expected rate(<whole number from 1>'],
    ['rate(1.5 hours)', 'expected rate(<whole number from 1>'],
    ['rate(5 weeks)', 'expected rate(<whole number from 1>'],
    ['rate(99999999999999 days)', 'the period is longer than any date can be away'],
    ['every 5 minutes', 'expected rate(5 minutes) or cron(0 2 * * ? *)'],
    ['at(2026-11-20T10:00:00)', 'expected rate(5 minutes) or cron(0 2 * * ? *)'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseScheduleExpression(text)).toThrow(ScheduleExpressionError);
    expect(() => parseScheduleExpression(text)).toThrow(message);
  });
});

describe('cron expressions', () => {
  it.each([
    ['cron(0 2 * * ? *)', ['2026-01-01T02:00', '2026-01-02T02:00']],
    ['cron(5,35 14 * * ? *)', ['2026-01-01T14:05', '2026-01-01T14:35', '2026-01-02T14:05']],
    [
      'cron(5/20 0 * * ? *)',
      ['2026-01-01T00:05', '2026-01-01T00:25', '2026-01-01T00:45', '2026-01-02T00:05'],
    ],
    [
      'cron(0 0 1/10 * ? *)',
      ['2026-01-11T00:00', '2026-01-21T00:00', '2026-01-31T00:00', '2026-02-01T00:00'],
    ],
    ['cron(0 8 ? * 2 *)', ['2026-01-05T08:00', '2026-01-12T08:00']],
    ['cron(0 8 ? * SAT,SUN *)', ['2026-01-03T08:00', '2026-01-04T08:00', '2026-01-10T08:00']],
    ['cron(0 8 ? * L *)', ['2026-01-03T08:00', '2026-01-10T08:00']],
    ['cron(15 10 ? * 6L 2026-2027)', ['2026-01-30T10:15', '2026-02-27T10:15']],
    ['cron(0 8 ? * 3#2 *)', ['2026-01-13T08:00', '2026-02-10T08:00']],
    ['cron(0 8 ? * 1#5 *)', ['2026-03-29T08:00', '2026-05-31T08:00']],
    ['cron(0 0 L * ? *)', ['2026-01-31T00:00', '2026-02-28T00:00']],
    ['cron(0 0 15W * ? *)', ['2026-01-15T00:00', '2026-02-16T00:00', '2026-03-16T00:00']],
    ['cron(0 0 1W AUG ? *)', ['2026-08-03T00:00', '2027-08-02T00:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['cron(0 0 1 jan ? 2027,2030)', ['2027-01-01T00:00', '2030-01-01T00:00']],
  ])('%s fires at %j', (text, expected) => {
    expect(firings(text, '2026-01-01T00:00:00Z', expected.length)).toEqual(
      expected.map((time) => `${time}:00.000Z`),
    );
  });

  it('take ranges that wrap round, as in the examples of AWS', () => {
    expect(firings('cron(0 22-1 ? * FRI-MON *)', '2026-01-02T00:30:00Z', 6)).toEqual([
      '2026-01-02T01:00:00.000Z',
      '2026-01-02T22:00:00.000Z',
      '2026-01-02T23:00:00.000Z',
      '2026-01-03T00:00:00.000Z',
      '2026-01-03T01:00:00.000Z',
      '2026-01-03T22:00:00.000Z',
    ]);
    expect(firings('cron(0 0 1 11-2 ? *)', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-02-01T00:00:00.000Z',
      '2026-11-01T00:00:00.000Z',
      '2026-12-01T00:00:00.000Z',
    ]);
  });

  it.each([
    ['cron(0 0 1 1 ? 2020)', 'its year has passed'],
    ['cron(0 0 31 2 ? *)', 'no February has 31 days'],
    ['cron(0 0 30 2 ? 2027)', 'no February has 30 days'],
  ])('%s never fires: %s', (text) => {
    expect(parseScheduleExpression(text).next(Date.parse('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('end with the year 2199', () => {
    expect(firings('cron(0 0 1 1 ? *)', '2198-01-01T00:00:00Z', 5)).toEqual(['2199-01-01T00:00:00.000Z']);
  });

  it.each([
    ['cron(0 2 * * *)', 'found 5 fields, expected 6'],
    ['cron(0 2 * * ? * *)', 'found 7 fields, expected 6'],
    ['cron( 0 2 * * ? *)', 'expected no space inside the brackets at either end'],
    ['cron(0 2 * * * *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(0 2 ? * ? *)', 'exactly one of day-of-month and day-of-week must be ?'],
    ['cron(60 2 * * ? *)', 'minutes is "60", expected 0-59 , - * /'],
    ['cron(? 2 * * ? *)', 'minutes is "?", expected 0-59 , - * /'],
    ['cron(0/0 2 * * ? *)', 'minutes is "0/0", the step is out of bounds'],
    ['cron(0 24 * * ? *)', 'hours is "24", expected 0-23 , - * /'],
    ['cron(0 2 0 * ? *)', 'day-of-month is "0"'],
    ['cron(0 2 LW * ? *)', 'day-of-month is "LW"'],
    ['cron(0 2 15W,20 * ? *)', 'day-of-month is "15W"'],
    ['cron(0 2 ? 13 1 *)', 'month is "13"'],
    ['cron(0 2 ? * 0 *)', 'day-of-week is "0", expected 1-7 or SUN-SAT'],
    ['cron(0 2 ? * 3#6 *)', 'day-of-week is "3#6"'],
    ['cron(0 2 ? * 3#1,6#3 *)', 'day-of-week is "3#1"'],
    ['cron(0 2 ? * MON-FRI/2 *)', 'day-of-week is "MON-FRI/2"'],
    ['cron(0 2 ? * MONDAY *)', 'day-of-week is "MONDAY"'],
    ['cron(0 2 * * ? 1969)', 'year is "1969", expected 1970-2199'],
    ['cron(0 2 * * ? 2030-2020)', 'year is "2030-2020", the range is out of bounds'],
    ['cron(0 2 * * ? *', 'expected rate(5 minutes) or cron(0 2 * * ? *)'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => parseScheduleExpression(text)).toThrow(ScheduleExpressionError);
    expect(() => parseScheduleExpression(text)).toThrow(message);
  });

  it('are refused with no other error, whatever the text', () => {
    const piece = fc.constantFrom(
      'cron(',
      'rate(',
      ')',
      ' ',
      '*',
      '?',
      '/',
      '-',
      ',',
      '#',
      'L',
      'W',
      'MON',
      '1',
      '59',
      '\u0000',
      '😀',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          parseScheduleExpression(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ScheduleExpressionError);
        }
      }),
    );
    expect(() => parseScheduleExpression(`cron(${'1,'.repeat(200)})`)).toThrow('expected at most 256');
  });
});

describe('time zones', () => {
  it('in Bratislava, 02:30 is skipped on the spring day that has no 02:30', () => {
    expect(firings('cron(30 2 * * ? *)', '2026-03-27T12:00:00Z', 3, 'Europe/Bratislava')).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-03-31T00:30:00.000Z',
    ]);
  });

  it('in Bratislava, 02:30 fires once on the autumn day that has it twice, at the first', () => {
    expect(firings('cron(30 2 * * ? *)', '2026-10-24T12:00:00Z', 2, 'Europe/Bratislava')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('in Bratislava, a schedule of every 20 minutes goes on in spring and rests for the repeated hour in autumn', () => {
    expect(firings('cron(0/20 * * * ? *)', '2026-03-29T00:30:00Z', 2, 'Europe/Bratislava')).toEqual([
      '2026-03-29T00:40:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ]);
    expect(firings('cron(0/20 * * * ? *)', '2026-10-25T00:30:00Z', 2, 'Europe/Bratislava')).toEqual([
      '2026-10-25T00:40:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
  });

  it('asked in the repeated hour, the next firing is after it', () => {
    expect(firings('cron(30 2 * * ? *)', '2026-10-25T01:10:00Z', 1, 'Europe/Bratislava')).toEqual([
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it.each(['Europe/Atlantis', '+01:00', '', '__proto__'])('%j is refused', (timezone) => {
    expect(() => parseScheduleExpression('cron(0 2 * * ? *)', timezone)).toThrow(ScheduleExpressionError);
    expect(() => parseScheduleExpression('rate(5 minutes)', timezone)).toThrow(/expected an IANA name/);
  });
});

describe('an independent evaluation, minute by minute', () => {
  it('finds the same firings within two days', () => {
    fc.assert(
      fc.property(arbitraryCron(), fc.integer({ min: 0, max: 4000 }), (cron, startDay) => {
        const fromMs = Date.UTC(2020, 0, 1) + startDay * 1440 * minuteMs;
        expect(scheduled(cron, fromMs, fromMs + 2 * 1440 * minuteMs)).toEqual(
          evaluated(cron, fromMs, fromMs + 2 * 1440 * minuteMs, minuteMs),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('finds the same days within three years', () => {
    const onceADay = arbitraryCron().map((cron) => ({ ...cron, minutes: '0', hours: '0' }));
    fc.assert(
      fc.property(onceADay, fc.integer({ min: 0, max: 4000 }), (cron, startDay) => {
        const fromMs = Date.UTC(2020, 0, 1) + startDay * 1440 * minuteMs;
        const toMs = fromMs + 3 * 365 * 1440 * minuteMs;
        expect(scheduled(cron, fromMs, toMs)).toEqual(evaluated(cron, fromMs, toMs, 1440 * minuteMs));
      }),
      { numRuns: 150 },
    );
  });
});

type AwsCron = {
  minutes: string;
  hours: string;
  dayOfMonth: string;
  month: string;
  dayOfWeek: string;
  year: string;
};

function scheduled(cron: AwsCron, fromMs: number, toMs: number): number[] {
  const { minutes, hours, dayOfMonth, month, dayOfWeek, year } = cron;
  const schedule = parseScheduleExpression(
    `cron(${minutes} ${hours} ${dayOfMonth} ${month} ${dayOfWeek} ${year})`,
  );
  const found: number[] = [];
  let nextMs = schedule.next(fromMs - 1);
  while (nextMs !== undefined && nextMs < toMs) {
    found.push(nextMs);
    nextMs = schedule.next(nextMs);
  }
  return found;
}

function evaluated(cron: AwsCron, fromMs: number, toMs: number, stepMs: number): number[] {
  const found: number[] = [];
  for (let ms = fromMs; ms < toMs; ms += stepMs) if (fires(cron, new Date(ms))) found.push(ms);
  return found;
}

function fires(cron: AwsCron, date: Date): boolean {
  return (
    holds(cron.minutes, date.getUTCMinutes(), 0, 59) &&
    holds(cron.hours, date.getUTCHours(), 0, 23) &&
    holds(cron.month, date.getUTCMonth() + 1, 1, 12) &&
    holds(cron.year, date.getUTCFullYear(), 1970, 2199) &&
    dayOfMonthHolds(cron.dayOfMonth, date) &&
    dayOfWeekHolds(cron.dayOfWeek, date)
  );
}

const names = [
  'SUN',
  'MON',
  'TUE',
  'WED',
  'THU',
  'FRI',
  'SAT',
  'JAN',
  'FEB',
  'MAR',
  'APR',
  'MAY',
  'JUN',
  'JUL',
  'AUG',
  'SEP',
  'OCT',
  'NOV',
  'DEC',
];

function numberOf(text: string): number {
  const at = names.indexOf(text);
  if (at < 0) return Number(text);
  return at < 7 ? at + 1 : at - 6;
}

/** Walks from the start of each range to its end, wrapping, and asks whether it meets the value. */
function holds(field: string, value: number, least: number, greatest: number): boolean {
  return field.split(',').some((item) => {
    const [range = '', step] = item.split('/');
    const [from = '', to] = range.split('-');
    const start = range === '*' ? least : numberOf(from);
    const end = range === '*' || (to === undefined && step !== undefined) ? greatest : numberOf(to ?? from);
    for (let at = start, n = 0; ; at = at === greatest ? least : at + 1, n += 1) {
      if (at === value && n % Number(step ?? 1) === 0) return true;
      if (at === end) return false;
    }
  });
}

function dayOfMonthHolds(field: string, date: Date): boolean {
  const day = date.getUTCDate();
  const month = date.getUTCMonth();
  if (field === '?') return true;
  if (field === 'L') return new Date(date.getTime() + 1440 * minuteMs).getUTCDate() === 1;
  if (!field.endsWith('W')) return holds(field, day, 1, 31);
  const wanted = new Date(Date.UTC(date.getUTCFullYear(), month, Number(field.slice(0, -1))));
  if (wanted.getUTCMonth() !== month) return false;
  const isWeekday = (at: Date) => at.getUTCDay() !== 0 && at.getUTCDay() !== 6;
  for (const distance of [0, -1, 1, -2, 2]) {
    const candidate = new Date(wanted.getTime() + distance * 1440 * minuteMs);
    if (candidate.getUTCMonth() === month && isWeekday(candidate)) return candidate.getUTCDate() === day;
  }
  return false;
}

function dayOfWeekHolds(field: string, date: Date): boolean {
  const day = date.getUTCDate();
  const weekday = date.getUTCDay() + 1;
  if (field === '?') return true;
  if (field === 'L') return weekday === 7;
  if (field.endsWith('L')) {
    const inAWeek = new Date(date.getTime() + 7 * 1440 * minuteMs);
    return weekday === numberOf(field.slice(0, -1)) && inAWeek.getUTCMonth() !== date.getUTCMonth();
  }
  const [name = '', nth] = field.split('#');
  if (nth !== undefined) return weekday === numberOf(name) && Math.ceil(day / 7) === Number(nth);
  return holds(field, weekday, 1, 7);
}

function arbitraryCron(): fc.Arbitrary<AwsCron> {
  const value = (least: number, greatest: number, offset?: number) =>
    fc.integer({ min: least, max: greatest }).chain((n) => {
      const name = offset === undefined ? undefined : names[offset + n];
      return fc.constantFrom(...(name === undefined ? [`${n}`] : [`${n}`, name]));
    });
  const item = (least: number, greatest: number, offset?: number) => {
    const one = value(least, greatest, offset);
    const step = fc.integer({ min: 1, max: Math.min(greatest, 30) });
    return fc.oneof(
      one,
      fc.tuple(one, one).map(([from, to]) => `${from}-${to}`),
      fc.tuple(one, step).map(([from, by]) => `${from}/${by}`),
      step.map((by) => `*/${by}`),
      fc.tuple(one, one, step).map(([from, to, by]) => `${from}-${to}/${by}`),
      fc.constant('*'),
    );
  };
  const list = (one: fc.Arbitrary<string>) =>
    fc.array(one, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
  const dayOfMonth = fc.oneof(
    { weight: 3, arbitrary: list(item(1, 31)) },
    { weight: 1, arbitrary: fc.constant('L') },
    { weight: 2, arbitrary: value(1, 31).map((day) => `${day}W`) },
  );
  const weekdays = list(
    fc.oneof(
      value(1, 7, -1),
      fc.tuple(value(1, 7, -1), value(1, 7, -1)).map(([from, to]) => `${from}-${to}`),
    ),
  );
  const dayOfWeek = fc.oneof(
    { weight: 3, arbitrary: weekdays },
    { weight: 1, arbitrary: fc.constant('L') },
    { weight: 1, arbitrary: value(1, 7, -1).map((day) => `${day}L`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(value(1, 7, -1), fc.integer({ min: 1, max: 5 }))
        .map(([day, nth]) => `${day}#${nth}`),
    },
  );
  const days = fc.oneof(
    dayOfMonth.map((day) => ({ dayOfMonth: day, dayOfWeek: '?' })),
    dayOfWeek.map((day) => ({ dayOfMonth: '?', dayOfWeek: day })),
  );
  const year = fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: fc.constantFrom('2020-2031', '2024', '2019/2', '2021,2026', '2022-2028/3') },
  );
  return fc
    .tuple(list(item(0, 59)), list(item(0, 23)), days, list(item(1, 12, 6)), year)
    .map(([minutes, hours, day, month, years]) => ({ minutes, hours, ...day, month, year: years }));
}
