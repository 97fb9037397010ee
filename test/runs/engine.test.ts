import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Input } from '../../shared/runs/input.ts';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { StartAnswer } from '../../shared/targets/target.ts';
import { runId, start, toDraft, toPlan, toRunId } from '../support/draft.ts';
import { atEnd, makeFolder } from '../support/folder.ts';
import { exited, owed } from '../support/story.ts';
import { createWorld, drive, type TestWorld } from '../support/world.ts';

const due: Input = { kind: 'due' };
const first = `${runId}-1-1`;

/** A world with a run in its queue. */
async function withQueued(world: TestWorld, change: Partial<Run> = {}, event = '{"id":"event-1"}') {
  await createEngine(world).accept(toDraft(change, { event }));
  return world;
}

/** The world with a start of another kind; the real one is under `act`. */
function withStart(
  world: TestWorld,
  start: (act: () => Promise<StartAnswer>, nth: number) => Promise<StartAnswer>,
): TestWorld {
  let calls = 0;
  const { target } = world;
  const process = {
    ...target,
    start: (...told: Parameters<typeof target.start>) => {
      calls += 1;
      return start(() => target.start(...told), calls);
    },
  };
  return { ...world, targets: { process } };
}

describe('accepting', () => {
  it('stores the run as queued and asks to be woken for it; nothing is started yet', async () => {
    const world = createWorld();
    const accepted = await createEngine(world).accept(toDraft());
    expect(accepted).toMatchObject({ outcome: 'accepted', run: { status: 'queued' } });
    expect(world.woken).toEqual([start]);
    expect(world.target.calls).toEqual([]);
  });

  it('takes the same delivery once', async () => {
    const world = await withQueued(createWorld());
    expect(await createEngine(world).accept(toDraft())).toMatchObject({
      outcome: 'duplicate',
      run: { id: runId },
    });
    expect((await world.ledger.list({ limit: 10 })).runs).toHaveLength(1);
  });

  it('fails when the ledger does, and nothing is accepted then', async () => {
    const world = createWorld();
    const accept: Ledger['accept'] = () => Promise.reject(new LedgerError('the disk is full'));
    const engine = createEngine({ ...world, ledger: { ...world.ledger, accept } });
    await expect(engine.accept(toDraft())).rejects.toThrow(LedgerError);
    expect(world.woken).toEqual([]);
    expect((await world.ledger.list({ limit: 10 })).runs).toEqual([]);
  });

  it('does not fail when no wake-up can be asked for: the ledger has the date', async () => {
    const world = createWorld();
    const wake = () => Promise.reject(new Error('no queue'));
    const engine = createEngine({ ...world, waker: { wake } });
    expect(await engine.accept(toDraft())).toMatchObject({ outcome: 'accepted' });
    expect(world.warned).toEqual([expect.stringContaining('no queue')]);
    expect(await drive(world, engine, runId)).toMatchObject({ status: 'succeeded' });
  });
});

describe('telling a run that it is due', () => {
  it('starts its job, and in the end it has succeeded', async () => {
    const world = await withQueued(createWorld(), { plan: toPlan({ timeoutSeconds: 600 }) });
    const engine = createEngine(world);
    expect(await engine.tell(runId, due)).toMatchObject({ status: 'running', dueAt: start + 60_000 });
    expect(await drive(world, engine, runId)).toMatchObject({ status: 'succeeded', endedAt: start + 60_000 });
    expect(world.announced).toEqual(['started 1', 'succeeded 1']);
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
  });

  it('gives undefined for a run that is not there', async () => {
    expect(await createEngine(createWorld()).tell(runId, due)).toBeUndefined();
  });

  it('saves what it is about to do before it does it', async () => {
    const world = await withQueued(createWorld());
    const seen: unknown[] = [];
    const look = async () => {
      const run = await world.ledger.load(runId);
      seen.push(run && { status: run.status, owed: owed(run), revision: run.revision });
    };
    const watched = withStart(world, async (act) => {
      await look();
      return act();
    });
    const announcer = {
      async announce() {
        await look();
      },
    };
    await createEngine({ ...watched, announcers: { bus: announcer } }).tell(runId, due);
    expect(seen).toEqual([
      { status: 'starting', owed: ['start …-1-1'], revision: 1 },
      { status: 'running', owed: ['announce started'], revision: 2 },
    ]);
  });

  it('saves nothing, and does nothing, when it is too early', async () => {
    const world = await withQueued(createWorld());
    const engine = createEngine(world);
    const running = await engine.tell(runId, due);
    expect(await engine.tell(runId, due)).toEqual(running);
    expect(world.target.calls).toHaveLength(1);
  });

  it('gives the job the records that the run won', async () => {
    const world = createWorld();
    const engine = createEngine(world);
    const claim = (id: string) => ({ id, seconds: 60 });
    await engine.accept(toDraft({ id: toRunId(1) }, { claims: [claim('b')] }));
    const event = '{"id":"e","records":[{"id":"a"},{"id":"b"}]}';
    await engine.accept(toDraft({}, { claims: [claim('a'), claim('b')], event }));
    await engine.tell(runId, due);
    expect(world.target.calls[0]?.event).toEqual({
      tier: 'inline',
      text: '{"id":"e","records":[{"id":"a"}]}',
    });
  });
});

