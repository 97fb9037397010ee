import type { Announcers } from '../announcers/announcer.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import type { Target } from '../targets/target.ts';
import { toMessage } from '../to-message.ts';
import type { Waker } from '../wakers/waker.ts';
import { decide } from './decide.ts';
import { settle } from './due.ts';
import type { Input } from './input.ts';
import { toLane } from './lane.ts';
import { type Accepted, type Draft, type Ledger, LedgerError } from './ledger.ts';
import { isDue, lacksPlace } from './on-due.ts';
import { perform } from './perform.ts';
import { type EpochMs, liveAttempt, type Run } from './run.ts';

/** How often a save is tried again when others keep saving the same run. */
const saveTries = 20;
/** No chain of effects is this long; one that is would be a fault of `decide`. */
const longestChain = 50;
/** A start is asked for only so long after the run was saved or read: then others take over, and may give it up. */
const youngMs = 20_000;

export type World = {
  readonly ledger: Ledger;
  /** By the name that a plan's work gives. */
  readonly targets: Readonly<Record<string, Target>>;
  readonly payloads: PayloadStore;
  readonly announcers: Announcers;
  /** Whoever accepts a run leaves its announcements to others: no acknowledgement waits for a bus that doesn't answer. */
  readonly announcesLater?: boolean;
  readonly waker: Waker;
  /** Whether a run that is being accepted is started by whoever accepts it; others wait to be given their turn. */
  readonly startsAtOnce?: (run: Run, event?: string) => boolean;
  readonly now: () => EpochMs;
  /** Sees each run as it was, undefined for one that is new, and as it was saved. */
  readonly saw?: (before: Run | undefined, after: Run) => void;
  /** Tells of what went wrong and is tried again. */
  readonly warn: (runId: string, problem: string) => void;
};

