import { describe, expect, it } from 'vitest';
import { createSweep, type Swept } from '../../shared/router/sweep.ts';
import { decide } from '../../shared/runs/decide.ts';
import { createEngine, type Engine } from '../../shared/runs/engine.ts';
import { type Due, type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { Target } from '../../shared/targets/target.ts';
import { runId, start, toDraft, toPlan, toRunId } from '../support/draft.ts';
import { createWorld, type TestWorld } from '../support/world.ts';

const swept: Swept = {
  looked: 0,
  reminded: 0,
  told: 0,
  failed: 0,
  isComplete: true,
  waiting: 0,
  oldestWaitingSeconds: 0,
};
/** Nothing takes so long. */
const inAWeek = start + 7 * 86_400_000;

function toSweep(world: TestWorld, change: Partial<{ engine: Engine; ledger: Ledger }> = {}) {
  const woken: string[] = [];
  const waker = { wake: async ({ id }: { readonly id: string }) => void woken.push(id) };
  const warned: string[] = [];
  const { ledger, now } = world;
  const engine = createEngine(world);
  const warn = (id: string, problem: string) => void warned.push(`${id}: ${problem}`);
  return { sweep: createSweep({ engine, ledger, waker, now, warn, ...change }), woken, warned };
}

/** Runs that were accepted, and given their turn. */
async function begin(world: TestWorld, ...ids: readonly string[]) {
  await queue(world, ...ids);
  for (const id of ids) await createEngine(world).tell(id, { kind: 'due' });
}

/** Their jobs may take ten minutes, and as long to start. */
async function queue(world: TestWorld, ...ids: readonly string[]) {
  const plan = toPlan({ timeoutSeconds: 600, startTimeoutSeconds: 600 });
  for (const id of ids) await createEngine(world).accept(toDraft({ id, plan }));
}

const toIds = (count: number) => Array.from({ length: count }, (_, number) => toRunId(number));

async function statusesOf({ ledger }: TestWorld) {
  const { runs } = await ledger.list({ limit: 1000 });
  return runs.map(({ status }) => status);
}

describe('a pass of the sweep', () => {
  it('finds nothing when nothing is due', async () => {
    const world = createWorld();
    expect(await toSweep(world).sweep(inAWeek)).toEqual(swept);
    await begin(world, runId);
    expect(await toSweep(world).sweep(inAWeek)).toEqual(swept);
  });

  it('finds the end of a job whose state change got lost', async () => {
    const world = createWorld();
    await begin(world, runId);
    world.clock.pass(60);
    expect(await toSweep(world).sweep(inAWeek)).toEqual({ ...swept, looked: 1 });
    expect(await world.ledger.load(runId)).toMatchObject({
      status: 'succeeded',
      attempts: [{ endedAt: start + 10_000 }],
    });
  });

  it('stops a job whose time is over, and ends its run once the job was seen to end', async () => {
    const world = createWorld(() => ({ seconds: 3600 }));
    await begin(world, runId);
    const { sweep } = toSweep(world);
    world.clock.pass(600);
    expect(await sweep(inAWeek)).toMatchObject({ looked: 1 });
    expect(await world.ledger.load(runId)).toMatchObject({
      status: 'stopping',
      stopping: { reason: 'timeout' },
    });
    world.clock.pass(60);
    expect(await sweep(inAWeek)).toMatchObject({ looked: 1 });
    expect(await world.ledger.load(runId)).toMatchObject({
      status: 'timed-out',
      cause: { class: 'timed-out' },
      attempts: [{ endedAt: start + 600_000 }],
    });
  });

  it('starts what a trigger had saved as starting when it died, as it is not known whether it had asked', async () => {
    const world = createWorld();
    await queue(world, runId);
    const queued = await world.ledger.load(runId);
    if (queued) await world.ledger.save(decide(queued, { kind: 'due' }, world.now()));
    expect(await statusesOf(world)).toEqual(['starting']);
    const { sweep } = toSweep(world);
    world.clock.pass(60);
    expect(await sweep(inAWeek)).toMatchObject({ looked: 1 });
    expect(await world.ledger.load(runId)).toMatchObject({ attempts: [{ start: { unknownAnswers: 1 } }] });
    world.clock.pass(60);
    expect(await sweep(inAWeek)).toMatchObject({ looked: 1 });
    expect(await statusesOf(world)).toEqual(['running']);
    expect(world.target.begun.get(`${runId}-1-1`)).toBe(1);
  });

  it('delivers an announcement that was still owed', async () => {
    const world = createWorld();
    await queue(world, runId);
    const queued = await world.ledger.load(runId);
    if (queued) await world.ledger.save(decide(queued, { kind: 'cancel-asked' }, world.now()));
    expect(world.announced).toEqual([]);
    world.clock.pass(30);
    await toSweep(world).sweep(inAWeek);
    expect(world.announced).toEqual(['cancelled 0']);
  });

  it('stops the duplicate of a run that waits for a far turn, when whoever was to stop it died', async () => {
    const failure = { class: 'exit-code', reason: 'exited with code 1', exitCode: 1 } as const;
    const world = createWorld(() => ({ seconds: 10, failure }));
    const retry = { ...toPlan().retry, attempts: 2, intervalSeconds: 7200, maxIntervalSeconds: 7200 };
    await createEngine(world).accept(toDraft({ id: runId, plan: toPlan({ retry }) }));
    await createEngine(world).tell(runId, { kind: 'due' });
    const token = `${runId}-1-1`;
    const ended = { token, state: 'ended', endedAt: world.now(), failure } as const;
    await createEngine(world).tell(runId, { kind: 'reported', report: ended });
    const twin = { token, externalId: 'twin', state: 'running', startedAt: world.now() } as const;
    const waiting = await world.ledger.load(runId);
    if (waiting) await world.ledger.save(decide(waiting, { kind: 'reported', report: twin }, world.now()));
    const stopped: (string | undefined)[] = [];
    const target: Target = {
      ...world.target,
      async stop({ externalId }) {
        stopped.push(externalId);
        return { kind: 'asked' };
      },
    };
    const engine = createEngine({ ...world, targets: { process: target } });
    world.clock.pass(60);
    expect(await toSweep(world, { engine }).sweep(inAWeek)).toEqual({ ...swept, looked: 1 });
    expect(stopped).toEqual(['twin']);
    expect(await world.ledger.load(runId)).toMatchObject({ status: 'waiting', outbox: [] });
  });

  it('does what a waiting run owes, and leaves its turn to the line, when both are late', async () => {
    const world = createWorld();
    await queue(world, runId);
    const run = await world.ledger.load(runId);
    const twin = { token: `${runId}-0-1`, externalId: 'twin', state: 'running', startedAt: start } as const;
    const next = { attempt: 1, start: 1, at: start + 600_000 };
    if (run) {
      const owing = decide({ ...run, next }, { kind: 'reported', report: twin }, world.now());
      await world.ledger.save(owing);
    }
    world.clock.pass(3600);
    const { sweep } = toSweep(world);
    expect(await sweep(inAWeek)).toMatchObject({ looked: 1 });
    expect(world.target.calls).not.toContainEqual(expect.stringContaining('start'));
    expect(await world.ledger.load(runId)).toMatchObject({ status: 'queued', outbox: [], dueAt: next.at });
    expect(world.woken).toContain(next.at);
    expect(await sweep(inAWeek)).toMatchObject({ waiting: 1, looked: 0 });
  });

  it('looks at each of many, page by page', async () => {
    const world = createWorld();
    await begin(world, ...toIds(250));
    world.clock.pass(60);
    expect(await toSweep(world).sweep(inAWeek)).toEqual({ ...swept, looked: 250 });
    expect(new Set(await statusesOf(world))).toEqual(new Set(['succeeded']));
  });

  it('begins nothing once its time is up, and leaves the rest to the next pass', async () => {
    const world = createWorld();
    await begin(world, ...toIds(250));
    world.clock.pass(60);
    const engine = createEngine(world);
    const slow: Engine = {
      ...engine,
      tell(id, ...inputs) {
        world.clock.pass(0.1);
        return engine.tell(id, ...inputs);
      },
    };
    const { sweep } = toSweep(world, { engine: slow });
    expect(await sweep(world.now() + 10_000)).toEqual({ ...swept, looked: 100, isComplete: false });
    expect(await sweep(world.now() + 20_000)).toEqual({ ...swept, looked: 150 });
    expect(await sweep(world.now())).toEqual(swept);
  });

  it('hides no run behind one that can not be looked after, which the next pass finds again', async () => {
    const world = createWorld();
    const ids = toIds(3);
    await begin(world, ...ids);
    world.clock.pass(60);
    let isBroken = true;
    const load = async (id: string) => {
      if (isBroken && id === ids[0]) throw new LedgerError('down');
      return world.ledger.load(id);
    };
    const engine = createEngine({ ...world, ledger: { ...world.ledger, load } });
    const { sweep, warned } = toSweep(world, { engine });
    expect(await sweep(inAWeek)).toEqual({ ...swept, looked: 2, failed: 1 });
    expect(warned).toEqual([`${ids[0]}: the sweep could not look after it: down`]);
    isBroken = false;
    expect(await sweep(inAWeek)).toEqual({ ...swept, looked: 1 });
  });

  it('that runs beside another one does nothing that comes to more than once', async () => {
    const saved: string[] = [];
    const world = createWorld(({ token }) => ({ seconds: token.startsWith(toRunId(1)) ? 3600 : 10 }));
    const saw = (before: Run | undefined, { status }: Run) => {
      if (before?.status !== status) saved.push(status);
    };
    await begin(world, ...toIds(3));
    const engines = [createEngine({ ...world, saw }), createEngine({ ...world, saw })];
    const passes = engines.map((engine) => toSweep(world, { engine }).sweep);
    for (let minute = 0; minute < 13; minute++) {
      world.clock.pass(60);
      await Promise.all(passes.map((sweep) => sweep(inAWeek)));
    }
    expect(saved).toEqual(['succeeded', 'succeeded', 'stopping', 'timed-out']);
    expect([...world.target.begun.values()]).toEqual([1, 1, 1]);
    const { runs } = await world.ledger.list({ limit: 10 });
    expect(runs.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1]);
    expect(runs.filter(({ outbox }) => outbox.length > 0)).toEqual([]);
  });

  it('asks each run once, also of a ledger whose index lags behind', async () => {
    const world = createWorld();
    await begin(world, ...toIds(150));
    world.clock.pass(60);
    const stale = await world.ledger.due({ of: 'rest', now: world.now(), limit: 1000 });
    const due: Ledger['due'] = async (query) =>
      query.of === 'rest' ? stale.slice(0, query.limit) : world.ledger.due(query);
    const told: string[] = [];
    const engine = createEngine(world);
    const tell: Engine['tell'] = (id, ...inputs) => {
      told.push(id);
      return engine.tell(id, ...inputs);
    };
    const { sweep } = toSweep(world, { engine: { ...engine, tell }, ledger: { ...world.ledger, due } });
    expect(await sweep(inAWeek)).toEqual({ ...swept, looked: 150 });
    expect(told.toSorted()).toEqual(toIds(150));
  });

  it('throws when the ledger can not say what is due', async () => {
    const world = createWorld();
    const due = async (): Promise<readonly Due[]> => {
      throw new LedgerError('down');
    };
    const { sweep } = toSweep(world, { ledger: { ...world.ledger, due } });
    await expect(sweep(inAWeek)).rejects.toThrow(LedgerError);
  });
});

