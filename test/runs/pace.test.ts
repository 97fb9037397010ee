import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace, type PaceOptions } from '../../shared/runs/pace.ts';

const ten: PaceOptions = { perSecond: 10, least: 1, most: 20, burst: 1 };

describe('the pace of starts', () => {
  it('gives each start its place in the line', () => {
    const pace = createPace(ten);
    expect([pace.next(0), pace.next(0), pace.next(0), pace.next(50)]).toEqual([0, 100, 200, 250]);
  });

  it('saves up as many starts as its burst, and no more', () => {
    const pace = createPace({ ...ten, burst: 3 });
    expect(Array.from({ length: 5 }, () => pace.next(60_000))).toEqual([0, 0, 0, 100, 200]);
  });

  it('admits what may go at once, and says no to the rest without making it wait longer', () => {
    const pace = createPace({ ...ten, burst: 2 });
    expect(Array.from({ length: 4 }, () => pace.admits(0))).toEqual([true, true, false, false]);
    expect([pace.admits(99), pace.admits(100), pace.admits(150)]).toEqual([false, true, false]);
  });

  it('falls when the service is busy, once for refusals of one moment', () => {
    const pace = createPace(ten);
    for (const now of [0, 10, 20]) pace.hear('throttled', now);
    expect(pace.next(0)).toBeCloseTo(1000 / 7, 5);
    expect(pace.next(0)).toBeCloseTo(2000 / 7, 5);
  });

  it('falls to a part of its own', () => {
    const pace = createPace({ perSecond: 0.5, least: 0.02, most: 0.5, burst: 2, fall: 0.1 });
    pace.hear('throttled', 0);
    expect([pace.admits(19_000), pace.admits(20_000)]).toEqual([false, true]);
  });

  it('rises again with what the service takes, up to its most', () => {
    const pace = createPace(ten);
    for (let taken = 0; taken < 1000; taken++) pace.hear('taken', 0);
    expect([pace.next(0), pace.next(0)]).toEqual([0, 50]);
  });

  it('never stands still: however often it is refused, the least goes on', () => {
    const pace = createPace(ten);
    for (let second = 0; second < 100; second++) pace.hear('throttled', second * 1000);
    expect(pace.next(200_000)).toBe(0);
    expect(pace.next(200_000)).toBe(1000);
  });

  it('finds the rate of a service by itself, and is refused seldom', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 19 }), (rate) => {
        const pace = createPace(ten);
        const outcome = drain(pace, rate, 2000);
        expect(outcome.refused / 2000).toBeLessThan(0.1);
        expect(outcome.seconds).toBeLessThan((2000 / rate) * 1.4);
      }),
    );
  });
});

/** A service that admits `rate` starts a second, saved up for one second, asked until it took so many. */
function drain(pace: ReturnType<typeof createPace>, rate: number, starts: number) {
  let [now, left, refused] = [0, rate, 0];
  for (let taken = 0; taken < starts; ) {
    const wait = pace.next(now);
    now += wait;
    left = Math.min(rate, left + (wait / 1000) * rate);
    if (left >= 1) {
      left -= 1;
      taken += 1;
      pace.hear('taken', now);
    } else {
      refused += 1;
      pace.hear('throttled', now);
    }
  }
  return { refused, seconds: now / 1000 };
}
