import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPump } from '../../shared/local/pump.ts';
import { createEngine, type Engine } from '../../shared/runs/engine.ts';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import type { Order } from '../../shared/runs/order.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { Target } from '../../shared/targets/target.ts';
import { type PlanChange, toDraft, toPlan, toRunId } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { type Course, createScriptedTarget } from '../support/scripted-target.ts';
import { exited } from '../support/story.ts';
import { until } from '../support/until.ts';
import { createWorld } from '../support/world.ts';

/** A router on real time, whose jobs take 50 ms unless `courseOf` says otherwise. */
function createRouter({
  slots = 2,
  courseOf = () => ({ seconds: 0.05 }),
  ledger = createMemoryLedger(Date.now),
  change = (target) => target,
}: {
  slots?: number;
  courseOf?: (order: Order) => Course;
  ledger?: Ledger;
  change?: (target: Target) => Target;
} = {}) {
  const target = createScriptedTarget(Date.now, courseOf);
  const targets = { process: change(target) };
  const failed: unknown[] = [];
  const pump = createPump({
    ledger,
    targets,
    slots,
    now: Date.now,
    fail: (error) => void failed.push(error),
  });
  const engine = createEngine({ ...createWorld(), ledger, targets, now: Date.now, waker: pump.waker });
  atEnd(() => pump.stop());
  return { ledger, target, pump, engine, failed };
}

async function accept(engine: Engine, count: number, plan: PlanChange = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => toRunId(index + 1));
  for (const id of ids) await engine.accept(toDraft({ id, plan: toPlan(plan) }));
  return ids;
}

/** Of a router that is gone: two runs whose jobs run, and a third that waits. `later` is the one that comes after it. */
async function leaveTwoRunning(seconds: number) {
  const { pump, engine, ledger, target } = createRouter({ slots: 2, courseOf: () => ({ seconds }) });
  const ids = await accept(engine, 2);
  await pump.start(engine);
  await untilAll(ledger, ids, 'running');
  await pump.stop();
  await engine.accept(toDraft({ id: toRunId(3) }));
  return { ledger, target, ids, later: createRouter({ slots: 2, ledger, change: () => target }) };
}

function untilAll(ledger: Ledger, ids: readonly string[], status: Run['status']): Promise<readonly Run[]> {
  return until(`all ${ids.length} runs are ${status}`, async () => {
    const runs = await Promise.all(ids.map((id) => ledger.load(id)));
    const found = runs.flatMap((run) => (run?.status === status ? [run] : []));
    return found.length === ids.length && found;
  });
}

/** A ledger that takes its time, as one on a slow disk does. */
function slowly(ledger: Ledger, ms: number): Ledger {
  return {
    ...ledger,
    load: async (id) => {
      await sleep(ms);
      return ledger.load(id);
    },
    save: async (run) => {
      await sleep(ms);
      return ledger.save(run);
    },
  };
}