describe('runs whose turn was too far off for a wake-up', () => {
  it('are sent one in the pass before it comes, and in no other', async () => {
    const world = createWorld();
    const [far, near] = [toRunId(1), toRunId(2)];
    const plan = (intervalSeconds: number) => toPlan({ retry: { attempts: 2, intervalSeconds } });
    await createEngine(world).accept(toDraft({ id: far, plan: plan(1800) }));
    await createEngine(world).accept(toDraft({ id: near, plan: plan(600) }));
    for (const id of [far, near]) {
      const failure = { class: 'exit-code', reason: 'exited with code 1', exitCode: 1 } as const;
      const ended = { token: `${id}-1-1`, state: 'ended', endedAt: start, failure } as const;
      await createEngine(world).tell(id, { kind: 'due' });
      await createEngine(world).tell(id, { kind: 'reported', report: ended });
    }
    const failedAt = world.clock.now();
    const woken: [string, number][] = [];
    const waker = {
      async wake({ id }: Run) {
        woken.push([id, (world.clock.now() - failedAt) / 60_000]);
      },
    };
    const { ledger, now } = world;
    const sweep = createSweep({ engine: createEngine(world), ledger, waker, now, warn: () => {} });
    for (let minute = 1; minute <= 31; minute++) {
      world.clock.pass(60);
      await sweep(inAWeek);
    }
    expect(woken.filter(([id]) => id === far)).toEqual([[far, 29]]);
    // Its own message got lost.
    expect(woken.filter(([id]) => id === near)).toEqual([
      [near, 12],
      [near, 22],
    ]);
  });
});

