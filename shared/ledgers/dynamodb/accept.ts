import { type Accepted, type Draft, LedgerError } from '../../runs/ledger.ts';
import type { Run } from '../../runs/run.ts';
import type { Claims } from './claims.ts';
import type { EventEntry, EventItems, StoredDraft } from './events.ts';
import type { Kept, RunItems } from './runs.ts';

export type Settle = (run: Run, lostRecords: readonly number[]) => Run;

/** What became of a stored draft. `holders` are the other runs that have records it wanted, by position. */
type Finished = { readonly holders: readonly string[] } & (
  | { readonly outcome: 'accepted'; readonly run: Run }
  | { readonly outcome: 'known'; readonly kept: Kept }
  | { readonly outcome: 'empty' }
);

const mostTries = 5;

/**
 * Accepting without transactions: the event with its draft is put first, then the claims are won, then the run is put;
 * only then is the delivery acknowledged. Whoever is cut off leaves an event without a run, and perhaps claims that
 * others run into. So before it answers, every call makes sure that whoever has one of its records has a run, or else
 * finishes that one from its event. Each step can be done again by anybody and comes to the same: the event is put
 * once, claims know their run, and the run is put once.
 */
export function createAcceptance(events: EventItems, claims: Claims, runs: RunItems) {
  return async function accept(draft: Draft, settle: Settle): Promise<Accepted> {
    const { run } = draft;
    // What throws here has stored nothing.
    settle(run, []);
    for (let tries = 0; tries < mostTries; tries++) {
      const put = await events.put(draft);
      if (put === undefined) continue;
      if (put.isMine) {
        const own = { entry: put.entry, draft };
        return conclude(own, await finish(own, settle), settle);
      }
      const kept = await runs.load(run.id);
      if (kept) return toKnown(draft, kept, put.entry, settle);
      // Cut off, or another call is at it just now. What it stored is what counts.
      const taken = await events.takeOver(run.id);
      if (taken) {
        const concluded = await conclude(taken, await finish(taken, settle), settle);
        return concluded.outcome === 'accepted' ? { ...concluded, isStored: true } : concluded;
      }
    }
    throw new LedgerError(`run ${run.id} could not be accepted: others kept accepting and dropping it`);
  };

  async function finish({ entry, draft }: StoredDraft, settle: Settle): Promise<Finished> {
    const { run, claims: wanted } = draft;
    const held = await claims.claim(run, wanted);
    const lost = held.map(({ position }) => position);
    const holders = held.map(({ runId }) => runId);
    if (wanted.length > 0 && lost.length === wanted.length) return { outcome: 'empty', holders };
    for (let tries = 0; tries < mostTries; tries++) {
      const settled = settle(run, lost);
      const put = await runs.put(settled, entry.origin);
      if (put === true) return { outcome: 'accepted', run: settled, holders };
      if (put !== undefined) return { outcome: 'known', kept: put, holders };
    }
    throw new LedgerError(`run ${run.id} could not be put: it was there, and was not`);
  }

  async function conclude(stored: StoredDraft, finished: Finished, settle: Settle): Promise<Accepted> {
    const { entry, draft } = stored;
    const { outcome, holders } = finished;
    const isOwn = entry.writer === entry.origin;
    if (outcome === 'empty' && isOwn) await events.drop(entry);
    if (outcome === 'known') await dropIfStray(entry, finished.kept);
    const recovered = await finishHolders(draft.run.id, holders, settle);
    const extra = recovered.length > 0 ? { recovered } : {};
    if (outcome === 'accepted') return { outcome, run: finished.run, ...extra };
    const holder = outcome === 'known' ? finished.kept.run : (await runs.load(holders[0] ?? ''))?.run;
    return { outcome: 'duplicate', run: holder, ...extra };
  }

  /** The run is there, but whoever put it may have died before looking after those who have the rest. */
  async function toKnown(draft: Draft, kept: Kept, entry: EventEntry, settle: Settle): Promise<Accepted> {
    await dropIfStray(entry, kept);
    const holders = kept.run.lostRecords.length > 0 ? await claims.holders(draft.run, draft.claims) : [];
    const recovered = await finishHolders(draft.run.id, holders, settle);
    return { outcome: 'duplicate', run: kept.run, ...(recovered.length > 0 ? { recovered } : {}) };
  }

  /**
   * The event was put after the one that the run was accepted from had ended. It would outlive the run, and then look
   * like one that was cut off.
   */
  async function dropIfStray(entry: EventEntry, { origin }: Kept): Promise<void> {
    if (origin !== entry.origin) await events.drop(entry);
  }

  /** Gives those that were accepted now. What they lost is looked after in turn. */
  async function finishHolders(
    ownId: string,
    holders: readonly string[],
    settle: Settle,
  ): Promise<readonly Run[]> {
    const recovered: Run[] = [];
    const seen = new Set([ownId]);
    const open = [...holders];
    for (let id = open.shift(); id !== undefined; id = open.shift()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (await runs.load(id)) continue;
      const taken = await events.takeOver(id);
      // Neither run nor event: it was accepted so long ago that both are gone.
      if (taken === undefined) continue;
      const finished = await finish(taken, settle);
      if (finished.outcome === 'accepted') recovered.push(finished.run);
      open.push(...finished.holders);
    }
    return recovered;
  }
}