export type Engine = {
  /**
   * Stores a run, and starts it when `startsAtOnce`. Once this returns, the delivery may be acknowledged for it,
   * whatever became of the start. Throws LedgerError.
   */
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
      const at = now();
      const isNow =
        draft.run.status === 'collecting' &&
        !lacksPlace(draft.run, at) &&
        (world.startsAtOnce?.(draft.run, draft.event) ?? false);
      const settleOne = (run: Run, lostRecords: readonly number[]): Run => {
        const queued = decide(run, { kind: 'accepted', lostRecords }, at);
        return quieten(isNow ? decide(queued, { kind: 'due' }, at) : queued, at);
      };
      const accepted = await ledger.accept(draft, settleOne);
      const { outcome, run, recovered = [] } = accepted;
      for (const each of outcome === 'accepted' ? [accepted.run, ...recovered] : recovered) {
        world.saw?.(undefined, each);
      }
      for (const each of recovered) await goOn({ run: each, at });
      // What was stored is what every repeat of the start will send.
      if (outcome === 'accepted') {
        const event = accepted.isStored ? undefined : draft.event;
        return { ...accepted, run: await goOn({ run, at }, event) };
      }
      return run === undefined ? accepted : { ...accepted, run: await remind(run) };
    },

    tell(runId, ...inputs) {
      return serially(runId, () => tell(runId, inputs));
    },
  };

  /** Of a run that was just accepted: what it owes, or a wake-up for it. It's in the ledger, whatever fails now. */
  async function goOn(known: Known, event?: string): Promise<Run> {
    const { run } = known;
    const how = { announces: !world.announcesLater, ...(event === undefined ? {} : { event }) };
    if (toOwed(known, how).length === 0) {
      await wakeFor(run);
      return run;
    }
    return (await attended(run, () => serially(run.id, () => performAll(known, how)))) ?? run;
  }

  /** Of a run that was delivered again: whoever was at it may have died since. */
  async function remind(run: Run): Promise<Run> {
    const isOverdue = run.dueAt !== undefined && run.dueAt <= now();
    if (!isOverdue || world.startsAtOnce === undefined) return run;
    // One that waits in line goes on waiting there.
    if (toLane(run) === 'line' && !world.startsAtOnce(run)) {
      await wakeFor(run);
      return run;
    }
    const how = { announces: !world.announcesLater };
    return (await attended(run, () => serially(run.id, () => tell(run.id, [{ kind: 'due' }], how)))) ?? run;
  }

  async function attended(run: Run, work: () => Promise<Run | undefined>): Promise<Run | undefined> {
    try {
      return await work();
    } catch (error) {
      world.warn(run.id, `it is in the ledger, and what it owes is done later: ${toMessage(error)}`);
      return undefined;
    }
  }

  async function tell(
    runId: string,
    inputs: readonly Input[],
    how = { announces: true },
  ): Promise<Run | undefined> {
    const known = await save(runId, inputs);
    if (known === undefined) return undefined;
    // What is owed was owed before: whoever saved it is at it, until it's due again.
    if (inputs.length > 0 && !known.isNews) return known.run;
    return performAll(known, how);
  }

  /** What has come due since is for whoever takes it when it's due: it wasn't ours when the run was saved. */
  function toOwed({ run, at }: Known, { announces }: { readonly announces: boolean }) {
    return run.outbox.filter(({ kind, notBefore }) => notBefore <= at && (announces || kind !== 'announce'));
  }

  async function performAll(
    first: Known,
    { event, announces }: { readonly event?: string; readonly announces: boolean },
  ): Promise<Run | undefined> {
    let known = first;
    for (let link = 0; link < longestChain; link++) {
      const { run, at } = known;
      const owed = toOwed(known, { announces });
      if (owed.length === 0) return run;
      const how = { by: at + youngMs, ...(event === undefined ? {} : { event }) };
      const inputs = await Promise.all(owed.map((effect) => perform(world, run, effect, how)));
      const saved = await save(run.id, inputs.flat(), known);
      if (saved === undefined) return undefined;
      known = saved;
    }
    throw new Error(`run ${known.run.id}: its effects go round in circles`);
  }

  /** `known`: as it was saved last, as far as its holder knows. */
  async function save(
    runId: string,
    inputs: readonly Input[],
    known?: Known,
  ): Promise<(Known & { readonly isNews: boolean }) | undefined> {
    let placed: Input | undefined;
    for (let tries = 0; tries < saveTries; tries++) {
      const askedAt = now();
      const isKnown = tries === 0 && known !== undefined;
      const run = isKnown ? known.run : await ledger.load(runId);
      if (run === undefined) return undefined;
      placed ??= await askForPlace(run, inputs);
      const heard = withPlaced(inputs, placed);
      const at = now();
      const all = [...toUnheard(run, heard, at), ...heard];
      const told = all.reduce((before, input) => decide(before, input, at), run);
      const decided = quieten(told, at);
      if (decided === run) return { ...(isKnown ? known : { run, at: askedAt }), isNews: false };
      const saved = await ledger.save(decided);
      if (saved) {
        world.saw?.(run, saved);
        await wakeFor(saved);
        return { run: saved, at, isNews: true };
      }
    }
    throw new LedgerError(
      `run ${runId} could not be saved: it was changed by others ${saveTries} times in a row`,
    );
  }

  /** When its first turn comes. A place that isn't saved with the run, because we die or others are first, stays empty. */
  async function askForPlace(run: Run, inputs: readonly Input[]): Promise<Input | undefined> {
    const { maxRunsPerHour: most } = run.plan;
    const at = now();
    const takesTurn = inputs.some(({ kind }) => kind === 'due') && lacksPlace(run, at);
    if (most === undefined || !takesTurn) return undefined;
    return { kind: 'placed', hour: await ledger.takePlace(run.job, most, at), most };
  }

  /** A wake-up that can't be asked for is only slower: the ledger has the date. */
  async function wakeFor(run: Run): Promise<void> {
    if (run.dueAt === undefined) return;
    await waker
      .wake(run)
      .catch((error: unknown) => world.warn(run.id, `no wake-up could be asked for: ${toMessage(error)}`));
  }

  /** What nobody listens to isn't owed. */
  function quieten(run: Run, at: EpochMs): Run {
    const outbox = run.outbox.filter((owed) => owed.kind !== 'announce' || owed.to in world.announcers);
    return outbox.length === run.outbox.length ? run : settle({ ...run, outbox }, at);
  }
}

/** A run, and when it was certainly so: it was decided, or the ledger asked for it, at that time or later. */
type Known = { readonly run: Run; readonly at: EpochMs };

/**
 * A start that was owed before may be on its way by someone who died, or is slower: its answer is unknown until heard.
 * Otherwise a busy target's refusal of a second call would be taken for one of the first. Of a first call it doesn't
 * matter what the clock says: that of whoever saved it may be ahead. A repeated one is ours when the run is due: until
 * then it's left to whoever saved it, and put off, so that nobody who comes with other news makes it beside him.
 */
function toUnheard(run: Run, inputs: readonly Input[], at: EpochMs): readonly Input[] {
  const start = liveAttempt(run)?.start;
  const owed = run.outbox.find((effect) => effect.kind === 'start' && effect.token === start?.token);
  if (start === undefined || owed === undefined) return [];
  const { token, unknownAnswers } = start;
  if (inputs.some((input) => input.kind === 'start-answered' && input.token === token)) return [];
  const isOurs = isDue(run, at) && inputs.some(({ kind }) => kind === 'due');
  if (unknownAnswers > 0 && (owed.notBefore > at || isOurs)) return [];
  const answer = { kind: 'unknown', reason: 'it was asked before, and no answer was heard' } as const;
  return [{ kind: 'start-answered', token, answer }];
}

/** A run hears of its place before it is told that it's due. */
function withPlaced(inputs: readonly Input[], placed: Input | undefined): readonly Input[] {
  return placed === undefined
    ? inputs
    : inputs.flatMap((input) => (input.kind === 'due' ? [placed, input] : [input]));
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
