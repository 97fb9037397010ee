import { describe, expect, it } from 'vitest';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { createEngine, type Engine, type World } from '../../shared/runs/engine.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import type { Order } from '../../shared/runs/order.ts';
import { isFinished, type Run } from '../../shared/runs/run.ts';
import { runId, toDraft, toPlan } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';
import type { Course } from '../support/scripted-target.ts';
import { exited } from '../support/story.ts';
import { createWorld, type TestWorld } from '../support/world.ts';

/** What goes wrong with the nth thing that the engine asks of its world. */
const accidents = {
  'fails before anything happens': { acts: false, dies: false },
  'fails although it happened': { acts: true, dies: false },
  'is the last thing before the router dies, and does not happen': { acts: false, dies: true },
  'is the last thing before the router dies, and does happen': { acts: true, dies: true },
} as const;

type Accident = (typeof accidents)[keyof typeof accidents];

/** A world in which one thing goes wrong. `death` ends when the router dies of it; from then on it does nothing more. */
function withAccident(world: TestWorld, nth: number, { acts, dies }: Accident) {
  const death = Promise.withResolvers<'dead'>();
  let asked = 0;
  let isDead = false;

  function fragile<Told extends unknown[], Given>(method: (...told: Told) => Promise<Given>) {
    return async (...told: Told): Promise<Given> => {
      asked += 1;
      if (asked === nth && !isDead) {
        if (acts) await method(...told);
        if (!dies) throw new Error('it went wrong');
        isDead = true;
        death.resolve('dead');
      }
      return isDead ? new Promise<Given>(() => {}) : method(...told);
    };
  }

  const { ledger, target, payloads, announcers, waker } = world;
  const broken: World = {
    ...world,
    ledger: {
      ...ledger,
      accept: fragile(ledger.accept),
      load: fragile(ledger.load),
      loadEvent: fragile(ledger.loadEvent),
      save: fragile(ledger.save),
    },
    targets: {
      process: {
        ...target,
        start: fragile(target.start),
        stop: fragile(target.stop),
        describe: fragile(target.describe),
      },
    },
    payloads: { ...payloads, put: fragile(payloads.put) },
    announcers: { bus: { announce: fragile(announcers.bus.announce) } },
    waker: { wake: fragile(waker.wake) },
  };
  return { broken, death: death.promise, asked: () => asked };
}

type Scenario = {
  readonly courseOf: (order: Order) => Course;
  readonly cancels: boolean;
  readonly status: Run['status'];
  readonly announced: readonly string[];
  readonly begun: readonly string[];
};

const scenarios: Readonly<Record<string, Scenario>> = {
  'fails, is tried again and succeeds': {
    courseOf: ({ attempt }) => (attempt === 1 ? { seconds: 5, failure: exited(1) } : { seconds: 5 }),
    cancels: false,
    status: 'succeeded',
    announced: ['retrying 1', 'succeeded 2'],
    begun: [`${runId}-1-1`, `${runId}-2-1`],
  },
  'runs too long twice': {
    courseOf: () => ({ seconds: 100_000 }),
    cancels: false,
    status: 'timed-out',
    announced: ['started 1', 'retrying 1', 'started 2', 'timed-out 2'],
    begun: [`${runId}-1-1`, `${runId}-2-1`],
  },
  'is cancelled while it runs': {
    courseOf: () => ({ seconds: 100_000 }),
    cancels: true,
    status: 'cancelled',
    announced: ['cancelled 1'],
    begun: [`${runId}-1-1`],
  },
};

const draft = toDraft(
  { plan: toPlan({ timeoutSeconds: 120, retry: { attempts: 2, intervalSeconds: 5 } }) },
  // Too big for the request: it goes by way of the payload store.
  { event: JSON.stringify({ text: 'x'.repeat(5000) }), claims: [{ id: 'record-1', seconds: 2_592_000 }] },
);

