import { describe, expect, it } from 'vitest';
import { createSweep } from '../../shared/router/sweep.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Due, DueQuery, Ledger } from '../../shared/runs/ledger.ts';
import { start, toRun } from '../support/draft.ts';
import { createWorld } from '../support/world.ts';

const inAWeek = start + 7 * 86_400_000;
const minuteMs = 60_000;

/** `count` runs of one name, whose turn comes at the same time. */
const toTurns = (name: string, count: number, at: number): readonly Due[] =>
  Array.from({ length: count }, (_, number) => ({ id: `${name}${number}`, at }));

/** Passes from the start on, a minute apart, over a line that nobody takes from. Turns of `far` were decided long ago. */
function toPasses(turns: readonly Due[]) {
  const world = createWorld();
  const sorted = turns.toSorted((one, other) => one.at - other.at);
  const turnOf = new Map(turns.map(({ id, at }) => [id, at]));
  const queries: DueQuery[] = [];
  const ledger: Ledger = {
    ...world.ledger,
    async due(query) {
      queries.push(query);
      const { of, after = -1, now, limit } = query;
      if (of !== 'line') return [];
      return sorted.filter(({ at }) => at > after && at <= now).slice(0, limit);
    },
    async load(id) {
      const at = turnOf.get(id) ?? 0;
      const updatedAt = id.startsWith('far') ? at - 1800_000 : at;
      return { ...toRun({ id, status: 'waiting', updatedAt }), next: { at, attempt: 1, start: 1 } };
    },
  };
  const woken: string[] = [];
  const waker = { wake: async ({ id }: { readonly id: string }) => void woken.push(id) };
  const { now, clock } = world;
  const sweep = createSweep({ engine: createEngine(world), ledger, waker, now, warn: () => {} });
  return {
    async next(seconds = 60) {
      woken.length = 0;
      queries.length = 0;
      const swept = await sweep(inAWeek);
      clock.pass(seconds);
      return { swept, woken: [...woken], queries: queries.filter(({ of }) => of === 'line') };
    },
  };
}

/** More than are read, and not to be reminded of in the first pass. */
const crowd = toTurns('crowd', 10_001, start - 5 * minuteMs);

describe('a pass over a line of more than ten thousand', () => {
  it('sends the wake-ups of turns that come soon and were too far off', async () => {
    const { next } = toPasses([
      ...crowd,
      ...toTurns('far', 2, start + 30_000),
      ...toTurns('near', 2, start + 30_000),
    ]);
    expect((await next()).woken).toEqual(['far0', 'far1']);
    expect((await next()).woken).toEqual([]);
  });

  it('reminds of those at its end after two minutes, twelve, twenty-two, and not between', async () => {
    const { next } = toPasses([
      ...crowd,
      ...toTurns('two', 1, start - 2 * minuteMs),
      ...toTurns('three', 1, start - 3 * minuteMs),
    ]);
    const passes: string[] = [];
    for (let minute = 0; minute <= 20; minute++) {
      const { woken } = await next();
      for (const id of woken.filter((each) => !each.startsWith('crowd'))) passes.push(`${minute} ${id}`);
      if (minute === 7 || minute === 17) expect(new Set(woken).size, `minute ${minute}`).toBe(10_001);
      else expect(woken.length, `minute ${minute}`).toBeLessThan(2);
    }
    expect(passes).toEqual(['0 two0', '9 three0', '10 two0', '19 three0', '20 two0']);
  });

  it('reads no more of the line than the times of those that it reminds of', async () => {
    const { next } = toPasses(crowd);
    const { queries } = await next();
    expect(queries.map(({ after, now, limit }) => [after && after - start, now - start, limit])).toEqual([
      [undefined, 0, 10_000],
      [0, minuteMs, 10_000],
      [-3 * minuteMs, -2 * minuteMs, 10_000],
    ]);
  });

  it('finds each of more than ten thousand whose turn comes at the same millisecond', async () => {
    const { next } = toPasses(toTurns('far', 10_002, start + 30_000));
    const { swept, woken } = await next();
    expect(new Set(woken).size).toBe(10_002);
    expect(swept).toMatchObject({ isComplete: true, waiting: 0 });
  });

  it('says that it did not count them all', async () => {
    const { swept } = await toPasses(crowd).next();
    expect(swept).toMatchObject({ isComplete: false, waiting: 10_000, oldestWaitingSeconds: 300 });
  });
});

describe('a pass over a line of fewer', () => {
  it('asks the ledger twice, and has counted them all', async () => {
    const { next } = toPasses(toTurns('crowd', 9_999, start - 5 * minuteMs));
    const { swept, queries } = await next();
    expect(queries).toHaveLength(2);
    expect(swept).toMatchObject({ isComplete: true, waiting: 9_999 });
  });

  it('that comes late sends the wake-ups of turns that came since the pass before', async () => {
    const { next } = toPasses(toTurns('far', 1, start + 70_000));
    expect((await next(75)).woken).toEqual([]);
    expect((await next()).woken).toEqual(['far0']);
    expect((await next()).woken).toEqual([]);
  });
});