describe('an event that is too big for the request', () => {
  const event = JSON.stringify({ text: 'x'.repeat(2000) });

  it('is in the payload store before the start is asked for', async () => {
    const world = await withQueued(createWorld(), {}, event);
    const stored: (string | undefined)[] = [];
    const watched = withStart(world, (act) => {
      stored.push(world.put.get(`memory:///${runId}.json`));
      return act();
    });
    await createEngine(watched).tell(runId, due);
    expect(stored).toEqual([event]);
    expect(world.target.calls[0]?.event).toMatchObject({
      tier: 'claim-check',
      payload: { uri: `memory:///${runId}.json` },
    });
  });

  it('that cannot be stored starts nothing; the run tries again without using its attempt', async () => {
    const world = await withQueued(createWorld(), {}, event);
    let failures = 2;
    const put: typeof world.payloads.put = (...told) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('no such bucket')) : world.payloads.put(...told);
    };
    const engine = createEngine({ ...world, payloads: { ...world.payloads, put } });
    expect(await engine.tell(runId, due)).toMatchObject({ status: 'waiting', attempts: [{ number: 1 }] });
    expect(world.target.calls).toEqual([]);
    expect(world.warned).toEqual([expect.stringContaining('no such bucket')]);
    expect(await drive(world, engine, runId)).toMatchObject({
      status: 'succeeded',
      attempts: [{ refusals: 2 }],
    });
    expect(world.target.calls).toHaveLength(1);
  });

  it('goes from where it lies already when it is a secret, and never through the ledger', async () => {
    const payload = { uri: 'memory:///secret.json', sha256: 'ab', sizeBytes: 2 };
    const world = await withQueued(createWorld(), { payload });
    await createEngine(world).tell(runId, due);
    expect(world.target.calls[0]?.event).toEqual({ tier: 'claim-check', payload });
    expect(world.put.size).toBe(0);
  });

  it('fails the run with the reason when it is gone from where the ledger put it', async () => {
    const world = await withQueued(createWorld());
    const gone = new PayloadGoneError('the event at s3://b/k could not be read: NoSuchKey');
    const ledger: Ledger = { ...world.ledger, loadEvent: async () => Promise.reject(gone) };
    expect(await createEngine({ ...world, ledger }).tell(runId, due)).toMatchObject({
      status: 'failed',
      cause: { class: 'rejected', reason: 'the event at s3://b/k could not be read: NoSuchKey' },
    });
    expect(world.target.calls).toEqual([]);
  });

  it('that only can not be read now is read again, without using an attempt', async () => {
    const world = await withQueued(createWorld());
    const unread = new PayloadError('the event at s3://b/k could not be read: no answer within 30 s');
    let failures = 2;
    const loadEvent: Ledger['loadEvent'] = async (id) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(unread) : world.ledger.loadEvent(id);
    };
    const engine = createEngine({ ...world, ledger: { ...world.ledger, loadEvent } });
    expect(await engine.tell(runId, due)).toMatchObject({ status: 'waiting', attempts: [{ number: 1 }] });
    expect(await drive(world, engine, runId)).toMatchObject({
      status: 'succeeded',
      attempts: [{ number: 1, refusals: 2 }],
    });
  });

  it('fails the run with the reason when it is not in the ledger any more', async () => {
    const world = await withQueued(createWorld());
    const ledger: Ledger = { ...world.ledger, loadEvent: async () => undefined };
    expect(await createEngine({ ...world, ledger }).tell(runId, due)).toMatchObject({
      status: 'failed',
      cause: { class: 'rejected', reason: 'its event is not in the ledger any more' },
    });
  });
});

