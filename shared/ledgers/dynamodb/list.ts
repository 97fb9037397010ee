import { inParallel } from '../../in-parallel.ts';
import { PlaceError, type RunFilter, type RunPage } from '../../runs/ledger.ts';
import { type EpochMs, type Run, runStatuses } from '../../runs/run.ts';
import { shards, toRunKey, toSortableTime } from './keys.ts';
import { fromRunItem } from './run-item.ts';
import { isExpired, type Store, take, textIn } from './store.ts';

/** A run as an index has it: when it was made, its id, and in one index its job. */
type Entry = { readonly place: string; readonly id: string; readonly job: string | undefined };

type Index = { readonly name: 'job' | 'status'; readonly partitions: readonly string[] };

/** A page that finds few among many ends after so many rounds, and says where to go on. */
const mostRounds = 20;
const smallestRound = 25;

/**
 * Runs, newest first, merged from all shards of an index. Indexes lag behind: each run is loaded and looked at again.
 * `after` and `next` are the place of a page's last run: `<created>#<id>`. Throws PlaceError.
 */
export function createList(store: Store, now: () => EpochMs) {
  return async function list(filter: RunFilter): Promise<RunPage> {
    const { limit, after } = filter;
    if (after !== undefined && !/^\d{13}#[0-9a-z]{26}$/.test(after)) throw new PlaceError();
    // DynamoDB refuses a range that ends before it begins.
    if (after !== undefined && after < toSortableTime(filter.since ?? 0)) return { runs: [] };
    const index = toIndex(filter);
    const runs: Run[] = [];
    let from = after;
    for (let round = 0; round < mostRounds; round++) {
      const wanted = Math.max(limit + 1 - runs.length, smallestRound);
      const entries = await entriesAfter(index, filter, from, wanted);
      runs.push(...(await load(entries, filter)));
      if (runs.length > limit) return { runs: runs.slice(0, limit), next: toPlace(runs[limit - 1]) };
      from = entries.at(-1)?.place;
      if (entries.length < wanted) return { runs };
    }
    return { runs, ...(from !== undefined && { next: from }) };
  };

  async function entriesAfter(
    index: Index,
    { since = 0 }: RunFilter,
    after: string | undefined,
    count: number,
  ): Promise<readonly Entry[]> {
    const { name, partitions } = index;
    const perPartition = await inParallel(partitions, (partition) =>
      take(entriesIn(name, partition, since, after, count), count),
    );
    // A run that changed its status meanwhile may be there twice.
    const once = new Map(perPartition.flat().map((entry) => [entry.place, entry]));
    return [...once.values()].sort((one, other) => (one.place < other.place ? 1 : -1)).slice(0, count);
  }

  async function* entriesIn(
    name: Index['name'],
    partition: string,
    since: EpochMs,
    after: string | undefined,
    count: number,
  ): AsyncGenerator<Entry, void, undefined> {
    const items = store.query({
      index: `by-${name}`,
      where: {
        that: `${name}Pk = :pk AND ${name}Sk BETWEEN :since AND :after`,
        values: {
          ':pk': { S: partition },
          ':since': { S: toSortableTime(since) },
          ':after': { S: after ?? '~' },
        },
      },
      isDescending: true,
      pageSize: count,
    });
    for await (const item of items) {
      const [created = '', id = '', ...job] = (textIn(item, `${name}Sk`) ?? '').split('#');
      const place = `${created}#${id}`;
      if (place !== after) yield { place, id, job: name === 'status' ? job.join('#') : undefined };
    }
  }

  async function load(entries: readonly Entry[], { jobs, statuses }: RunFilter): Promise<readonly Run[]> {
    const wanted = entries.filter(({ job }) => job === undefined || (jobs?.includes(job) ?? true));
    const items = await store.getAll(wanted.map(({ id }) => toRunKey(id)));
    const runs = new Map<string, Run>();
    for (const item of items) {
      const run = isExpired(item, now()) ? undefined : fromRunItem(item);
      if (run) runs.set(run.id, run);
    }
    return wanted.flatMap(({ id }) => {
      const run = runs.get(id);
      const isWanted = run && (jobs?.includes(run.job) ?? true) && (statuses?.includes(run.status) ?? true);
      return isWanted ? [run] : [];
    });
  }
}

/** By status when all that are asked for are rare, and when no job is named; else by job. */
function toIndex({ jobs, statuses }: RunFilter): Index {
  const isRare = statuses !== undefined && !statuses.includes('succeeded');
  const isByJob = jobs !== undefined && !isRare;
  const names = [...new Set(isByJob ? jobs : (statuses ?? runStatuses))];
  const partitions = names.flatMap((name) => shards.map((shard) => `${name}#${shard}`));
  return { name: isByJob ? 'job' : 'status', partitions };
}

function toPlace(run: Run | undefined): string {
  return run === undefined ? '' : `${toSortableTime(run.createdAt)}#${run.id}`;
}
