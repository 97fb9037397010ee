import type { Announcer } from '../../shared/announcers/announcer.ts';
import type { PayloadStore } from '../../shared/payloads/payload-store.ts';
import type { Engine, World } from '../../shared/runs/engine.ts';
import type { Order } from '../../shared/runs/order.ts';
import { isFinished, type Run } from '../../shared/runs/run.ts';
import { type Clock, createClock } from './clock.ts';
import { createMemoryLedger } from './memory-ledger.ts';
import { type Course, createScriptedTarget, type ScriptedTarget } from './scripted-target.ts';

/** An engine's world in this process; everything that it tells others is kept. */
export type TestWorld = World & {
  readonly announcers: { readonly bus: Announcer };
  readonly clock: Clock;
  readonly target: ScriptedTarget;
  /** As `started 1`, in the order they were delivered. */
  readonly announced: readonly string[];
  readonly warned: readonly string[];
  readonly woken: readonly number[];
  readonly put: ReadonlyMap<string, string>;
};

/** Its jobs succeed after ten seconds, unless `courseOf` says otherwise. */
export function createWorld(courseOf: (order: Order) => Course = () => ({ seconds: 10 })): TestWorld {
  const clock = createClock();
  const target = createScriptedTarget(clock.now, courseOf);
  const announced: string[] = [];
  const warned: string[] = [];
  const woken: number[] = [];
  const put = new Map<string, string>();
  const payloads: PayloadStore = {
    async put({ id }, text) {
      const uri = `memory:///${id}.json`;
      put.set(uri, text);
      return { uri, sha256: 'not-needed-here', sizeBytes: text.length };
    },
    async get({ uri }) {
      return put.get(uri) ?? '';
    },
    async remove({ uri }) {
      put.delete(uri);
    },
  };
  const announcer: Announcer = {
    async announce(_run, { what, attempt }) {
      announced.push(`${what} ${attempt}`);
    },
  };
  return {
    clock,
    target,
    announced,
    warned,
    woken,
    put,
    ledger: createMemoryLedger(clock.now),
    targets: { process: target },
    payloads,
    announcers: { bus: announcer },
    waker: {
      async wake({ dueAt }) {
        if (dueAt !== undefined) woken.push(dueAt);
      },
    },
    now: clock.now,
    warn: (_runId, problem) => void warned.push(problem),
  };
}

/** Gives a run its turn whenever it's due, and nothing else, until it has ended and owes nothing. */
export async function drive(world: TestWorld, engine: Engine, runId: string): Promise<Run> {
  for (let looks = 0; looks < 300; looks++) {
    const run = await world.ledger.load(runId);
    if (run === undefined) throw new Error('it is not in the ledger');
    if (isFinished(run) && run.outbox.length === 0) return run;
    if (run.dueAt === undefined) throw new Error(`it is ${run.status} and never due`);
    world.clock.passTo(run.dueAt);
    await engine.tell(runId, { kind: 'due' });
  }
  throw new Error('it has not ended after 300 looks');
}
