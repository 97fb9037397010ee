import { describe, expect, it } from 'vitest';
import { createWakeUps } from '../../shared/router/wake-ups.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import { runId, start, toDraft, toRunId } from '../support/draft.ts';
import { createWorld, type TestWorld } from '../support/world.ts';

const toBatch = (...bodies: string[]) => ({
  Records: bodies.map((body, index) => ({ messageId: `message-${index}`, body })),
});
const wakeUp = (id: string, at = start) => JSON.stringify({ runId: id, at });

function toWakeUps(world: TestWorld) {
  const warned: [string, unknown][] = [];
  const warn = (messageId: string, problem: unknown) => void warned.push([messageId, problem]);
  const { now } = world;
  return { follow: createWakeUps({ engine: createEngine(world), now, warn }), warned };
}

async function withQueued(...ids: readonly string[]) {
  const world = createWorld();
  for (const id of ids) await createEngine(world).accept(toDraft({ id }));
  return world;
}

describe('a wake-up', () => {
  it('gives its run its turn', async () => {
    const world = await withQueued(runId);
    expect(await toWakeUps(world).follow(toBatch(wakeUp(runId)))).toEqual({ batchItemFailures: [] });
    expect(await world.ledger.load(runId)).toMatchObject({ status: 'running' });
  });

  it('that comes twice starts nothing twice', async () => {
    const world = await withQueued(runId);
    const { follow } = toWakeUps(world);
    await follow(toBatch(wakeUp(runId), wakeUp(runId)));
    await follow(toBatch(wakeUp(runId)));
    expect(world.target.begun.get(`${runId}-1-1`)).toBe(1);
  });

  it('that comes a moment before its time waits for it', async () => {
    const world = await withQueued(runId);
    const begun = performance.now();
    await toWakeUps(world).follow(toBatch(wakeUp(runId, start + 30)));
    expect(performance.now() - begun).toBeGreaterThan(28);
    expect(await world.ledger.load(runId)).toMatchObject({ status: 'running' });
  });

  it('that comes long before its time comes again, and no other is sent in its place', async () => {
    const world = await withQueued(runId);
    const before = world.woken.length;
    expect(await toWakeUps(world).follow(toBatch(wakeUp(runId, start + 5001)))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect(world.target.calls).toEqual([]);
    expect(world.woken.length).toBe(before);
  });

  it('of a run that is gone is done with', async () => {
    const world = createWorld();
    const { follow, warned } = toWakeUps(world);
    expect(await follow(toBatch(wakeUp(runId), wakeUp(runId, start + 5)))).toEqual({ batchItemFailures: [] });
    expect(warned).toEqual([]);
  });

  it('that can not be followed comes again, and holds up none of the others', async () => {
    const world = await withQueued(toRunId(1), toRunId(2));
    const load = world.ledger.load;
    const broken = new LedgerError('down');
    const ledger = {
      ...world.ledger,
      load: (id: string) => (id === toRunId(1) ? Promise.reject(broken) : load(id)),
    };
    const { follow, warned } = toWakeUps({ ...world, ledger });
    expect(await follow(toBatch(wakeUp(toRunId(1)), wakeUp(toRunId(2))))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }],
    });
    expect(warned).toEqual([['message-0', broken]]);
    expect(await load(toRunId(2))).toMatchObject({ status: 'running' });
  });

  it('that is none is left out and told of: it would stay so', async () => {
    const { follow, warned } = toWakeUps(createWorld());
    expect(await follow(toBatch('{"runId":"../x","at":0}'))).toEqual({ batchItemFailures: [] });
    expect(warned).toEqual([['message-0', 'it is no wake-up']]);
  });

  it.each([undefined, {}, { Records: 7 }, { Records: [{ body: '{}' }] }])(
    'batch that is none throws, so that nothing is taken for done: %j',
    async (payload) => {
      await expect(toWakeUps(createWorld()).follow(payload)).rejects.toThrow(
        'the payload is no batch of SQS messages',
      );
    },
  );
});
