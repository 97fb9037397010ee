/**
 * The six fields of an AWS cron expression, `0 2 ? * MON-FRI *`, as a pattern for croner.
 *
 * Takes what AWS documents: minutes, hours, day of month (L, 15W), month, day of week (1-7 are SUN-SAT;
 * L, 6L, 3#2), year (1970-2199); lists, ranges and steps, `5/10` being every tenth value from 5. Exactly
 * one of the days is `?`. A range may wrap round, `20-2` or FRI-MON, as in AWS's own examples; one of
 * years may not. AWS documents neither steps for the day of week, nor LW, nor L, W and # inside lists, so
 * they are refused here before AWS can.
 *
 * Gives seconds first, days of the week from 0, and every list written out: the two dialects differ in
 * nearly all else.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
 */
export function parseCronFields(text: string): { readonly pattern: string } | { readonly problem: string } {
  const texts = text.split(/ +/);
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = texts;
  if (text.trim() !== text) return { problem: 'expected no space inside the brackets at either end' };
  if (texts.length !== 6) {
    return {
      problem: `found ${texts.length} fields, expected 6: minutes hours day-of-month month day-of-week year`,
    };
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    return { problem: 'exactly one of day-of-month and day-of-week must be ?' };
  }
  try {
    const parts = [
      '0',
      parseValues(minutes, minuteField),
      parseValues(hours, hourField),
      parseDayOfMonth(dayOfMonth),
      parseValues(month, monthField),
      parseDayOfWeek(dayOfWeek),
      parseValues(year, yearField),
    ];
    return { pattern: parts.join(' ') };
  } catch (error) {
    if (error instanceof FieldError) return { problem: error.message };
    throw error;
  }
}

class FieldError extends Error {}

type Field = {
  readonly name: string;
  readonly least: number;
  readonly greatest: number;
  readonly names?: readonly string[];
  readonly expected: string;
};

const minuteField: Field = { name: 'minutes', least: 0, greatest: 59, expected: '0-59 , - * /' };
const hourField: Field = { name: 'hours', least: 0, greatest: 23, expected: '0-23 , - * /' };
const dayOfMonthField: Field = {
  name: 'day-of-month',
  least: 1,
  greatest: 31,
  expected: '1-31 , - * ? / or one L or 15W',
};
const monthField: Field = {
  name: 'month',
  least: 1,
  greatest: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  expected: '1-12 or JAN-DEC , - * /',
};
const dayOfWeekField: Field = {
  name: 'day-of-week',
  least: 1,
  greatest: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  expected: '1-7 or SUN-SAT , - * ? or one L, 6L or 3#2',
};
const yearField: Field = { name: 'year', least: 1970, greatest: 2199, expected: '1970-2199 , - * /' };

function parseDayOfMonth(text: string): string {
  if (text === '?' || text === 'L') return text;
  const weekday = /^(\d{1,2})W$/.exec(text)?.[1];
  return weekday === undefined
    ? parseValues(text, dayOfMonthField)
    : `${parseValue(weekday, dayOfMonthField)}W`;
}

function parseDayOfWeek(text: string): string {
  const saturday = 6;
  if (text === '?') return text;
  if (text === 'L') return `${saturday}`;
  const [, day, which] = /^([0-9]|[A-Za-z]{3})(L|#[1-5])$/.exec(text) ?? [];
  if (day !== undefined && which !== undefined) {
    const fromZero = parseValue(day, dayOfWeekField) - 1;
    return which === 'L' ? `${fromZero}#L` : `${fromZero}${which}`;
  }
  if (text.includes('/')) throw problemWith(text, dayOfWeekField);
  return parseValues(text, dayOfWeekField, -1);
}

/** `*`, or the values that the field names, in order, each moved by `shift`. */
function parseValues(text: string, field: Field, shift = 0): string {
  const values = new Set(text.split(',').flatMap((item) => parseItem(item, field)));
  if (values.size === field.greatest - field.least + 1) return '*';
  return [...values]
    .sort((a, b) => a - b)
    .map((value) => value + shift)
    .join(',');
}

function parseItem(text: string, field: Field): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(text) ?? [];
  if (range === '') throw problemWith(text, field);
  const every = step === undefined ? 1 : Number(step);
  if (every < 1 || every > field.greatest) throw problemWith(text, field, 'the step');
  if (range === '*') return everyNth(field.least, field.greatest, every, field);
  const [, from = '', to] = /^([^-]+)(?:-([^-]+))?$/.exec(range) ?? [];
  const first = parseValue(from, field, text);
  if (to === undefined) return step === undefined ? [first] : everyNth(first, field.greatest, every, field);
  const last = parseValue(to, field, text);
  if (first <= last) return everyNth(first, last, every, field);
  if (field === yearField) throw problemWith(text, field, 'the range');
  return everyNth(first, last + field.greatest - field.least + 1, every, field);
}

function everyNth(first: number, last: number, step: number, field: Field): number[] {
  const count = Math.floor((last - first) / step) + 1;
  const span = field.greatest - field.least + 1;
  return Array.from({ length: count }, (_, n) => ((first + n * step - field.least) % span) + field.least);
}

function parseValue(text: string, field: Field, within = text): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + 1 : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.least && value <= field.greatest) return value;
  throw problemWith(within, field);
}

function problemWith(text: string, field: Field, what = 'it'): FieldError {
  const it = what === 'it' ? '' : `, ${what} is out of bounds`;
  return new FieldError(`${field.name} is ${JSON.stringify(text)}${it}, expected ${field.expected}`);
}
