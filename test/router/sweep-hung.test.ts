import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSweep, type Swept } from '../../shared/router/sweep.ts';
import { toEndBy } from '../../shared/router/sweep-time.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import { createGatheringTarget } from '../../shared/targets/gathered.ts';
import type { Target } from '../../shared/targets/target.ts';
import { start, toDraft, toPlan, toRunId } from '../support/draft.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { createWorld } from '../support/world.ts';

const pass = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));
const now = () => Date.now();

/** Runs `hung` at a service that takes starts, and then answers nothing; others are at one that says all is well. */
async function createTrouble(hung: number) {
  const base = createWorld();
  const slow: Target = {
    ...base.target,
    start: async ({ token }) => ({ kind: 'started', externalId: token, startedAt: now() }),
    async describe() {
      await pass(10);
      throw new Error('no answer within 10 s');
    },
    async stop() {
      await pass(10);
      return { kind: 'unknown', reason: 'no answer within 10 s' };
    },
  };
  const well: Target = {
    ...slow,
    describe: async (handles) =>
      handles.map(({ token }) => ({ token, state: 'ended', startedAt: start, endedAt: now() })),
  };
  const gather = (target: Target) => createGatheringTarget(target, { gatherMs: 100, now });
  let isBusUp = true;
  const announced: string[] = [];
  const world = {
    ...base,
    ledger: createMemoryLedger(now),
    now,
    targets: { process: gather(slow), codebuild: gather(well) },
    announcers: {
      bus: {
        async announce({ id }: { readonly id: string }) {
          if (!isBusUp) throw new Error('the bus is down');
          announced.push(id);
        },
      },
    },
  };
  const engine = createEngine(world);
  const atWell = toPlan({ timeoutSeconds: 86_400, work: { target: 'codebuild', project: 'site' } });
  const woken: string[] = [];

  for (let number = 0; number < hung; number++) {
    await engine.accept(toDraft({ id: toRunId(number), plan: toPlan({ timeoutSeconds: 86_400 }) }));
    await engine.tell(toRunId(number), { kind: 'due' });
  }
  return {
    woken,
    announced,
    ledger: world.ledger,
    /** One at the service that answers, which has ended since. Due later than the hung ones. */
    async begin(id: string) {
      await engine.accept(toDraft({ id, plan: atWell }));
      await engine.tell(id, { kind: 'due' });
    },
    async queue(id: string) {
      await engine.accept(toDraft({ id, plan: atWell, createdAt: now() }));
    },
    /** Its first attempt failed; the next one is far off. */
    async retryIn(id: string, intervalSeconds: number) {
      const failure = { class: 'exit-code', reason: 'exited with code 1', exitCode: 1 } as const;
      const plan = { ...atWell, retry: { ...atWell.retry, attempts: 2, intervalSeconds } };
      await engine.accept(toDraft({ id, plan }));
      await engine.tell(id, { kind: 'due' });
      const report = { token: `${id}-1-1`, state: 'ended', endedAt: now(), failure } as const;
      await engine.tell(id, { kind: 'reported', report });
    },
    async cancelUnannounced(id: string) {
      await engine.accept(toDraft({ id, plan: atWell }));
      isBusUp = false;
      await engine.tell(id, { kind: 'cancel-asked' });
      isBusUp = true;
    },
    /** In a function that has 300 seconds for it. */
    async sweep(): Promise<Swept & { readonly seconds: number }> {
      const at = now();
      const waker = { wake: async ({ id }: { readonly id: string }) => void woken.push(id) };
      const swept = createSweep({ engine, ledger: world.ledger, waker, now, warn: () => {} })(
        toEndBy(at, 300_000),
      ).then((result) => ({ ...result, seconds: (now() - at) / 1000 }));
      await vi.advanceTimersByTimeAsync(300_000);
      return swept;
    },
  };
}

describe('a pass in which one service does not answer', () => {
  beforeEach(() => void vi.useFakeTimers({ now: start }));
  afterEach(() => void vi.useRealTimers());

  it('sends wake-ups that are far off or lost, looks at runs elsewhere, and tells the news, in good time', async () => {
    const trouble = await createTrouble(250);
    await vi.advanceTimersByTimeAsync(1000);
    await trouble.begin(toRunId(1001));
    await trouble.retryIn(toRunId(1003), 1000);
    await vi.advanceTimersByTimeAsync(829_000);
    await trouble.queue(toRunId(1002));
    await trouble.cancelUnannounced(toRunId(1004));
    await vi.advanceTimersByTimeAsync(121_000);

    const swept = await trouble.sweep();
    expect(trouble.woken.toSorted()).toEqual([toRunId(1002), toRunId(1003)]);
    expect(await trouble.ledger.load(toRunId(1001))).toMatchObject({ status: 'succeeded' });
    expect(trouble.announced).toContain(toRunId(1004));
    expect(swept).toMatchObject({ looked: 251, isComplete: true });
    expect(swept.seconds).toBeLessThan(30);
  });
});
