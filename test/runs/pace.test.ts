import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace, type PaceOptions } from '../../shared/runs/pace.ts';

const ten: PaceOptions = { perSecond: 10, least: 1, most: 20, burst: 1 };

describe('the pace of starts', () => {
  it('gives each start its place, and the others the time to ask again', () => {
    const pace = createPace(ten);
    expect([pace.ask(0), pace.ask(0), pace.ask(40), pace.ask(100), pace.ask(100)]).toEqual([
      0, 100, 60, 0, 100,
    ]);
  });

  it('saves up as many starts as its burst, and no more', () => {
    const pace = createPace({ ...ten, burst: 3 });
    expect(Array.from({ length: 5 }, () => pace.ask(60_000))).toEqual([0, 0, 0, 100, 100]);
  });

  it('falls when the service is busy, once for refusals of one moment', () => {
    const pace = createPace(ten);
    for (const now of [0, 10, 20]) pace.hear('throttled', now);
    expect(pace.ask(0)).toBeCloseTo(1000 / 7, 5);
    expect([pace.ask(143), pace.ask(143)].map(Math.round)).toEqual([0, 143]);
  });

  it('falls to a part of its own', () => {
    const pace = createPace({ perSecond: 0.5, least: 0.02, most: 0.5, burst: 2, fall: 0.1 });
    pace.hear('throttled', 0);
    expect([pace.ask(19_000), pace.ask(20_000)].map(Math.round)).toEqual([1000, 0]);
  });

  it('rises again with what the service takes, up to its most', () => {
    const pace = createPace(ten);
    for (let taken = 0; taken < 1000; taken++) pace.hear('taken', 0);
    expect([pace.ask(0), pace.ask(0)]).toEqual([0, 50]);
  });

  it('never stands still: however often it is refused, the least goes on', () => {
    const pace = createPace(ten);
    for (let second = 0; second < 100; second++) pace.hear('throttled', second * 1000);
    expect([pace.ask(200_000), pace.ask(200_000)]).toEqual([0, 1000]);
  });

  it('finds the rate of a service by itself, and is refused seldom', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 19 }), (rate) => {
        const pace = createPace(ten);
        const outcome = drain(pace, rate, 2000);
        expect(outcome.refused / 2000).toBeLessThan(0.05);
        expect(outcome.seconds).toBeLessThan((2000 / rate) * 1.5);
      }),
    );
  });
});

/** A service that admits `rate` starts a second, saved up for one second, asked until it took so many. */
function drain(pace: ReturnType<typeof createPace>, rate: number, starts: number) {
  let [now, left, refused] = [0, rate, 0];
  for (let taken = 0; taken < starts; ) {
    const wait = pace.ask(now);
    now += wait;
    left = Math.min(rate, left + (wait / 1000) * rate);
    if (wait > 0) continue;
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