describe('the pump', () => {
  it('brings accepted runs to their end, and notices an end soon', async () => {
    const { pump, engine, ledger, failed } = createRouter();
    await pump.start(engine);
    const before = Date.now();
    const ids = await accept(engine, 1);
    await untilAll(ledger, ids, 'succeeded');
    expect(Date.now() - before).toBeLessThan(1000);
    expect(failed).toEqual([]);
    await until('nothing lives', () => pump.live() === 0);
  });

  it.each([
    ['a quick ledger', 0],
    ['a slow ledger', 15],
  ])('never lets more jobs live than it has slots, with %s', async (_name, ms) => {
    const ledger = createMemoryLedger(Date.now);
    const { pump, engine, target } = createRouter({ slots: 3, ledger: ms > 0 ? slowly(ledger, ms) : ledger });
    const ids = await accept(engine, 10);
    await pump.start(engine);
    await untilAll(ledger, ids, 'succeeded');
    expect(target.mostAtOnce()).toBe(3);
  });

  it('starts runs in the order in which they were accepted', async () => {
    const { pump, engine, target, ledger } = createRouter({ slots: 1 });
    const ids = [5, 3, 9, 1].map(toRunId);
    for (const id of ids) await engine.accept(toDraft({ id }));
    await pump.start(engine);
    await untilAll(ledger, ids, 'succeeded');
    expect(target.calls.map(({ order }) => order.runId)).toEqual(ids);
  });

  it('starts a failed run again when its wait is over, while others have their turn', async () => {
    const { pump, engine, target, ledger } = createRouter({
      slots: 1,
      courseOf: ({ runId, attempt }) =>
        runId === toRunId(1) && attempt === 1 ? { seconds: 0.05, failure: exited(1) } : { seconds: 0.05 },
    });
    const ids = await accept(engine, 3, { retry: { attempts: 2, intervalSeconds: 1 } });
    await pump.start(engine);
    const [first] = await untilAll(ledger, ids, 'succeeded');
    expect(target.calls.map(({ order }) => [order.runId, order.attempt])).toEqual([
      [toRunId(1), 1],
      [toRunId(2), 1],
      [toRunId(3), 1],
      [toRunId(1), 2],
    ]);
    const [one, two] = first?.attempts ?? [];
    expect((two?.askedAt ?? 0) - (one?.endedAt ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('takes turns, so that a start which hangs holds up its own run and no other', async () => {
    const heard = Promise.withResolvers<void>();
    const { pump, engine, ledger } = createRouter({
      slots: 2,
      change: (target) => ({
        ...target,
        start: async (order, event) => {
          if (order.runId === toRunId(1)) await heard.promise;
          return target.start(order, event);
        },
      }),
    });
    // The pump doesn't stop before it is heard what became of a start.
    atEnd(() => heard.resolve());
    const ids = await accept(engine, 4);
    await pump.start(engine);
    await untilAll(ledger, ids.slice(1), 'succeeded');
    expect(await ledger.load(toRunId(1))).toMatchObject({ status: 'starting' });
    expect(pump.live()).toBe(1);
  });

  it('notices the end of the others when one cannot be looked at, and tells of that one once', async () => {
    const first = toRunId(1);
    const broken = new Error('its folder cannot be read');
    const { pump, engine, ledger, failed } = createRouter({
      slots: 3,
      change: (target) => ({
        ...target,
        describe: async (handles) => {
          if (handles.some(({ token }) => token.startsWith(first))) throw broken;
          return target.describe(handles);
        },
      }),
    });
    const [, ...others] = await accept(engine, 3);
    await pump.start(engine);
    await untilAll(ledger, others, 'succeeded');
    await sleep(200);
    expect(failed).toEqual([broken]);
    expect((await ledger.load(first))?.status).toBe('running');
  });

  it('stops a job that is cancelled, and never starts one that was cancelled in the line', async () => {
    const { pump, engine, ledger, target } = createRouter({ slots: 1, courseOf: () => ({ seconds: 1000 }) });
    const [running, queued] = await accept(engine, 2);
    await pump.start(engine);
    await untilAll(ledger, [running ?? ''], 'running');
    await engine.tell(queued ?? '', { kind: 'cancel-asked' });
    await engine.tell(running ?? '', { kind: 'cancel-asked' });
    await untilAll(ledger, [running ?? '', queued ?? ''], 'cancelled');
    expect(target.calls).toHaveLength(1);
  });
});

describe('a pump that is started', () => {
  it('picks up the jobs that an earlier router left running', async () => {
    const { pump, engine, ledger, target } = createRouter({ courseOf: () => ({ seconds: 0.4 }) });
    const ids = await accept(engine, 2);
    await pump.start(engine);
    await untilAll(ledger, ids, 'running');
    await pump.stop();
    const later = createRouter({ ledger, change: () => target });
    await later.pump.start(later.engine);
    await untilAll(ledger, ids, 'succeeded');
    expect(target.calls).toHaveLength(2);
  });

  it('picks up a start that an earlier router was killed in, and starts it once', async () => {
    const { engine, ledger, target } = createRouter();
    const [id = ''] = await accept(engine, 1);
    const never = new Promise<never>(() => {});
    const killed = createEngine({
      ...createWorld(),
      ledger,
      now: Date.now,
      targets: {
        process: {
          ...target,
          async start(order, event) {
            await target.start(order, event);
            return never;
          },
        },
      },
    });
    void killed.tell(id, { kind: 'due' });
    await until('the job began', () => target.begun.size === 1);
    const later = createRouter({ ledger, change: () => target });
    await later.pump.start(later.engine);
    await untilAll(ledger, [id], 'succeeded');
    expect([...target.begun.values()]).toEqual([1]);
  });

  it('counts the jobs that it finds running among its slots', async () => {
    const { ledger, later } = await leaveTwoRunning(1000);
    await later.pump.start(later.engine);
    await sleep(200);
    expect(later.pump.live()).toBe(2);
    expect(await ledger.load(toRunId(3))).toMatchObject({ status: 'queued' });
  });
});

describe('a pump that attends', () => {
  it('goes on with what has begun, and starts nothing that waits in line', async () => {
    const { ledger, target, ids, later } = await leaveTwoRunning(0.2);
    await later.pump.attend(later.engine);
    await untilAll(ledger, ids, 'succeeded');
    await until('nothing lives', () => later.pump.live() === 0);
    expect(await ledger.load(toRunId(3))).toMatchObject({ status: 'queued' });
    expect(target.calls).toHaveLength(2);
  });
});

describe('a pump that drains', () => {
  it('starts nothing more, and is done when nothing lives', async () => {
    const { pump, engine, ledger, target } = createRouter({ slots: 1, courseOf: () => ({ seconds: 0.3 }) });
    const [running = '', ...rest] = await accept(engine, 3);
    await pump.start(engine);
    await untilAll(ledger, [running], 'running');
    await pump.drain();
    expect(await ledger.load(running)).toMatchObject({ status: 'succeeded' });
    await untilAll(ledger, rest, 'queued');
    expect(target.calls).toHaveLength(1);
  });

  it('leaves a failed run waiting for its next attempt', async () => {
    const { pump, engine, ledger } = createRouter({
      courseOf: () => ({ seconds: 0.2, failure: exited(1) }),
    });
    const ids = await accept(engine, 1, { retry: { attempts: 3 } });
    await pump.start(engine);
    await untilAll(ledger, ids, 'running');
    await pump.drain();
    await untilAll(ledger, ids, 'waiting');
  });

  it('is done at once when nothing lives', async () => {
    const { pump, engine } = createRouter();
    await pump.start(engine);
    await pump.drain();
    expect(pump.live()).toBe(0);
  });

  it('waits for a run too whose turn had come when it was asked to', async () => {
    const ledger = createMemoryLedger(Date.now);
    const { pump, engine } = createRouter({
      slots: 1,
      ledger: slowly(ledger, 30),
      courseOf: () => ({ seconds: 0.5 }),
    });
    await pump.start(engine);
    const [id = ''] = await accept(engine, 1);
    await sleep(10);
    await pump.drain();
    const status = (await ledger.load(id))?.status;
    expect(['queued', 'succeeded']).toContain(status);
  });
});

describe('a pump that stops', () => {
  it('does so at once; the jobs go on', async () => {
    const { pump, engine, ledger } = createRouter({ courseOf: () => ({ seconds: 1000 }) });
    const ids = await accept(engine, 1);
    await pump.start(engine);
    await untilAll(ledger, ids, 'running');
    const before = Date.now();
    await pump.stop();
    expect(Date.now() - before).toBeLessThan(500);
    await untilAll(ledger, ids, 'running');
  });
});

describe('a ledger that fails', () => {
  /** A ledger whose method fails as often as the test wants it to. */
  function createFailing(ledger: Ledger, method: 'due' | 'load' | 'save') {
    let left = 0;
    const orFail =
      <Told extends unknown[], Given>(name: string, work: (...told: Told) => Promise<Given>) =>
      async (...told: Told): Promise<Given> => {
        if (name !== method || left <= 0) return work(...told);
        left -= 1;
        throw new LedgerError('the disk is full');
      };
    const broken: Ledger = {
      ...ledger,
      due: orFail('due', ledger.due),
      load: orFail('load', ledger.load),
      save: orFail('save', ledger.save),
    };
    const fail = (times: number) => {
      left = times;
    };
    return { broken, fail };
  }

  it.each(['due', 'load', 'save'] as const)(
    'in `%s` is told of, and the pump goes on',
    async (method) => {
      const ledger = createMemoryLedger(Date.now);
      const { broken, fail } = createFailing(ledger, method);
      const { pump, engine, failed } = createRouter({ ledger: broken });
      await pump.start(engine);
      const ids = await accept(engine, 2);
      fail(2);
      await untilAll(ledger, ids, 'succeeded');
      expect(failed[0]).toBeInstanceOf(LedgerError);
    },
    15_000,
  );

  it('while a job begins does not make room for another', async () => {
    const ledger = createMemoryLedger(Date.now);
    let saves = 0;
    const broken: Ledger = {
      ...ledger,
      // The second save is that of the answer to the start.
      save: (run) => {
        saves += 1;
        return saves === 2 ? Promise.reject(new LedgerError('the disk is full')) : ledger.save(run);
      },
    };
    const { pump, engine, target } = createRouter({
      slots: 1,
      ledger: broken,
      courseOf: () => ({ seconds: 1000 }),
    });
    await accept(engine, 2);
    await pump.start(engine);
    await until('the save has failed', () => saves >= 2);
    // Longer than the pump pauses after a failure.
    await sleep(1500);
    expect(target.mostAtOnce()).toBe(1);
  });
});
