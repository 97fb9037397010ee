import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replaceBuiltins } from './builtins.ts';
import { playSchedule } from './schedule.ts';

let restore = () => {};
beforeAll(() => {
  restore = replaceBuiltins();
});
afterAll(() => restore());

describe('the simulation', () => {
  it('keeps every promise in 100 schedules', { timeout: 120_000 }, async () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= 100; seed++) {
      const { violation } = await playSchedule(seed);
      if (violation) broken.push(`node test/simulation/main.ts --seed ${seed}: ${violation.message}`);
    }
    expect(broken).toEqual([]);
  });

  it('plays the same schedule for the same seed, event by event, and another one for another', async () => {
    const once = await playSchedule(12, { isTraced: true });
    const again = await playSchedule(12, { isTraced: true });
    const untraced = await playSchedule(12);
    expect(again).toEqual(once);
    expect({ ...untraced, lines: once.lines }).toEqual(once);
    expect(once.lines.length).toBeGreaterThan(50);
    expect((await playSchedule(13)).hash).not.toBe(once.hash);
  });

  it('leaves the time and the chance of Node as they are when it is over', async () => {
    await playSchedule(14);
    const chance = Math.random();
    await playSchedule(14);
    expect(Math.random()).not.toBe(chance);
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });
});
