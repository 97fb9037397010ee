import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSweep, reserveMs } from '../../shared/router/sweep.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Order } from '../../shared/runs/order.ts';
import { createPace, type PaceOptions } from '../../shared/runs/pace.ts';
import { createPacedTarget } from '../../shared/targets/paced.ts';
import type { StartAnswer, Target } from '../../shared/targets/target.ts';
import { start, toDraft, toPlan, toRunId } from '../support/draft.ts';
import { createMemoryLedger } from '../support/memory-ledger.ts';
import { createScriptedTarget } from '../support/scripted-target.ts';
import { createWorld } from '../support/world.ts';

const now = () => Date.now();
const twoASecond: PaceOptions = { perSecond: 2, least: 1, most: 2, burst: 1 };
const inline = { tier: 'inline', text: '{}' } as const;
const throttled: StartAnswer = { kind: 'refused', cause: { class: 'throttled', reason: 'too many' } };
const noTurn = { kind: 'unknown', reason: 'its turn at the pace of the service did not come in its time' };

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

/** A target at two starts a second; `begun` has the seconds at which the service was asked. */
function createPaced({ answer, isWaiting = true }: { answer?: StartAnswer; isWaiting?: boolean } = {}) {
  const begun: number[] = [];
  const pace = createPace(twoASecond);
  const scripted = createScriptedTarget(now, () => ({ seconds: 1 }));
  const service: Target = {
    ...scripted,
    async start(order, event) {
      begun.push((now() - start) / 1000);
      return answer ?? scripted.start(order, event);
    },
  };
  return { begun, pace, paced: createPacedTarget(service, { pace, isWaiting, now }) };
}

/** Asks for that many starts at once, and says when each was answered, in seconds, and what. */
async function startAll(paced: Target, count: number, by?: number) {
  const how = { isRepeat: false, ...(by === undefined ? {} : { by: start + by * 1000 }) };
  const answers = Array.from({ length: count }, async (_, number) => {
    const answer = await paced.start(toOrder(number), inline, how);
    return { at: (now() - start) / 1000, answer };
  });
  await vi.advanceTimersByTimeAsync(60_000);
  return Promise.all(answers);
}

const toOrder = (number: number) => ({ token: `${toRunId(number)}-1-1` }) as Order;

describe('starts at a pace', () => {
  it('wait for their turn, one after the other', async () => {
    const { begun, paced } = createPaced();
    const answers = await startAll(paced, 4);
    expect(begun).toEqual([0, 0.5, 1, 1.5]);
    expect(answers.map(({ answer }) => answer.kind)).toEqual(['started', 'started', 'started', 'started']);
  });

  it('do not wait when somebody asked the pace before', async () => {
    const { begun, paced } = createPaced({ isWaiting: false });
    await startAll(paced, 3);
    expect(begun).toEqual([0, 0, 0]);
  });

  it('are not asked for when their turn would come after their time', async () => {
    const { begun, paced } = createPaced();
    const answers = await startAll(paced, 4, 1.2);
    expect(begun).toEqual([0, 0.5, 1]);
    expect(answers[3]).toEqual({ at: 1, answer: noTurn });
  });

  it('are asked for when it comes in the last moment of their time', async () => {
    const { begun, paced } = createPaced();
    await startAll(paced, 3, 1);
    expect(begun).toEqual([0, 0.5, 1]);
  });

  it('take no place when they come too late: it is the next one’s', async () => {
    const { begun, pace, paced } = createPaced();
    expect(await paced.start(toOrder(1), inline, { isRepeat: false, by: start - 1 })).toEqual(noTurn);
    expect(begun).toEqual([]);
    expect(pace.ask(start)).toBe(0);
  });

  it('take no place when they were held up while they waited', async () => {
    const { begun, pace, paced } = createPaced();
    pace.ask(start);
    const answer = paced.start(toOrder(1), inline, { isRepeat: false, by: start + 1000 });
    // As a frozen function does: its timer rings long after its time.
    vi.setSystemTime(start + 300_000);
    await vi.advanceTimersByTimeAsync(500);
    expect(await answer).toEqual(noTurn);
    expect(begun).toEqual([]);
    expect(pace.ask(now())).toBe(0);
  });

  it('tell the pace that the service is busy', async () => {
    const { pace, paced } = createPaced({ answer: throttled, isWaiting: false });
    await startAll(paced, 1);
    pace.ask(now());
    expect(pace.ask(now())).toBeCloseTo(1000 / (2 * 0.7), 2);
  });
});

describe('a sweep that finds a hundred owed starts of a service that takes two a second', () => {
  it('is over within its reserve, and the next ones go on', async () => {
    const { begun, paced } = createPaced();
    const lost: Target = { ...paced, start: async () => ({ kind: 'unknown', reason: 'no answer' }) };
    const world = { ...createWorld(), now, ledger: createMemoryLedger(now) };
    const plan = toPlan({ startTimeoutSeconds: 600 });
    for (let number = 0; number < 100; number++) {
      const engine = createEngine({ ...world, targets: { process: lost }, startsAtOnce: () => true });
      await engine.accept(toDraft({ id: toRunId(number), plan }));
    }
    await vi.advanceTimersByTimeAsync(60_000);

    const engine = createEngine({ ...world, targets: { process: paced } });
    const sweep = createSweep({ ...world, engine, waker: world.waker });
    const passes: { readonly seconds: number; readonly begun: number }[] = [];
    for (let pass = 0; pass < 3; pass++) {
      const [at, before] = [now(), begun.length];
      // Its time is up as soon as it has begun.
      const seconds = sweep(at + 1).then(() => (now() - at) / 1000);
      await vi.advanceTimersByTimeAsync(60_000);
      passes.push({ seconds: await seconds, begun: begun.length - before });
    }
    for (const { seconds } of passes) expect(seconds).toBeLessThan(reserveMs / 1000);
    expect(passes.map((pass) => pass.begun)).toEqual([41, 41, 18]);
  });
});