describe('a target that misbehaves', () => {
  it('by throwing is asked again with the same token and the same bytes', async () => {
    const world = await withQueued(createWorld());
    const watched = withStart(world, async (act, nth) => {
      const answer = await act();
      if (nth < 3) throw new Error('socket hang up');
      return answer;
    });
    const run = await drive(world, createEngine(watched), runId);
    expect(run).toMatchObject({ status: 'succeeded', attempts: [{ number: 1, refusals: 0 }] });
    expect(new Set(world.target.calls.map(({ order }) => JSON.stringify(order))).size).toBe(1);
    expect(world.target.calls).toHaveLength(3);
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
    expect(world.warned[0]).toContain('socket hang up');
  });

  it('by being throttled after an answer was lost is not given a second token', async () => {
    const world = await withQueued(createWorld());
    const watched = withStart(world, async (act, nth) => {
      if (nth === 2) return { kind: 'refused', cause: { class: 'throttled', reason: 'slow down' } };
      const answer = await act();
      if (nth === 1) throw new Error('socket hang up');
      return answer;
    });
    await drive(world, createEngine(watched), runId);
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
  });

  it('by not being there fails nothing for good: the run waits for it until startTimeout', async () => {
    const world = await withQueued(createWorld(), { plan: toPlan({ startTimeoutSeconds: 60 }) });
    const run = await drive(world, createEngine({ ...world, targets: {} }), runId);
    expect(run).toMatchObject({ status: 'failed', cause: { class: 'target-unavailable' } });
    expect(run.cause?.reason).toContain('no target is named process');
  });

  it('by not answering a look is looked at again', async () => {
    const world = await withQueued(createWorld());
    let failures = 3;
    const describe: typeof world.target.describe = (handles) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('no route')) : world.target.describe(handles);
    };
    const engine = createEngine({ ...world, targets: { process: { ...world.target, describe } } });
    expect(await drive(world, engine, runId)).toMatchObject({ status: 'succeeded' });
  });

  it('by not answering a stop is asked again', async () => {
    const world = await withQueued(createWorld(() => ({ seconds: 1000 })));
    let failures = 3;
    const stop: typeof world.target.stop = (handle) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('no route')) : world.target.stop(handle);
    };
    const engine = createEngine({ ...world, targets: { process: { ...world.target, stop } } });
    await engine.tell(runId, due);
    await engine.tell(runId, { kind: 'cancel-asked' });
    expect(await drive(world, engine, runId)).toMatchObject({ status: 'cancelled' });
    expect(world.target.mostAtOnce()).toBe(1);
  });
});

describe('an announcement', () => {
  it('that fails is tried again until it is delivered, and the run does not wait for it', async () => {
    const world = await withQueued(createWorld());
    let failures = 4;
    const announce: typeof world.announcers.bus.announce = (...told) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('bus down')) : world.announcers.bus.announce(...told);
    };
    const engine = createEngine({ ...world, announcers: { bus: { announce } } });
    expect(await engine.tell(runId, due)).toMatchObject({ status: 'running' });
    await drive(world, engine, runId);
    expect([...world.announced].sort()).toEqual(['started 1', 'succeeded 1']);
    expect(world.warned).toHaveLength(4);
  });

  it('of a failed run is delivered although the router dies right after the run has failed', async () => {
    const world = await withQueued(createWorld(() => ({ seconds: 1, failure: exited(2) })));
    const never = new Promise<void>(() => {});
    const dying = createEngine({ ...world, announcers: { bus: { announce: () => never } } });
    void dying.tell(runId, due);
    await settled();
    world.clock.pass(60);
    const run = await drive(world, createEngine(world), runId);
    expect(run).toMatchObject({ status: 'failed', cause: exited(2) });
    expect(world.announced).toContain('failed 1');
  });
});