describe('what is still to be told of runs that have ended', () => {
  it('is told, after everything else', async () => {
    const world = createWorld();
    await queue(world, runId);
    const engine = createEngine({ ...world, announcers: { bus: { announce: async () => {} } } });
    const silent = createEngine({
      ...world,
      announcers: { bus: { announce: () => Promise.reject(new Error('bus down')) } },
    });
    await silent.tell(runId, { kind: 'cancel-asked' });
    world.clock.pass(60);
    const { ledger, waker, now } = world;
    const sweep = createSweep({ engine, ledger, waker, now, warn: () => {} });
    expect(await sweep(inAWeek)).toMatchObject({ looked: 0, told: 1 });
    expect(await ledger.load(runId)).toMatchObject({ status: 'cancelled', outbox: [] });
  });

  it('takes no more than fifteen seconds of a pass', async () => {
    const world = createWorld();
    for (let number = 1; number <= 250; number++) await queue(world, toRunId(number));
    const silent = createEngine({
      ...world,
      announcers: {
        bus: {
          async announce() {
            world.clock.pass(0.1);
            throw new Error('bus down');
          },
        },
      },
    });
    for (let number = 1; number <= 250; number++)
      await silent.tell(toRunId(number), { kind: 'cancel-asked' });
    world.clock.pass(60);
    const { ledger, waker, now } = world;
    const sweep = createSweep({ engine: silent, ledger, waker, now, warn: () => {} });
    expect((await sweep(inAWeek)).told).toBe(200);
  });
});

