import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine, type World } from '../../shared/runs/engine.ts';
import type { Input } from '../../shared/runs/input.ts';
import { isFinished } from '../../shared/runs/run.ts';
import type { Report } from '../../shared/targets/target.ts';
import { runId, toDraft, toPlan } from '../support/draft.ts';
import type { Course } from '../support/scripted-target.ts';
import { createSlowTarget } from '../support/slow-target.ts';
import { exited } from '../support/story.ts';
import { createWorld, drive } from '../support/world.ts';

/** FC_RUNS=20000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 400);

/**
 * What happens to one run in a world of many routers, each of which lives for one turn, and may die at any call.
 * `nth` picks one of the calls, or of the news, that there have been so far, the newest first.
 */
type Step =
  | { readonly kind: 'pass'; readonly seconds: number }
  /** A new router gives the run its turn, performs what it owes, or is asked to cancel it. */
  | { readonly kind: 'due' | 'visit' | 'cancel' }
  | { readonly kind: 'arrive' | 'answer' | 'lose' | 'throttle' | 'refuse'; readonly nth: number }
  /** Somebody looks at what the target has; the news of it may come at once, later, often, or never. */
  | { readonly kind: 'look' }
  | { readonly kind: 'hear'; readonly nth: number };

const courses: readonly Course[] = [
  { seconds: 5 },
  { seconds: 5, failure: exited(1) },
  { seconds: 20, failure: { class: 'interrupted', reason: 'the machine was taken back' } },
  { seconds: 100_000 },
];

async function live(steps: readonly Step[], natures: readonly Course[]) {
  const world = createWorld(({ attempt }) => natures[attempt - 1] ?? { seconds: 5 });
  const { slow, calls } = createSlowTarget(world.target);
  const many: World = { ...world, targets: { process: slow } };
  const plan = toPlan({
    timeoutSeconds: 300,
    startTimeoutSeconds: 120,
    retry: { attempts: 2, intervalSeconds: 5 },
  });
  await createEngine(world).accept(toDraft({ plan }));
  const news: Report[] = [];
  const tell = (...inputs: Input[]) => void createEngine(many).tell(runId, ...inputs);

  for (const step of steps) {
    const call = 'nth' in step ? calls.at(-1 - step.nth) : undefined;
    switch (step.kind) {
      case 'pass':
        world.clock.pass(step.seconds);
        break;
      case 'due':
        world.clock.passTo((await world.ledger.load(runId))?.dueAt ?? 0);
        tell({ kind: 'due' });
        break;
      case 'visit':
        tell();
        break;
      case 'cancel':
        tell({ kind: 'cancel-asked' });
        break;
      case 'arrive':
        await call?.arrive();
        break;
      case 'answer':
        await call?.answer();
        break;
      case 'lose':
        call?.lose();
        break;
      case 'throttle':
        call?.refuse('throttled');
        break;
      case 'refuse':
        call?.refuse('no-capacity');
        break;
      case 'look': {
        const run = await world.ledger.load(runId);
        const token = run?.attempts.at(-1)?.start.token;
        if (run && token) news.push(...(await world.target.describe([{ token, work: run.plan.work }])));
        break;
      }
      case 'hear': {
        const report = news.at(-1 - step.nth);
        if (report) tell({ kind: 'reported', report });
        break;
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { world, calls };
}

describe('an engine among slow, dying and forgetful routers', () => {
  it('starts each token once and one job at a time, and every run ends', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        steps(),
        fc.array(fc.constantFrom(...courses), { minLength: 2, maxLength: 2 }),
        async (happenings, natures) => {
          const { world, calls } = await live(happenings, natures);
          // Now all is well: what was on its way arrives or never does, and a router that works takes over.
          for (const [index, call] of calls.entries()) if (index % 2 === 0) await call.arrive();
          const run = await drive(world, createEngine(world), runId);
          expect(isFinished(run)).toBe(true);
          for (const call of calls) await call.arrive();
          expect(world.target.mostAtOnce()).toBeLessThanOrEqual(1);
          expect([...world.target.begun.values()].every((times) => times === 1)).toBe(true);
          expect(new Set(world.target.calls.map(({ order }) => JSON.stringify(order))).size).toBe(
            new Set(world.target.calls.map(({ order }) => order.token)).size,
          );
          expect(run.attempts.length).toBeLessThanOrEqual(2);
          expect(world.announced).toContain(`${run.status} ${run.attempts.length}`);
          seen.set(run.status, (seen.get(run.status) ?? 0) + 1);
        },
      ),
      { numRuns },
    );
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['succeeded', 'failed', 'cancelled']));
  });
});

function steps(): fc.Arbitrary<Step[]> {
  const nth = fc.constantFrom(0, 0, 0, 1, 2, 5);
  const seconds = fc.constantFrom(0.2, 2, 10, 31, 120, 700);
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('due' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('visit' as const, 'look' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const) }) },
    {
      weight: 10,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'arrive' as const,
          'answer' as const,
          'answer' as const,
          'lose' as const,
          'throttle' as const,
          'refuse' as const,
          'hear' as const,
        ),
        nth,
      }),
    },
  );
  return fc.array(step, { maxLength: 40, size: 'max' });
}