describe('saving', () => {
  it('is tried again with what the other saved when another was faster', async () => {
    const world = await withQueued(createWorld());
    const engine = createEngine(world);
    await engine.tell(runId, due);
    let conflicts = 3;
    const save: Ledger['save'] = async (run) => {
      conflicts -= 1;
      if (conflicts < 0) return world.ledger.save(run);
      const current = await world.ledger.load(runId);
      if (current) await world.ledger.save({ ...current, rule: `seen ${conflicts}` });
      return world.ledger.save(run);
    };
    const other = createEngine({ ...world, ledger: { ...world.ledger, save } });
    expect(await other.tell(runId, { kind: 'cancel-asked' })).toMatchObject({
      status: 'stopping',
      rule: 'seen 0',
    });
  });

  it('is given up with a LedgerError when others never stop', async () => {
    const world = await withQueued(createWorld());
    const engine = createEngine({ ...world, ledger: { ...world.ledger, save: async () => undefined } });
    await expect(engine.tell(runId, due)).rejects.toThrow(LedgerError);
    expect(world.target.calls).toEqual([]);
  });

  it('that fails starts nothing', async () => {
    const world = await withQueued(createWorld());
    const save = () => Promise.reject(new LedgerError('the disk is full'));
    await expect(
      createEngine({ ...world, ledger: { ...world.ledger, save } }).tell(runId, due),
    ).rejects.toThrow('the disk is full');
    expect(world.target.calls).toEqual([]);
  });
});

describe('several at once', () => {
  it('who tell one engine that a run is due start it once', async () => {
    const world = await withQueued(createWorld());
    const engine = createEngine(world);
    await Promise.all(Array.from({ length: 10 }, () => engine.tell(runId, due)));
    expect(world.target.calls).toHaveLength(1);
  });

  it('do not wait for each other when they are about different runs', async () => {
    const world = await withQueued(createWorld());
    await withQueued(world, { id: toRunId(2) });
    const never = new Promise<StartAnswer>(() => {});
    const engine = createEngine(withStart(world, (act, nth) => (nth === 1 ? never : act())));
    void engine.tell(runId, due);
    await settled();
    expect(await engine.tell(toRunId(2), due)).toMatchObject({ status: 'running' });
  });

  it('go on after one of them failed', async () => {
    const world = await withQueued(createWorld());
    let failures = 1;
    const load: Ledger['load'] = (id) => {
      failures -= 1;
      return failures >= 0 ? Promise.reject(new LedgerError('busy')) : world.ledger.load(id);
    };
    const engine = createEngine({ ...world, ledger: { ...world.ledger, load } });
    const [failed, fine] = await Promise.allSettled([engine.tell(runId, due), engine.tell(runId, due)]);
    expect(failed.status).toBe('rejected');
    expect(fine).toMatchObject({ status: 'fulfilled', value: { status: 'running' } });
  });

  it('that are two engines told the same thing start it once', async () => {
    const world = await withQueued(createWorld());
    await Promise.all([createEngine(world).tell(runId, due), createEngine(world).tell(runId, due)]);
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
    expect(await drive(world, createEngine(world), runId)).toMatchObject({
      status: 'succeeded',
      attempts: [{ number: 1 }],
    });
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
  });

  it('that are two engines over one SQLite file start it once', async () => {
    const path = join(makeFolder(), 'ledger.db');
    const world = createWorld();
    const engines = [1, 2].map(() => {
      const database = openDatabase(path);
      atEnd(() => database.close());
      return createEngine({ ...world, ledger: createSqliteLedger(database, world.now) });
    });
    await Promise.all(engines.map((engine) => engine.accept(toDraft())));
    await Promise.all(engines.map((engine) => engine.tell(runId, due)));
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
  });

  it('of whom one was throttled while the start of the other is on its way do not start a second job', async () => {
    const world = await withQueued(createWorld(() => ({ seconds: 1000 })));
    const arrived = Promise.withResolvers<void>();
    const slow = withStart(world, async (act) => {
      await arrived.promise;
      return act();
    });
    const throttled = withStart(world, async (act, nth) =>
      nth === 1 ? { kind: 'refused', cause: { class: 'throttled', reason: 'slow down' } } : act(),
    );
    const slowly = createEngine(slow).tell(runId, due);
    await settled();
    const other = createEngine(throttled);
    // Another that performs what is owed, such as a router that was started again.
    await other.tell(runId);
    world.clock.pass(5);
    await other.tell(runId, due);
    world.clock.pass(5);
    await other.tell(runId, due);
    arrived.resolve();
    await slowly;
    world.clock.pass(5);
    await other.tell(runId, due);
    expect(world.target.begun).toEqual(new Map([[first, 1]]));
    expect(world.target.mostAtOnce()).toBe(1);
  });
});

/** Everything that could happen without outside help has happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
