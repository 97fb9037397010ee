import type { Announcer } from '../announcers/announcer.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import type { Target } from '../targets/target.ts';
import type { Waker } from '../wakers/waker.ts';
import { decide } from './decide.ts';
import type { Input } from './input.ts';
import { type Accepted, type Draft, type Ledger, LedgerError } from './ledger.ts';
import { perform } from './perform.ts';
import { type EpochMs, liveAttempt, type Run } from './run.ts';

/** How often a save is tried again when others keep saving the same run. */
const saveTries = 20;
/** No chain of effects is this long; one that is would be a fault of `decide`. */
const longestChain = 50;

export type World = {
  readonly ledger: Ledger;
  /** By the name that a plan's work gives. */
  readonly targets: Readonly<Record<string, Target>>;
  readonly payloads: PayloadStore;
  readonly announcer: Announcer;
  readonly waker: Waker;
  readonly now: () => EpochMs;
  /** Tells of what went wrong and is tried again. */
  readonly warn: (runId: string, problem: string) => void;
};

export type Engine = {
  /** Stores a run. Once this returns, the delivery may be acknowledged for it. Throws LedgerError. */
  accept(draft: Draft): Promise<Accepted>;
  /**
   * Tells a run what happened, saves what it becomes, and performs what it owes until nothing is left to do now.
   * Without an input it only performs what is owed. Gives undefined for a run that isn't there. Throws LedgerError.
   */
  tell(runId: string, ...inputs: Input[]): Promise<Run | undefined>;
};

/** The shell around `decide`: load, decide, save, perform, and tell the engine what came of it. */
export function createEngine(world: World): Engine {
  const { ledger, waker, now } = world;
  const serially = createQueueByKey();

  return {
    async accept(draft) {
      const settle = (run: Run, lostRecords: readonly number[]) =>
        decide(run, { kind: 'accepted', lostRecords }, now());
      const accepted = await ledger.accept(draft, settle);
      if (accepted.outcome === 'accepted') await wakeFor(accepted.run);
      return accepted;
    },

    tell(runId, ...inputs) {
      return serially(runId, () => tell(runId, inputs));
    },
  };

  async function tell(runId: string, first: readonly Input[]): Promise<Run | undefined> {
    let inputs = first;
    for (let link = 0; link < longestChain; link++) {
      const run = await save(runId, inputs);
      const owed = run?.outbox.filter(({ notBefore }) => notBefore <= now()) ?? [];
      if (run === undefined || owed.length === 0) return run;
      inputs = (await Promise.all(owed.map((effect) => perform(world, run, effect)))).flat();
    }
    throw new Error(`run ${runId}: its effects go round in circles`);
  }

  async function save(runId: string, inputs: readonly Input[]): Promise<Run | undefined> {
    for (let tries = 0; tries < saveTries; tries++) {
      const run = await ledger.load(runId);
      if (run === undefined) return undefined;
      const all = [...toUnheard(run, inputs, now()), ...inputs];
      const decided = all.reduce((before, input) => decide(before, input, now()), run);
      if (decided === run) return run;
      const saved = await ledger.save(decided);
      if (saved) {
        await wakeFor(saved);
        return saved;
      }
    }
    throw new LedgerError(
      `run ${runId} could not be saved: it was changed by others ${saveTries} times in a row`,
    );
  }

  /** A wake-up that can't be asked for is only slower: the ledger has the date. */
  async function wakeFor({ id, dueAt }: Run): Promise<void> {
    if (dueAt === undefined) return;
    await waker
      .wake(id, dueAt)
      .catch((error: unknown) => world.warn(id, `no wake-up could be asked for: ${error}`));
  }
}

/**
 * A start that was owed before may be on its way by someone who died, or is slower: its answer is unknown until heard.
 * Otherwise a busy target's refusal of a second call would be taken for one of the first.
 */
function toUnheard(run: Run, inputs: readonly Input[], now: EpochMs): readonly Input[] {
  const start = liveAttempt(run)?.start;
  if (start === undefined || start.unknownAnswers > 0) return [];
  const { token } = start;
  const isOwed = run.outbox.some(
    (effect) => effect.kind === 'start' && effect.token === token && effect.notBefore <= now,
  );
  const isHeard = inputs.some((input) => input.kind === 'start-answered' && input.token === token);
  const answer = { kind: 'unknown', reason: 'it was asked before, and no answer was heard' } as const;
  return isOwed && !isHeard ? [{ kind: 'start-answered', token, answer }] : [];
}

/** Work for one key is done one after the other, in the order it came; different keys don't wait for each other. */
function createQueueByKey() {
  const last = new Map<string, Promise<unknown>>();
  return async function serially<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