describe('runs whose turn has come', () => {
  it('are not started by the sweep, as their line has a pace; it says how many there are, and since when', async () => {
    const world = createWorld();
    await queue(world, toRunId(1));
    world.clock.pass(30);
    await queue(world, toRunId(2));
    world.clock.pass(60.5);
    expect(await toSweep(world).sweep(inAWeek)).toEqual({ ...swept, waiting: 2, oldestWaitingSeconds: 90 });
    expect(await statusesOf(world)).toEqual(['queued', 'queued']);
    expect(world.target.calls).toEqual([]);
  });

  it('are not counted before it has come', async () => {
    const world = createWorld(() => ({
      seconds: 1,
      failure: { class: 'exit-code', reason: 'ended with 1' },
    }));
    const plan = toPlan({ timeoutSeconds: 600, retry: { attempts: 2, intervalSeconds: 600 } });
    const engine = createEngine(world);
    await engine.accept(toDraft({ plan }));
    await engine.tell(runId, { kind: 'due' });
    world.clock.pass(60);
    expect(await toSweep(world).sweep(inAWeek)).toEqual({ ...swept, looked: 1 });
    expect(await statusesOf(world)).toEqual(['waiting']);
  });

  it('are reminded of when nobody followed for two minutes, then each ten minutes, and not between', async () => {
    const world = createWorld();
    await queue(world, runId);
    const { sweep, woken } = toSweep(world);
    const minutes: number[] = [];
    for (let minute = 0; minute <= 25; minute++) {
      const { reminded } = await sweep(inAWeek);
      if (reminded > 0) minutes.push(minute);
      world.clock.pass(60);
    }
    expect(minutes).toEqual([2, 12, 22]);
    expect(woken).toEqual([runId, runId, runId]);
  });

  it('are reminded of once, however irregular the passes are', async () => {
    const world = createWorld();
    await queue(world, runId);
    const { sweep, woken } = toSweep(world);
    for (const seconds of [119, 90, 1, 1, 58, 100]) {
      world.clock.pass(seconds);
      await sweep(inAWeek);
    }
    expect(woken).toEqual([runId]);
    world.clock.pass(600);
    await sweep(inAWeek);
    expect(woken).toEqual([runId, runId]);
  });

  it('are given it by the sweep itself when no wake-up can be sent, ten in a pass', async () => {
    const world = createWorld();
    for (let number = 1; number <= 12; number++) await queue(world, toRunId(number));
    world.clock.pass(120);
    const waker = { wake: () => Promise.reject(new Error('the queue is away')) };
    const warned: string[] = [];
    const { ledger, now } = world;
    const warn = (_: string, problem: string) => void warned.push(problem);
    const sweep = createSweep({ engine: createEngine(world), ledger, waker, now, warn });
    expect(await sweep(inAWeek)).toMatchObject({ reminded: 10, failed: 2, waiting: 12 });
    expect((await statusesOf(world)).toSorted()).toEqual(['queued', 'queued', ...Array(10).fill('running')]);
    expect(warned).toContain('it is given its turn by the sweep: the queue is away');
  });

  it('are not all reminded of in each pass because one of them can not be', async () => {
    const world = createWorld();
    for (let number = 1; number <= 3; number++) await queue(world, toRunId(number));
    const woken: string[] = [];
    const waker = {
      async wake({ id }: Run) {
        if (id === toRunId(1)) throw new Error('no queue is there for it');
        woken.push(id);
      },
    };
    const { ledger, now } = world;
    const engine = { ...createEngine(world), tell: () => Promise.reject(new Error('nor a turn')) };
    const sweep = createSweep({ engine, ledger, waker, now, warn: () => {} });
    for (let minute = 0; minute < 22; minute++) {
      world.clock.pass(60);
      await sweep(inAWeek);
    }
    expect(woken).toEqual([toRunId(2), toRunId(3), toRunId(2), toRunId(3), toRunId(2), toRunId(3)]);
  });
});
