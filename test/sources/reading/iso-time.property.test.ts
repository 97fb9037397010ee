import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toIsoTime } from '../../../shared/sources/reading/iso-time.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

describe('toIsoTime', () => {
  it('gives what toISOString of Date gives, in whatever order the days come', () => {
    const milliseconds = fc.integer({ min: 0, max: Date.UTC(10_000, 0) - 1 });
    fc.assert(
      fc.property(milliseconds, (time) => {
        expect(toIsoTime(time)).toBe(new Date(time).toISOString());
      }),
      { numRuns },
    );
  });

  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [86_399_999, '1970-01-01T23:59:59.999Z'],
    [86_400_000, '1970-01-02T00:00:00.000Z'],
    [86_399_999.5, '1970-01-02T00:00:00.000Z'],
    [Date.UTC(2024, 1, 29, 12, 5, 9, 7), '2024-02-29T12:05:09.007Z'],
    [Date.UTC(9999, 11, 31, 23, 59, 59, 999), '9999-12-31T23:59:59.999Z'],
  ])('of %d is %s', (milliseconds, time) => {
    expect(toIsoTime(milliseconds)).toBe(time);
  });

  it.each([-1, Date.UTC(10_000, 0), Date.UTC(10_000, 0) - 0.5, Number.MAX_VALUE, Number.NaN, -Infinity])(
    'of %d is nothing',
    (milliseconds) => {
      expect(toIsoTime(milliseconds)).toBeUndefined();
    },
  );
});
