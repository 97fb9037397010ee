import type { DueQuery, Ledger, RunFilter, RunPage } from '../../shared/runs/ledger.ts';
import type { EpochMs, Run } from '../../shared/runs/run.ts';

/** The ledger in this process, for tests of the engine. Passes the same contract suite as the real ones. */
export function createMemoryLedger(now: () => EpochMs): Ledger {
  /** In the order they were accepted; as text, so that nobody shares an object with the ledger. */
  const runs = new Map<string, string>();
  const events = new Map<string, string>();
  const claims = new Map<string, { readonly runId: string; readonly until: EpochMs }>();

  const load = (id: string): Run | undefined => {
    const body = runs.get(id);
    return body === undefined ? undefined : JSON.parse(body);
  };
  const all = (): Run[] => [...runs.values()].map((body) => JSON.parse(body));
  const dueOf = (of: DueQuery['of']) =>
    all().flatMap((run) => {
      const lane = run.status === 'queued' || run.status === 'waiting' ? 'line' : 'rest';
      return run.dueAt !== undefined && lane === of ? [{ id: run.id, at: run.dueAt }] : [];
    });

  return {
    async accept({ run, event, claims: wanted }, settle) {
      const known = load(run.id);
      if (known) return { outcome: 'duplicate', run: known };
      const ids = wanted.map(({ id }) => `${run.job}/${id}`);
      const isHeld = (id: string) => (claims.get(id)?.until ?? now()) > now();
      const lost = ids.flatMap((id, position) =>
        isHeld(id) || ids.indexOf(id) < position ? [position] : [],
      );
      if (ids.length > 0 && lost.length === ids.length) {
        return { outcome: 'duplicate', run: load(claims.get(ids[0] ?? '')?.runId ?? '') };
      }
      const settled = settle(run, lost);
      for (const [position, { seconds }] of wanted.entries()) {
        const until = now() + seconds * 1000;
        if (!lost.includes(position)) claims.set(ids[position] ?? '', { runId: run.id, until });
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

    async due({ now: until, limit, of }) {
      return dueOf(of)
        .filter(({ at }) => at <= until)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit)
        .map(({ id }) => id);
    },

    async nextDue(of) {
      const dates = dueOf(of).map(({ at }) => at);
      return dates.length === 0 ? undefined : Math.min(...dates);
    },

    async list(filter) {
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
