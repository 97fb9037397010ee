import { describe, expect, it } from 'vitest';
import { createEngine, type World } from '../../shared/runs/engine.ts';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import { type PlanChange, start, toDraft, toPlan, toRunId } from '../support/draft.ts';
import { exited } from '../support/story.ts';
import { createWorld, drive, type TestWorld } from '../support/world.ts';

const due = { kind: 'due' } as const;
/** `start` is on the hour. */
const nextHour = start + 3_600_000;

/** Runs of a job of which two may begin in an hour, accepted and not told anything yet. */
async function accept(world: World, count: number, plan: PlanChange = {}): Promise<readonly string[]> {
  const engine = createEngine(world);
  const ids = Array.from({ length: count }, (_, index) => toRunId(index + 1));
  for (const id of ids) {
    await engine.accept(toDraft({ id, plan: toPlan({ maxRunsPerHour: 2, ...plan }) }));
  }
  return ids;
}

async function tellAll(world: World, ids: readonly string[]): Promise<void> {
  const engine = createEngine(world);
  for (const id of ids) await engine.tell(id, due);
}

async function statusesOf({ ledger }: World, ids: readonly string[]) {
  const runs = await Promise.all(ids.map((id) => ledger.load(id)));
  return runs.map((run) => run?.status);
}

/** Counts how often the ledger is asked for a turn, and lets a test step in before and after. */
function watched(
  world: TestWorld,
  change: (admit: Ledger['admit'], asked: number) => Ledger['admit'] = (admit) => admit,
) {
  let asked = 0;
  const ledger: Ledger = {
    ...world.ledger,
    admit(...told) {
      asked++;
      return change(world.ledger.admit, asked)(...told);
    },
  };
  return { world: { ...world, ledger }, asked: () => asked };
}

