import { hash } from 'node:crypto';
import type { SourceName } from '../events/trigger-event.ts';
import type { RoutingTable } from '../jobs/routing-table.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import { NotRecordedError } from '../not-recorded.ts';
import { PayloadGoneError, type PayloadStore } from '../payloads/payload-store.ts';
import type { Engine } from '../runs/engine.ts';
import { isEventless } from '../runs/eventless.ts';
import type { Ledger } from '../runs/ledger.ts';
import type { Plan } from '../runs/plan.ts';
import type { EpochMs, Run } from '../runs/run.ts';
import type { Delivery, Dispatched, Routed, Unrecorded } from '../sources/source.ts';
import { toMessage } from '../to-message.ts';
import { type RunDraft, toDrafts, toReplay, toTooLargeDraft } from './draft.ts';
import { toEditedText } from './event-text.ts';

export type RouterParts = {
  readonly table: RoutingTable;
  readonly jobs: readonly RunnableJob[];
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly payloads: PayloadStore;
  /** What a run needs of its job, in this world. */
  readonly toPlan: (job: RunnableJob) => Plan;
  /** Where the sender of a delivery finds a run in the runs API; left out where there is none. */
  readonly toLocation?: (runId: string, delivery: Delivery) => string | undefined;
  /** Where whoever started a run looks at it; left out where nobody is told. */
  readonly toLinks?: (run: Run) => Dispatched['links'];
  readonly now: () => EpochMs;
};

export type Router = {
  /**
   * Records a run, or several, for each job that a delivery starts. Once this returns, the delivery may be
   * acknowledged, but for the records that it gives as unrecorded.
   * Throws NoRuleError and EventParseError; nothing was recorded then.
   */
  route(delivery: Delivery): Promise<Routed>;
  /**
   * Starts a run with the event of another, or with `event` in its place, a JSON text; the same request id gives the
   * same run. Credentials reach it when the job forwards them now, and nothing but the job. Throws ReplayError, of which
   * RequestIdError is one.
   */
  replay(runId: string, requestId: string, event?: string): Promise<Run>;
};

/** A run can't be given its event again. */
export class ReplayError extends Error {
  override readonly name: string = 'ReplayError';
}

/** A request id was used before, for a replay of the same run with another event. */
export class RequestIdError extends ReplayError {
  override readonly name = 'RequestIdError';
}

/** Sources whose senders are told what became of their event. */
const hearers: ReadonlySet<SourceName> = new Set(['http-api-gateway', 'application-load-balancer', 'manual']);

/** How many runs of a delivery are recorded at a time. */
const together = 20;

