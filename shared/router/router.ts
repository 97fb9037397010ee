import type { RoutingTable } from '../jobs/routing-table.ts';
import type { Job } from '../jobs/schema/job.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import type { Engine } from '../runs/engine.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { Plan } from '../runs/plan.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import type { Delivery, Dispatched } from '../sources/source.ts';
import { toMessage } from '../to-message.ts';
import { type RunDraft, toDrafts, toReplay } from './draft.ts';

export type RouterParts = {
  readonly table: RoutingTable;
  readonly jobs: readonly Job[];
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly payloads: PayloadStore;
  /** What a run needs of its job, in this world. */
  readonly toPlan: (job: Job) => Plan;
  readonly now: () => EpochMs;
};

export type Router = {
  /**
   * Records a run for each job that a delivery starts. Once this returns, the delivery may be acknowledged.
   * Throws NoRuleError, LedgerError and PayloadError; nothing is to be acknowledged then.
   */
  route(delivery: Delivery): Promise<readonly Dispatched[]>;
  /** Starts a run with the event of another; the same request id gives the same run. Throws ReplayError. */
  replay(runId: string, requestId: string): Promise<Run>;
};

/** A run can't be given its event again. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** Between the sources and the engine: which jobs, and what each of them gets. */
export function createRouter({ table, jobs, engine, ledger, payloads, toPlan, now }: RouterParts): Router {
  return {
    async route(delivery) {
      const drafts = table
        .match(delivery)
        .flatMap((match) => toDrafts(delivery, match, toPlan(match.job), now()));
      return Promise.all(drafts.map(dispatch));
    },

    async replay(runId, requestId) {
      const original = await ledger.load(runId);
      if (original === undefined) throw new ReplayError(`no run is named ${runId}`);
      const job = jobs.find(({ name }) => name === original.job);
      if (job === undefined) throw new ReplayError(`job ${original.job} is not in jobs.yml any more`);
      if (original.cause?.class === 'bad-event')
        throw new ReplayError(
          `run ${runId} has no event that a job could be given: ${original.cause.reason}`,
        );
      const event = await ledger.loadEvent(runId);
      if (event === undefined) throw new ReplayError(`the event of run ${runId} is not kept any more`);
      const draft = toReplay(original, event, toPlan(job), requestId, now());
      const secret = await readSecret(original);
      const { run } = await accept(secret === undefined ? draft : { ...draft, secret });
      return run;
    },
  };

  async function dispatch(draft: RunDraft): Promise<Dispatched> {
    const { outcome, run } = await accept(draft);
    const isOther = outcome === 'duplicate' && run.fingerprint !== draft.run.fingerprint;
    return { job: run.job, runId: run.id, status: run.status, outcome: isOther ? 'conflict' : outcome };
  }

  /** What is too secret for the ledger is stored first: a run never points at an event that isn't there. */
  async function accept({
    secret,
    ...draft
  }: RunDraft): Promise<{ outcome: 'accepted' | 'duplicate'; run: Run }> {
    const payload = secret === undefined ? undefined : await payloads.put(draft.run.id, secret);
    const { outcome, run = draft.run } = await engine.accept({
      ...draft,
      run: { ...draft.run, ...(payload === undefined ? {} : { payload }) },
    });
    // Nobody will ask for it. What can't be removed now is only left behind, in the same safe place.
    if (payload !== undefined && run.id !== draft.run.id) await payloads.remove(payload).catch(() => {});
    return { outcome, run };
  }

  async function readSecret({ id, payload }: Run): Promise<string | undefined> {
    if (payload === undefined) return undefined;
    return payloads.get(payload).catch((cause) => {
      throw new ReplayError(`run ${id} can't be replayed: ${toMessage(cause)}`, { cause });
    });
  }
}
