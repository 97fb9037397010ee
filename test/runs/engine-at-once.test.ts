import { describe, expect, it } from 'vitest';
import { decide } from '../../shared/runs/decide.ts';
import { createEngine, type World } from '../../shared/runs/engine.ts';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import type { Run } from '../../shared/runs/run.ts';
import type { Target } from '../../shared/targets/target.ts';
import { runId, start, toDraft, toRunId } from '../support/draft.ts';
import { createWorld, type TestWorld } from '../support/world.ts';

const first = `${runId}-1-1`;

/** As in AWS where nobody listens to announcements, and whoever accepts a run starts it. */
function toCloud(world: TestWorld, change: Partial<World> = {}): World {
  return { ...world, announcers: {}, startsAtOnce: () => true, ...change };
}

/** Counts the calls of a ledger by name. */
function counted(ledger: Ledger): { readonly ledger: Ledger; readonly calls: string[] } {
  const calls: string[] = [];
  const proxy = new Proxy(ledger, {
    get(target, name: keyof Ledger) {
      return (...told: unknown[]) => {
        calls.push(name);
        return Reflect.apply(target[name], target, told);
      };
    },
  });
  return { ledger: proxy, calls };
}

describe('a run that is started by whoever accepts it', () => {
  it('costs two writes of the ledger and one start, and nothing is read', async () => {
    const world = createWorld();
    const { ledger, calls } = counted(world.ledger);
    const accepted = await createEngine(toCloud(world, { ledger })).accept(toDraft());
    expect(accepted).toMatchObject({ outcome: 'accepted', run: { id: runId, status: 'running' } });
    expect(calls).toEqual(['accept', 'save']);
    expect(world.target.calls.map(({ order }) => order.token)).toEqual([first]);
  });

  it('is saved as starting before the target hears of it', async () => {
    const world = createWorld();
    const seen: (string | undefined)[] = [];
    const target = {
      ...world.target,
      start: async (...told: Parameters<typeof world.target.start>) => {
        seen.push((await world.ledger.load(runId))?.status);
        return world.target.start(...told);
      },
    };
    await createEngine(toCloud(world, { targets: { process: target } })).accept(toDraft());
    expect(seen).toEqual(['starting']);
  });

  it('is accepted although its start can not be saved, and started once all the same', async () => {
    const world = createWorld();
    const save: Ledger['save'] = async () => {
      throw new LedgerError('down');
    };
    const engine = createEngine(toCloud(world, { ledger: { ...world.ledger, save } }));
    expect(await engine.accept(toDraft())).toMatchObject({
      outcome: 'accepted',
      run: { status: 'starting' },
    });
    expect(world.warned).toEqual(['it is in the ledger, and what it owes is done later: down']);
    world.clock.pass(31);
    const later = await createEngine(toCloud(world)).tell(runId, { kind: 'due' });
    expect(later).toMatchObject({ status: 'starting' });
    world.clock.pass(5);
    await createEngine(toCloud(world)).tell(runId, { kind: 'due' });
    expect(await world.ledger.load(runId)).toMatchObject({ status: 'running' });
    expect(world.target.begun.get(first)).toBe(1);
  });

  it('waits for a while when the target is busy, with a wake-up asked for', async () => {
    const world = createWorld();
    world.target.bury('nothing', { class: 'rejected', reason: 'no' });
    const target = {
      ...world.target,
      start: async () => ({ kind: 'refused', cause: { class: 'throttled', reason: 'busy' } }) as const,
    };
    const engine = createEngine(toCloud(world, { targets: { process: target } }));
    const { run } = await engine.accept(toDraft());
    expect(run).toMatchObject({ status: 'waiting', next: { attempt: 1, start: 2 } });
    expect(world.woken).toEqual([run?.next?.at]);
  });

  it('is left to the line when there is no room', async () => {
    const world = createWorld();
    const engine = createEngine(toCloud(world, { startsAtOnce: () => false }));
    expect(await engine.accept(toDraft())).toMatchObject({ run: { status: 'queued' } });
    expect(world.woken).toEqual([start]);
    expect(world.target.calls).toEqual([]);
  });

  it('is not started by a second delivery of the same, but gone on with when it is overdue', async () => {
    const world = createWorld();
    const engine = createEngine(toCloud(world, { startsAtOnce: () => false }));
    await engine.accept(toDraft());
    const soon = createEngine(toCloud(world));
    const again = await soon.accept(toDraft());
    expect(again).toMatchObject({ outcome: 'duplicate', run: { status: 'running' } });
    await soon.accept(toDraft());
    expect(world.target.begun.get(first)).toBe(1);
  });

  it('is gone on with when it is delivered again, and its announcements are still left to others', async () => {
    const world = createWorld();
    const trigger = { startsAtOnce: () => false, announcers: world.announcers, announcesLater: true };
    await createEngine(toCloud(world, trigger)).accept(toDraft());
    const soon = createEngine(toCloud(world, { ...trigger, startsAtOnce: () => true }));
    const again = await soon.accept(toDraft());
    expect(again.run).toMatchObject({ status: 'running', outbox: [{ kind: 'announce', to: 'bus' }] });
    expect(world.announced).toEqual([]);
    await createEngine(toCloud(world, { announcers: world.announcers })).tell(runId);
    expect(world.announced).toEqual(['started 1']);
  });

  it('waits in line when it is delivered again and there is no room: it is only reminded of', async () => {
    const world = createWorld();
    const engine = createEngine(toCloud(world, { startsAtOnce: () => false }));
    await engine.accept(toDraft());
    const asked = world.woken.length;
    expect(await engine.accept(toDraft())).toMatchObject({ outcome: 'duplicate', run: { status: 'queued' } });
    expect(world.woken).toHaveLength(asked + 1);
    expect(world.target.calls).toEqual([]);
  });

  it('has what it owes before its turn done when it is delivered again, and is not started for that', async () => {
    const world = createWorld();
    const stopped: (string | undefined)[] = [];
    const target: Target = {
      ...world.target,
      async stop({ externalId }) {
        stopped.push(externalId);
        return { kind: 'asked' };
      },
    };
    const cloud = toCloud(world, { startsAtOnce: () => false, targets: { process: target } });
    await createEngine(cloud).accept(toDraft());
    const run = await world.ledger.load(runId);
    const twin = { token: `${runId}-0-1`, externalId: 'twin', state: 'running', startedAt: start } as const;
    const next = { attempt: 1, start: 1, at: start + 600_000 };
    if (run) await world.ledger.save(decide({ ...run, next }, { kind: 'reported', report: twin }, start));
    world.clock.pass(60);
    const again = await createEngine(cloud).accept(toDraft());
    expect(again).toMatchObject({ outcome: 'duplicate', run: { status: 'queued', outbox: [] } });
    expect(stopped).toEqual(['twin']);
    expect(world.target.calls).toEqual([]);
  });

  it('gets what was stored, when an earlier call had stored it and was cut off', async () => {
    const world = createWorld();
    const accept: Ledger['accept'] = async (draft, settle) => {
      const accepted = await world.ledger.accept({ ...draft, event: '"stored"' }, settle);
      return accepted.outcome === 'accepted' ? { ...accepted, isStored: true } : accepted;
    };
    const engine = createEngine(toCloud(world, { ledger: { ...world.ledger, accept } }));
    await engine.accept(toDraft({}, { event: '"delivered again"' }));
    expect(world.target.calls.map(({ event }) => event)).toEqual([{ tier: 'inline', text: '"stored"' }]);
  });

  it('is not started when it has failed already: an event that can not be read', async () => {
    const world = createWorld();
    const failed: Partial<Run> = {
      status: 'failed',
      endedAt: start,
      cause: { class: 'bad-event', reason: 'no JSON' },
    };
    await createEngine(toCloud(world)).accept(toDraft(failed));
    expect(world.target.calls).toEqual([]);
    expect(await world.ledger.load(runId)).toMatchObject({ status: 'failed' });
  });

  it('brings those with it that were cut off while they were being accepted', async () => {
    const world = createWorld();
    const accept: Ledger['accept'] = async (draft, settle) => {
      const other = await world.ledger.accept(toDraft({ id: toRunId(7) }), settle);
      const own = await world.ledger.accept(draft, settle);
      return { ...own, recovered: other.run ? [other.run] : [] };
    };
    const engine = createEngine(toCloud(world, { ledger: { ...world.ledger, accept } }));
    await engine.accept(toDraft());
    expect([...world.target.begun.keys()]).toEqual([`${toRunId(7)}-1-1`, first]);
    expect(await world.ledger.load(toRunId(7))).toMatchObject({ status: 'running' });
  });

  it('owes no announcement where nobody listens', async () => {
    const world = createWorld();
    const { run } = await createEngine(toCloud(world)).accept(toDraft());
    expect(run?.outbox).toEqual([]);
  });
});

describe('an event that is too big and has nowhere to go', () => {
  it('fails its run at once, with the reason, and starts nothing', async () => {
    const { createNoPayloadStore } = await import('../../shared/payloads/none.ts');
    const world = createWorld();
    const engine = createEngine(toCloud(world, { payloads: createNoPayloadStore() }));
    const { run } = await engine.accept(toDraft({}, { event: JSON.stringify('x'.repeat(1001)) }));
    expect(run).toMatchObject({
      status: 'failed',
      cause: {
        class: 'rejected',
        reason: `the event of run ${runId} (1003 bytes) is too big for its target, and no payload store is set up`,
      },
    });
    expect(world.target.calls).toEqual([]);
  });
});