/** Delivers until it's acknowledged, then gives the run its turns until it has ended and owes nothing. */
async function live(world: TestWorld, engine: Engine, cancels: boolean): Promise<void> {
  await untilDone(() => engine.accept(draft));
  for (let looks = 0; looks < 200; looks++) {
    const run = await world.ledger.load(runId);
    if (run === undefined) throw new Error('it was acknowledged, and is not in the ledger');
    if (isFinished(run) && run.outbox.length === 0) return;
    if (run.dueAt === undefined) throw new Error(`it is ${run.status} and never due`);
    if (cancels && run.status === 'running')
      await untilDone(() => engine.tell(runId, { kind: 'cancel-asked' }));
    world.clock.passTo(run.dueAt);
    // A turn that fails is made up for when it's due again.
    await engine.tell(runId, { kind: 'due' }).catch(() => world.clock.pass(1));
  }
  throw new Error('it has not ended after 200 looks');
}

/** Who asks for something and gets an error asks again. */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    if (
      await work().then(
        () => true,
        () => false,
      )
    )
      return;
  }
  throw new Error('it failed three times');
}

async function liveThrough(world: TestWorld, scenario: Scenario, nth: number, accident: Accident) {
  const { broken, death, asked } = withAccident(world, nth, accident);
  const ended = await Promise.race([live(world, createEngine(broken), scenario.cancels), death]);
  // The next router finds what the last one left; the source delivers again what was not acknowledged.
  if (ended === 'dead') await live(world, createEngine(world), scenario.cancels);
  return asked();
}

async function expectPromisesKept(world: TestWorld, { status, announced, begun }: Scenario) {
  const run = await world.ledger.load(runId);
  expect(run).toMatchObject({ status, outbox: [] });
  expect(world.announced).toEqual(expect.arrayContaining([...announced]));
  expect(world.target.mostAtOnce()).toBeLessThanOrEqual(1);
  const requests = new Map<string, string>();
  for (const { order } of world.target.calls) {
    const bytes = JSON.stringify(order);
    expect(requests.get(order.token) ?? bytes).toBe(bytes);
    requests.set(order.token, bytes);
  }
  expect([...world.target.begun.values()].every((times) => times === 1)).toBe(true);
  const attempts = [...world.target.begun.keys()].map((token) => token.split('-')[1]);
  expect(attempts).toEqual(begun.map((token) => token.split('-')[1]));
}

describe.each(Object.entries(scenarios))('a run that %s', (_name, scenario) => {
  it('keeps its promises when nothing goes wrong', async () => {
    const world = createWorld(scenario.courseOf);
    await liveThrough(world, scenario, 0, { acts: false, dies: false });
    await expectPromisesKept(world, scenario);
    expect([...world.target.begun.keys()]).toEqual(scenario.begun);
  });

  it.each(Object.entries(accidents))(
    'keeps its promises wherever something %s',
    async (_accident, accident) => {
      const asked = await liveThrough(createWorld(scenario.courseOf), scenario, 0, accident);
      expect(asked).toBeGreaterThan(15);
      for (let nth = 1; nth <= asked; nth++) {
        const world = createWorld(scenario.courseOf);
        await liveThrough(world, scenario, nth, accident).catch((cause) => {
          throw new Error(`when call ${nth} goes wrong: ${cause}`, { cause });
        });
        await expectPromisesKept(world, scenario).catch((cause) => {
          throw new Error(`when call ${nth} goes wrong: ${cause}`, { cause });
        });
      }
    },
  );
});

describe('a run in an SQLite ledger', () => {
  it('keeps its promises wherever the router dies', async () => {
    const scenario = scenarios['fails, is tried again and succeeds'];
    if (scenario === undefined) throw new Error('there is no such scenario');
    for (const acts of [false, true]) {
      for (let nth = 1, asked = 1; nth <= asked; nth++) {
        const world = withSqlite(createWorld(scenario.courseOf));
        asked = Math.max(asked, await liveThrough(world, scenario, nth, { acts, dies: true }));
        await expectPromisesKept(world, scenario);
      }
    }
  });
});

function withSqlite(world: TestWorld): TestWorld {
  const database = openDatabase(':memory:');
  atEnd(() => database.close());
  const ledger: Ledger = createSqliteLedger(database, world.now);
  return { ...world, ledger };
}
