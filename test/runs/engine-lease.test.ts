import { describe, expect, it } from 'vitest';
import { PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Input } from '../../shared/runs/input.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { StartAnswer, Target } from '../../shared/targets/target.ts';
import { runId, toDraft, toPlan } from '../support/draft.ts';
import { createWorld, type TestWorld } from '../support/world.ts';

const due: Input = { kind: 'due' };
const token = `${runId}-1-1`;
const plan = toPlan({ startTimeoutSeconds: 3600 });

/** An engine whose starts wait until they are let go on, on the ledger of a world; its clock may be off. */
function openHost(world: TestWorld, { clockMs = 0 } = {}) {
  const asked: string[] = [];
  const answers: ((answer: StartAnswer) => void)[] = [];
  const process = {
    ...world.target,
    start: ({ token }: { readonly token: string }) => {
      asked.push(token);
      return new Promise<StartAnswer>((resolve) => answers.push(resolve));
    },
  };
  const targets = { process };
  const engine = createEngine({ ...world, targets, now: () => world.clock.now() + clockMs });
  return { engine, asked, answer: (answer: StartAnswer) => answers.shift()?.(answer) };
}

/** A run whose start was asked for once, with an answer that nobody heard, and which is due to be asked again. */
async function withUnheardStart() {
  const world = createWorld();
  await createEngine(world).accept(toDraft({ plan }));
  const lost = openHost(world);
  const asking = lost.engine.tell(runId, due);
  await settled();
  lost.answer({ kind: 'unknown', reason: 'the connection broke' });
  await asking;
  world.clock.pass(300);
  return world;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

async function loaded({ ledger }: TestWorld): Promise<Run | undefined> {
  return ledger.load(runId);
}

describe('a start that somebody is asking for', () => {
  it('is not asked for beside him by who is told too that the run was due', async () => {
    const world = await withUnheardStart();
    const [one, other] = [openHost(world), openHost(world)];
    void one.engine.tell(runId, due);
    await settled();
    await other.engine.tell(runId, due);
    expect([one.asked, other.asked]).toEqual([[token], []]);
  });

  it('is not asked for beside him by who comes with other news', async () => {
    const world = await withUnheardStart();
    const [one, other] = [openHost(world), openHost(world)];
    void one.engine.tell(runId, due);
    await settled();
    const tried = { token, state: 'tried', try: { number: 1, externalId: 'job-1' } } as const;
    await other.engine.tell(runId, { kind: 'reported', report: tried });
    expect([one.asked, other.asked]).toEqual([[token], []]);
    expect(await loaded(world)).toMatchObject({ status: 'starting', outbox: [{ kind: 'start' }] });
  });

  it('is asked for again once its time is over: he may have died', async () => {
    const world = await withUnheardStart();
    const [one, other] = [openHost(world), openHost(world)];
    void one.engine.tell(runId, due);
    await settled();
    world.clock.pass(31);
    void other.engine.tell(runId, due);
    await settled();
    expect(other.asked).toEqual([token]);
  });

  it('keeps its token when it is refused to who took it from him by a clock that is ahead: he is about to ask', async () => {
    const world = await withUnheardStart();
    const [slow, ahead] = [openHost(world), openHost(world, { clockMs: 29_000 })];
    void slow.engine.tell(runId, due);
    await settled();
    world.clock.pass(2);
    const asking = ahead.engine.tell(runId, due);
    await settled();
    ahead.answer({ kind: 'refused', cause: { class: 'no-capacity', reason: 'RESOURCE:CPU' } });
    await asking;
    expect([slow.asked, ahead.asked]).toEqual([[token], [token]]);
    expect(await loaded(world)).toMatchObject({ status: 'starting', attempts: [{ start: { token } }] });
  });

  it('keeps its token also when a third, whose clock is behind, saved other news of it meanwhile', async () => {
    const world = await withUnheardStart();
    const [slow, other] = [openHost(world), openHost(world)];
    void slow.engine.tell(runId, due);
    await settled();
    const tried = { token, state: 'tried', try: { number: 1, externalId: 'job-1' } } as const;
    await openHost(world, { clockMs: -301_000 }).engine.tell(runId, { kind: 'reported', report: tried });
    const asking = other.engine.tell(runId, due);
    await settled();
    other.answer({ kind: 'refused', cause: { class: 'no-capacity', reason: 'RESOURCE:CPU' } });
    await asking;
    expect([slow.asked, other.asked]).toEqual([[token], [token]]);
    expect(await loaded(world)).toMatchObject({ status: 'starting', attempts: [{ start: { token } }] });
  });

  it('counts as asked for although the clock of whoever saved it is ahead', async () => {
    const world = createWorld();
    await createEngine(world).accept(toDraft({ plan }));
    const ahead = openHost(world, { clockMs: 50 });
    void ahead.engine.tell(runId, due);
    await settled();
    const tried = { token, state: 'tried', try: { number: 1, externalId: 'job-1' } } as const;
    await openHost(world).engine.tell(runId, { kind: 'reported', report: tried });
    expect(await loaded(world)).toMatchObject({ attempts: [{ start: { unknownAnswers: 1 } }] });
  });

  it('is left to others when it was put off, however long the saving takes', async () => {
    const world = createWorld();
    await createEngine(world).accept(toDraft({ plan }));
    const slow = openHost({
      ...world,
      waker: {
        async wake() {
          world.clock.pass(3);
        },
      },
    });
    const asking = slow.engine.tell(runId, due);
    await settled();
    slow.answer({ kind: 'unknown', reason: 'the connection broke' });
    await asking;
    expect(slow.asked).toEqual([token]);
  });
});

describe('a start whose answer was lost', () => {
  it.each<[string, () => Promise<string | undefined>]>([
    ['is gone', () => Promise.reject(new PayloadGoneError('the event is not there any more'))],
    ['is not in the ledger any more', () => Promise.resolve(undefined)],
  ])('is not refused because its event %s: its job may live, and is followed', async (_what, loadEvent) => {
    const world = await withUnheardStart();
    const { engine, asked } = openHost({ ...world, ledger: { ...world.ledger, loadEvent } });
    await engine.tell(runId, due);
    expect(asked).toEqual([]);
    expect(await loaded(world)).toMatchObject({ status: 'starting', outbox: [{ kind: 'start' }] });
    const report = { token, externalId: 'task-1', state: 'running', startedAt: world.now() } as const;
    await engine.tell(runId, { kind: 'reported', report });
    expect(await loaded(world)).toMatchObject({ status: 'running' });
  });

  it('is looked for when its event is gone, as no repeated call is there to find its job', async () => {
    const world = createWorld(() => ({ seconds: 7200 }));
    const goneLater = { isGone: false };
    const loadEvent = async (id: string) => {
      if (goneLater.isGone) throw new PayloadGoneError('the event is not there any more');
      return world.ledger.loadEvent(id);
    };
    const target: Target = {
      ...world.target,
      async start(order, event) {
        await world.target.start(order, event);
        return { kind: 'unknown', reason: 'the connection broke' };
      },
    };
    const ledger = { ...world.ledger, loadEvent };
    const engine = createEngine({ ...world, ledger, targets: { process: target } });
    await engine.accept(toDraft({ plan: toPlan({ startTimeoutSeconds: 3600, timeoutSeconds: 10_000 }) }));
    await engine.tell(runId, due);
    goneLater.isGone = true;
    world.clock.pass(30);
    await engine.tell(runId, due);
    expect(await loaded(world)).toMatchObject({ status: 'running' });
    world.clock.pass(7200);
    await engine.tell(runId, due);
    expect(await loaded(world)).toMatchObject({ status: 'succeeded' });
  });

  it('is tried again when its event is gone and the look for its job fails, and says both', async () => {
    const world = await withUnheardStart();
    const ledger: Ledger = {
      ...world.ledger,
      loadEvent: () => Promise.reject(new PayloadGoneError('the event is not there any more')),
    };
    const target: Target = { ...world.target, describe: () => Promise.reject(new Error('throttled')) };
    await createEngine({ ...world, ledger, targets: { process: target } }).tell(runId, due);
    expect(await loaded(world)).toMatchObject({ status: 'starting', outbox: [{ kind: 'start' }] });
    expect(world.warned).toEqual([
      'attempt 1 could not be prepared: the event is not there any more',
      'it could not be looked at: throttled',
    ]);
  });
});

describe('a host that was held up', () => {
  it('asks for no start twenty seconds after the run was saved: others may have given it up', async () => {
    const world = createWorld();
    await createEngine(world).accept(toDraft({ plan }));
    const frozen = openHost({
      ...world,
      ledger: {
        ...world.ledger,
        async loadEvent(id) {
          world.clock.pass(21);
          return world.ledger.loadEvent(id);
        },
      },
    });
    const run = await frozen.engine.tell(runId, due);
    expect(frozen.asked).toEqual([]);
    expect(run).toMatchObject({ status: 'starting', attempts: [{ start: { unknownAnswers: 1 } }] });
  });
});
