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

type TakePlace = Ledger['takePlace'];

/** Counts how often the ledger is asked for a place, and lets a test step in before and after. */
function watched(world: TestWorld, change: (take: TakePlace, asked: number) => TakePlace = (take) => take) {
  let asked = 0;
  const ledger: Ledger = {
    ...world.ledger,
    takePlace(...told) {
      asked++;
      return change(world.ledger.takePlace, asked)(...told);
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
    expect(attempt?.askedAt).toBeLessThan(nextHour + 300_000);
    expect(world.announced.filter((what) => what.startsWith('held'))).toEqual(['held 0']);
  });

  it('a wake-up is asked for when the third is to be looked at', async () => {
    const world = createWorld();
    const ids = await accept(world, 3);
    await tellAll(world, ids);
    const third = await world.ledger.load(toRunId(3));
    expect(third).toMatchObject({ place: nextHour, held: { until: nextHour, most: 2 } });
    expect(world.woken.at(-1)).toBe(third?.next?.at);
  });

  it('two begin in each hour until all have, in the order in which they came, and none asks twice', async () => {
    const { world, asked } = watched(createWorld());
    const ids = await accept(world, 7);
    await tellAll(world, ids);
    for (let hour = 1; hour <= 3; hour++) {
      world.clock.passTo(start + hour * 3_600_000 + 300_000);
      // Those that came last have their wake-ups first.
      await tellAll(world, ids.toReversed());
    }
    const runs = await Promise.all(ids.map((id) => world.ledger.load(id)));
    const begun = runs.map((run) => Math.floor(((run?.attempts[0]?.askedAt ?? 0) - start) / 3_600_000));
    expect(begun).toEqual([0, 0, 1, 1, 2, 2, 3]);
    expect(asked()).toBe(7);
  });

  it('one that comes later begins after those that are held, though it asks when a new hour has begun', async () => {
    const world = createWorld();
    const ids = await accept(world, 5);
    await tellAll(world, ids.slice(0, 4));
    world.clock.passTo(nextHour);
    await tellAll(world, ids);
    const runs = await Promise.all(ids.map((id) => world.ledger.load(id)));
    expect(runs.map((run) => run?.place)).toEqual([start, start, nextHour, nextHour, nextHour + 3_600_000]);
  });

  it('none is started by whoever accepts it, but has a wake-up asked for', async () => {
    const world = createWorld();
    const ids = await accept({ ...world, startsAtOnce: () => true }, 1);
    expect(await statusesOf(world, ids)).toEqual(['queued']);
    expect(world.woken).toEqual([start]);
  });

  it('one that is cancelled while it is held is never started, and its place stays empty', async () => {
    const { world, asked } = watched(createWorld());
    const ids = await accept(world, 5);
    await tellAll(world, ids.slice(0, 3));
    const cancelled = await createEngine(world).tell(toRunId(3), { kind: 'cancel-asked' });
    expect(cancelled).toMatchObject({ status: 'cancelled', attempts: [] });
    world.clock.pass(4000);
    await tellAll(world, [toRunId(3)]);
    expect(world.target.calls).toHaveLength(2);
    expect(asked()).toBe(3);
    await tellAll(world, ids.slice(3));
    expect(await statusesOf(world, ids.slice(3))).toEqual(['running', 'waiting']);
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

  it.each([
    ['first', 0],
    ['last', 1],
  ])(
    'of two routers that ask for one run at once, the one with this hour’s place saves %s, and it begins',
    async (_when, slower) => {
      const world = createWorld();
      const [id = ''] = await accept(world, 1, { maxRunsPerHour: 1 });
      const placed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const first = Promise.withResolvers<void>();
      // Both have a place before either saves; then one saves after the other.
      const routers = placed.map((mine, index) => {
        const takePlace: TakePlace = async (...told) => {
          const hour = await world.ledger.takePlace(...told);
          mine.resolve();
          await Promise.all(placed.map(({ promise }) => promise));
          if (index === slower) await first.promise;
          return hour;
        };
        return createEngine({ ...world, ledger: { ...world.ledger, takePlace } });
      });
      const told = routers.map((engine) => engine.tell(id, due));
      await told[1 - slower];
      first.resolve();
      await Promise.all(told);
      expect(await world.ledger.load(id)).toMatchObject({ status: 'running', place: start });
      expect([...world.target.begun.values()]).toEqual([1]);
      expect(await world.ledger.takePlace('word-index', 1, start)).toBe(nextHour + 3_600_000);
    },
  );

  it('a router that dies between asking and saving wastes a place, and nothing else', async () => {
    const dying = watched(createWorld(), (take, asked) =>
      asked === 1
        ? async (...told) => {
            await take(...told);
            return new Promise<undefined>(() => {});
          }
        : take,
    );
    const ids = await accept(dying.world, 3);
    void createEngine(dying.world).tell(toRunId(1), due);
    await tellAll(dying.world, ids);
    expect(await statusesOf(dying.world, ids)).toEqual(['running', 'waiting', 'waiting']);
    const runs = await Promise.all(ids.map((id) => dying.world.ledger.load(id)));
    expect(runs.map((run) => run?.place)).toEqual([start, nextHour, nextHour]);
  });

  it('one that has no place in the coming days fails, with its event kept, and is announced', async () => {
    const world = createWorld();
    await world.ledger.takePlace('word-index', 2, start + 167 * 3_600_000);
    const ids = await accept(world, 2);
    await tellAll(world, ids);
    const [last, beyond] = await Promise.all(ids.map((id) => world.ledger.load(id)));
    expect(last).toMatchObject({ status: 'waiting', place: start + 167 * 3_600_000 });
    expect(beyond).toMatchObject({ status: 'failed', attempts: [], cause: { class: 'throttled' } });
    expect(await world.ledger.loadEvent(toRunId(2))).toBe('{"id":"event-1","records":[]}');
    expect(world.announced).toEqual(['held 0', 'failed 0']);
  });

  it('a run stays where it is when the ledger can not say, and has its turn later', async () => {
    const failing = watched(createWorld(), (take, asked) =>
      asked === 1 ? () => Promise.reject(new LedgerError('down')) : take,
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

describe('of a job that can not start here', () => {
  it('no run takes a place: it fails at once', async () => {
    const { world, asked } = watched(createWorld());
    const none = {
      start: async () => ({ kind: 'refused', cause: { class: 'rejected', reason: 'no' } }) as const,
    };
    const targets = { none: { ...world.target, ...none } };
    const work = { target: 'none', reason: 'it has no local command' } as const;
    const [id = ''] = await accept({ ...world, targets }, 1, { work });
    await tellAll({ ...world, targets }, [id]);
    expect(await statusesOf(world, [id])).toEqual(['failed']);
    expect(asked()).toBe(0);
  });
});

describe('of a job without a limit', () => {
  it('no run asks', async () => {
    const { world, asked } = watched(createWorld());
    const id = toRunId(1);
    await createEngine(world).accept(toDraft({ id }));
    await tellAll(world, [id]);
    expect(asked()).toBe(0);
  });
});