describe('of a job of which two runs may begin in an hour', () => {
  it('the third waits for the next hour, and is started then', async () => {
    const world = createWorld();
    const ids = await accept(world, 3);
    await tellAll(world, ids);
    expect(await statusesOf(world, ids)).toEqual(['running', 'running', 'waiting']);
    const third = await drive(world, createEngine(world), toRunId(3));
    expect(third.status).toBe('succeeded');
    expect(third.held).toBeUndefined();
    const [attempt] = third.attempts;
    expect(attempt?.askedAt).toBeGreaterThanOrEqual(nextHour);
    expect(attempt?.askedAt).toBeLessThan(nextHour + 60_000);
    expect(world.announced.filter((what) => what.startsWith('held'))).toEqual(['held 0']);
  });

  it('a wake-up is asked for when the third is to be looked at', async () => {
    const world = createWorld();
    const ids = await accept(world, 3);
    await tellAll(world, ids);
    const third = await world.ledger.load(toRunId(3));
    expect(third?.held).toEqual({ until: nextHour, most: 2 });
    expect(world.woken.at(-1)).toBe(third?.next?.at);
  });

  it('two begin in each hour until all have', async () => {
    const world = createWorld();
    const ids = await accept(world, 7);
    await tellAll(world, ids);
    const engine = createEngine(world);
    const hours = new Map<number, number>();
    for (let hour = 1; hour <= 3; hour++) {
      world.clock.passTo(start + hour * 3_600_000 + 60_000);
      for (const id of ids) await engine.tell(id, due);
    }
    for (const { order } of world.target.calls) {
      const run = await world.ledger.load(order.runId);
      const hour = Math.floor(((run?.attempts[0]?.askedAt ?? 0) - start) / 3_600_000);
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
    }
    expect([...hours]).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
      [3, 1],
    ]);
  });

  it('none is started by whoever accepts it, but has its turn asked for', async () => {
    const world = createWorld();
    const ids = await accept({ ...world, startsAtOnce: () => true }, 1);
    expect(await statusesOf(world, ids)).toEqual(['queued']);
    expect(world.woken).toEqual([start]);
  });

  it('one that is cancelled while it is held is never started, and asks no more', async () => {
    const { world, asked } = watched(createWorld());
    const ids = await accept(world, 3);
    await tellAll(world, ids);
    const cancelled = await createEngine(world).tell(toRunId(3), { kind: 'cancel-asked' });
    expect(cancelled).toMatchObject({ status: 'cancelled', attempts: [] });
    world.clock.pass(4000);
    await tellAll(world, [toRunId(3)]);
    expect(world.target.calls).toHaveLength(2);
    expect(asked()).toBe(3);
  });

  it('one whose start is refused, or that is tried again, asks no second time', async () => {
    let starts = 0;
    const { world, asked } = watched(createWorld(() => ({ seconds: 1, failure: exited(1) })));
    const target = {
      ...world.target,
      start: async (...told: Parameters<typeof world.target.start>) => {
        starts++;
        return starts === 1
          ? ({ kind: 'refused', cause: { class: 'throttled', reason: 'busy' } } as const)
          : world.target.start(...told);
      },
    };
    const busy = { ...world, targets: { process: target } };
    const [id = ''] = await accept(busy, 1, { retry: { attempts: 3 } });
    const ended = await drive(busy, createEngine(busy), id);
    expect(ended).toMatchObject({ status: 'failed', attempts: [{ refusals: 1 }, {}, {}] });
    expect(starts).toBe(4);
    expect(asked()).toBe(1);
  });

  it('a held one does not ask again because its announcement has to be repeated', async () => {
    const { world, asked } = watched(createWorld());
    const ids = await accept(world, 3);
    const announcers = { bus: { announce: () => Promise.reject(new Error('bus down')) } };
    await tellAll({ ...world, announcers }, ids);
    expect(asked()).toBe(3);
    const engine = createEngine(world);
    world.clock.pass(300);
    expect(await engine.tell(toRunId(3), due)).toMatchObject({ status: 'waiting', attempts: [] });
    expect(world.announced).toContain('held 0');
    expect(asked()).toBe(3);
  });

  it('never more than two begin, however many routers give them their turn at once', async () => {
    const world = createWorld();
    const ids = await accept(world, 6);
    const engines = Array.from({ length: 4 }, () => createEngine(world));
    await Promise.all(engines.flatMap((engine) => ids.map((id) => engine.tell(id, due))));
    expect(world.target.begun.size).toBeLessThanOrEqual(2);
    expect((await statusesOf(world, ids)).filter((status) => status === 'waiting')).toHaveLength(
      6 - world.target.begun.size,
    );
    const first = [...world.target.begun.values()];
    expect(first.every((count) => count === 1)).toBe(true);
  });

  it('a router that dies between asking and saving makes the run count twice, and lets none more through', async () => {
    const dying = watched(createWorld(), (admit, asked) =>
      asked === 1
        ? async (...told) => {
            await admit(...told);
            return new Promise<boolean>(() => {});
          }
        : admit,
    );
    const ids = await accept(dying.world, 3);
    void createEngine(dying.world).tell(toRunId(1), due);
    await tellAll(dying.world, ids);
    expect(await statusesOf(dying.world, ids)).toEqual(['running', 'waiting', 'waiting']);
    expect(dying.world.target.begun.size).toBe(1);
  });

  it('a run stays where it is when the ledger can not say, and has its turn later', async () => {
    const failing = watched(createWorld(), (admit, asked) =>
      asked === 1 ? () => Promise.reject(new LedgerError('down')) : admit,
    );
    const [id = ''] = await accept(failing.world, 1);
    await expect(tellAll(failing.world, [id])).rejects.toThrow('down');
    expect(await statusesOf(failing.world, [id])).toEqual(['queued']);
    await tellAll(failing.world, [id]);
    expect(await statusesOf(failing.world, [id])).toEqual(['running']);
  });

  it('a run that was not queued yet when it was told asks before it begins all the same', async () => {
    const { world, asked } = watched(createWorld());
    const [id = ''] = await accept(world, 1, { maxRunsPerHour: 1 });
    const queued = await world.ledger.load(id);
    if (queued === undefined) throw new Error('it is not there');
    // As a sweep sees it that comes while the run is being accepted, so that it has to load it a second time.
    const { next: _, ...rest } = queued;
    const collecting: Run = { ...rest, status: 'collecting' };
    const views = [collecting];
    const load: Ledger['load'] = async (of) => views.shift() ?? world.ledger.load(of);
    const save: Ledger['save'] = async (run) =>
      run.status === 'collecting' ? undefined : world.ledger.save(run);
    const run = await createEngine({ ...world, ledger: { ...world.ledger, load, save } }).tell(id, due);
    expect(run?.status).toBe('running');
    expect(asked()).toBe(1);
  });
});

describe('of a job without a most', () => {
  it('no run asks', async () => {
    const { world, asked } = watched(createWorld());
    const id = toRunId(1);
    await createEngine(world).accept(toDraft({ id }));
    await tellAll(world, [id]);
    expect(asked()).toBe(0);
  });
});