/** Between the sources and the engine: which jobs, and what each of them gets. */
export function createRouter(parts: RouterParts): Router {
  const { table, jobs, engine, ledger, payloads, toPlan, toLocation, toLinks, now } = parts;
  return {
    async route(delivery) {
      const perJob = table
        .match(delivery)
        .map((match) => ({ match, drafts: toDrafts(delivery, match, toPlan(match.job), now()) }));
      const outcomes = await Promise.all(
        perJob.map(({ match, drafts }) => dispatchAll(match.job.name, drafts, delivery)),
      );
      const all = outcomes.flat();
      return {
        dispatched: all.flatMap((outcome) => ('runId' in outcome ? [outcome] : [])),
        unrecorded: all.flatMap((outcome) => ('error' in outcome ? [outcome] : [])),
      };
    },

    async replay(runId, requestId, edited) {
      const original = await ledger.load(runId);
      if (original === undefined) throw new ReplayError(`no run is named ${runId}`);
      const job = jobs.find(({ name }) => name === original.job);
      if (job === undefined) throw new ReplayError(`job ${original.job} is not in jobs.yml any more`);
      if (edited === undefined && isEventless(original))
        throw new ReplayError(
          `run ${runId} has no event that a job could be given: ${original.cause?.reason}`,
        );
      if (edited !== undefined) {
        const text = toEditedText(edited, original.source, job);
        if (text === undefined) throw new ReplayError('the event is no JSON, or is nested too deeply');
        // What it was not given of the original is not kept out of it, nor are the original's credentials put into it.
        return acceptReplay(toReplay({ ...original, lostRecords: [] }, text, toPlan(job), requestId, now()));
      }
      const event = await unlessGone(runId, ledger.loadEvent(runId));
      if (event === undefined) throw new ReplayError(`the event of run ${runId} is not kept any more`);
      // What the job asked for then may be more than it asks for now.
      const secret = job.forwardCredentials ? await readSecret(original) : undefined;
      const text = secret === undefined ? { event } : { event, secret };
      return acceptReplay(toReplay(original, text, toPlan(job), requestId, now()));
    },
  };

  async function acceptReplay(draft: RunDraft): Promise<Run> {
    const { outcome, run } = await unlessGone(`${draft.run.replayOf}`, accept(draft));
    const known = outcome === 'duplicate' ? await loadKnown(run.id) : undefined;
    if (known === undefined || (known === draft.event && !isOtherSecret(run, draft))) return run;
    throw new RequestIdError(
      `run ${draft.run.replayOf} was replayed with this request id before, with another event`,
    );
  }

  /** Undefined for what can't be compared any more. */
  async function loadKnown(runId: string): Promise<string | undefined> {
    return ledger.loadEvent(runId).catch((error) => {
      if (error instanceof PayloadGoneError) return undefined;
      throw error;
    });
  }

  /** Two events may differ in nothing but what is hidden. */
  function isOtherSecret({ payload }: Run, { secret }: RunDraft): boolean {
    return payload !== undefined && secret !== undefined && payload.sha256 !== hash('sha256', secret);
  }

  /** In order, one after the other up to the first that fails; or several at a time, each for itself. */
  async function dispatchAll(
    job: string,
    drafts: readonly RunDraft[],
    delivery: Delivery,
  ): Promise<readonly (Dispatched | Unrecorded)[]> {
    const { isOrdered } = delivery;
    const outcomes: (Dispatched | Unrecorded)[] = [];
    const size = isOrdered ? 1 : together;
    for (let next = 0; next < drafts.length; next += size) {
      const done = await Promise.all(
        drafts.slice(next, next + size).map((draft) => dispatch(job, draft, delivery)),
      );
      outcomes.push(...done);
      const [first] = done;
      if (isOrdered && first !== undefined && 'error' in first) {
        const rest = drafts.slice(next + 1).map(({ records }) => ({ job, records, error: first.error }));
        return [...outcomes, ...rest];
      }
    }
    return outcomes;
  }

  async function dispatch(
    job: string,
    draft: RunDraft,
    delivery: Delivery,
    isWhole = true,
  ): Promise<Dispatched | Unrecorded> {
    try {
      const { outcome, run } = await accept(draft);
      const isOther = outcome === 'duplicate' && run.fingerprint !== draft.run.fingerprint;
      const location = toLocation?.(run.id, delivery);
      const links = toLinks?.(run);
      return {
        job,
        runId: run.id,
        status: run.status,
        outcome: isOther ? 'conflict' : outcome,
        ...(location !== undefined && { location }),
        ...(links && { links }),
      };
    } catch (error) {
      const isForGood = error instanceof NotRecordedError && error.reason === 'too-large';
      // A sender who hears of it can make it smaller; a queue or a stream can't.
      return isForGood && isWhole && !hearers.has(draft.run.source)
        ? dispatch(job, toTooLargeDraft(draft, error.message, now()), delivery, false)
        : { job, records: draft.records, error };
    }
  }

  /** What is too secret for the ledger is stored first: a run never points at an event that isn't there. */
  async function accept({
    secret,
    records: _,
    ...draft
  }: RunDraft): Promise<{ outcome: 'accepted' | 'duplicate'; run: Run }> {
    const payload = secret === undefined ? undefined : await payloads.put(draft.run, secret);
    const { outcome, run = draft.run } = await engine.accept({
      ...draft,
      run: { ...draft.run, ...(payload === undefined ? {} : { payload }) },
    });
    // Nobody will ask for it. What can't be removed now is only left behind, in the same safe place.
    if (payload !== undefined && run.payload?.uri !== payload.uri)
      await payloads.remove(payload).catch(() => {});
    return { outcome, run };
  }

  async function readSecret({ id, payload }: Run): Promise<string | undefined> {
    return payload && unlessGone(id, payloads.get(payload));
  }
}

/** What can't be read now may be tomorrow; what is gone makes a replay a mistake of whoever asks for it. */
async function unlessGone<T>(runId: string, reading: Promise<T>): Promise<T> {
  return reading.catch((cause) => {
    if (!(cause instanceof PayloadGoneError)) throw cause;
    throw new ReplayError(`run ${runId} can't be replayed: ${toMessage(cause)}`, { cause });
  });
}
