import type { Claim } from '../../shared/events/claim.ts';
import { type ClaimedRange, toRanges } from '../../shared/runs/claimed-range.ts';
import { toLane } from '../../shared/runs/lane.ts';
import {
  type DueQuery,
  type Ledger,
  PlaceError,
  type RunFilter,
  type RunPage,
} from '../../shared/runs/ledger.ts';
import { type NewestHour, toNextPlace } from '../../shared/runs/place.ts';
import type { EpochMs, Run } from '../../shared/runs/run.ts';

/** The ledger in this process, for tests of the engine. Passes the same contract suite as the real ones. */
export function createMemoryLedger(now: () => EpochMs): Ledger {
  /** In the order they were accepted; as text, so that nobody shares an object with the ledger. */
  const runs = new Map<string, string>();
  const events = new Map<string, string>();
  const claims = new Map<string, { readonly runId: string; readonly until: EpochMs }>();

  const jobHours = new Map<string, NewestHour>();
  const ranges: (ClaimedRange & { readonly job: string; readonly runId: string; readonly until: EpochMs })[] =
    [];

  const holderOf = (run: Run, claim: Claim): string | undefined => {
    if ('id' in claim) {
      const held = claims.get(`${run.job}/${claim.id}`);
      return held !== undefined && held.until > now() ? held.runId : undefined;
    }
    const place = BigInt(claim.sequenceNumber);
    return ranges.find(
      ({ job, shard, first, last, until }) =>
        job === run.job &&
        shard === claim.shard &&
        BigInt(first) <= place &&
        place <= BigInt(last) &&
        until > now(),
    )?.runId;
  };

  const load = (id: string): Run | undefined => {
    const body = runs.get(id);
    return body === undefined ? undefined : JSON.parse(body);
  };
  const all = (): Run[] => [...runs.values()].map((body) => JSON.parse(body));
  const dueOf = (of: DueQuery['of']) =>
    all().flatMap((run) => {
      return run.dueAt !== undefined && toLane(run) === of ? [{ id: run.id, at: run.dueAt }] : [];
    });

  return {
    async accept({ run, event, claims: wanted }, settle) {
      const known = load(run.id);
      if (known) return { outcome: 'duplicate', run: known };
      const holders = wanted.map(
        (claim, position) => holderOf(run, claim) ?? sameBefore(run, wanted, position),
      );
      const lost = holders.flatMap((holder, position) => (holder === undefined ? [] : [position]));
      if (wanted.length > 0 && lost.length === wanted.length) {
        return { outcome: 'duplicate', run: load(holders[0] ?? '') };
      }
      const settled = settle(run, lost);
      const won = wanted.filter((_, position) => !lost.includes(position));
      for (const claim of won) {
        if (!('id' in claim)) continue;
        const until = now() + claim.seconds * 1000;
        claims.set(`${run.job}/${claim.id}`, { runId: run.id, until });
      }
      for (const range of toRanges(won.filter((claim) => 'shard' in claim))) {
        const until = now() + range.seconds * 1000;
        ranges.push({ ...range, job: run.job, runId: run.id, until });
      }
      runs.set(run.id, JSON.stringify(settled));
      events.set(run.id, event);
      return { outcome: 'accepted', run: settled };
    },

    async load(id) {
      return load(id);
    },

    async loadEvent(id) {
      return events.get(id);
    },

    async save(run) {
      if (load(run.id)?.revision !== run.revision) return undefined;
      const saved = { ...run, revision: run.revision + 1 };
      runs.set(run.id, JSON.stringify(saved));
      return saved;
    },

    async due({ now: until, after = Number.NEGATIVE_INFINITY, limit, of }) {
      return dueOf(of)
        .filter(({ at }) => at > after && at <= until)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit);
    },

    async takePlace(job, most, at) {
      const place = toNextPlace(jobHours.get(job), most, at);
      if (place) jobHours.set(job, place);
      return place?.hour;
    },

    async nextDue(of) {
      const dates = dueOf(of).map(({ at }) => at);
      return dates.length === 0 ? undefined : Math.min(...dates);
    },

    async list(filter) {
      if (filter.after !== undefined && !/^\d{1,15}$/.test(filter.after)) throw new PlaceError();
      return list(all(), filter);
    },

    async find(prefix, limit) {
      return [...runs.keys()]
        .filter((id) => id.startsWith(prefix))
        .sort()
        .slice(0, limit);
    },
  };
}

/** A page ends at the position of its last run, counted from the first one accepted. */
function list(all: readonly Run[], { jobs, statuses, since, limit, after }: RunFilter): RunPage {
  const found = all
    .map((run, position) => ({ run, position }))
    .filter(({ run, position }) => {
      const { job, status, createdAt } = run;
      return (
        (jobs?.includes(job) ?? true) &&
        (statuses?.includes(status) ?? true) &&
        createdAt >= (since ?? createdAt) &&
        position < Number(after ?? all.length)
      );
    })
    .reverse();
  const page = found.slice(0, limit);
  const runs = page.map(({ run }) => run);
  return found.length > limit ? { runs, next: String(page.at(-1)?.position) } : { runs };
}

/** The run itself, when it claims the same at an earlier position too. */
function sameBefore(run: Run, claims: readonly Claim[], position: number): string | undefined {
  const nameOf = (claim: Claim) => ('id' in claim ? claim.id : `${claim.shard} ${claim.sequenceNumber}`);
  const names = claims.map(nameOf);
  return names.indexOf(names[position] ?? '') < position ? run.id : undefined;
}
