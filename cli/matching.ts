import { isEventless } from '../shared/runs/eventless.ts';
import { toReplayId } from '../shared/runs/identity.ts';
import type { RunFilter } from '../shared/runs/ledger.ts';
import type { EpochMs, Run, RunStatus } from '../shared/runs/run.ts';
import type { RunsAccess } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';

export type Query = {
  readonly jobs?: readonly string[];
  readonly statuses?: readonly RunStatus[];
  readonly since?: EpochMs;
  readonly until?: EpochMs;
};

/** Newest first; `hasMore`: others match too. */
export type Found = { readonly runs: readonly Run[]; readonly hasMore: boolean };

type Reader = Pick<RunsAccess, 'ledger'>;

const largestPage = 500;
/** Runs that match, of which it's found out at once which were replayed. */
const portion = 5000;
/** Of runs that may be replays of those. */
const mostLater = 20_000;

/** The newest runs that match, at most `limit`. */
export async function findRuns(access: Reader, query: Query, limit: number): Promise<Found> {
  const runs: Run[] = [];
  for await (const run of matching(access, query, Math.min(limit + 1, largestPage))) {
    if (runs.length === limit) return { runs, hasMore: true };
    runs.push(run);
  }
  return { runs, hasMore: false };
}

export type Replayable = Found & {
  /** Matching runs that are left out: they were replayed before. */
  readonly replayed: number;
  /** The same: they have no event that a job could be given. */
  readonly eventless: number;
};

/**
 * The newest runs that match and that can be replayed and were not yet, at most `limit`. Replays under this request id
 * don't count, if there is one: they are what is gone on with.
 */
export async function findReplayable(
  access: Reader,
  query: Query,
  limit: number,
  requestId: string | undefined,
): Promise<Replayable> {
  const able: Run[] = [];
  let replayed = 0;
  let eventless = 0;
  for await (const runs of inPortions(matching(access, query, largestPage), portion)) {
    const known = await findReplayed(access, runs, requestId);
    const fresh = runs.filter(({ id }) => !known.has(id));
    const withEvent = fresh.filter((run) => !isEventless(run));
    able.push(...withEvent);
    replayed += runs.length - fresh.length;
    eventless += fresh.length - withEvent.length;
    if (able.length > limit) break;
  }
  return { runs: able.slice(0, limit), hasMore: able.length > limit, replayed, eventless };
}

/**
 * Those of some runs, newest first, that were replayed, by their ids. A replay is a younger run of the same job.
 * Throws CommandError where it would take too long to be sure: a second replay can't be taken back.
 */
async function findReplayed(
  access: Reader,
  runs: readonly Run[],
  requestId: string | undefined,
): Promise<ReadonlySet<string>> {
  const replayed = new Set<string>();
  const oldest = runs.at(-1);
  if (oldest === undefined) return replayed;
  const jobs = [...new Set(runs.map(({ job }) => job))];
  let looked = 0;
  for await (const { id, job, replayOf } of list(access, { jobs, since: oldest.createdAt }, largestPage)) {
    const isOwn = replayOf && requestId && id === toReplayId({ id: replayOf, job }, requestId);
    if (replayOf !== undefined && !isOwn) replayed.add(replayOf);
    if (++looked > mostLater) {
      throw new CommandError(
        exitCodes.mistake,
        `${jobs.join(', ')} had more than ${mostLater} runs since ${new Date(oldest.createdAt).toISOString()}, too many to tell which of them are replays: ask for fewer with --since or --job`,
      );
    }
  }
  return replayed;
}

async function* matching(
  access: Reader,
  { until = Number.POSITIVE_INFINITY, ...filter }: Query,
  pageSize: number,
): AsyncGenerator<Run, void, undefined> {
  for await (const run of list(access, filter, pageSize)) if (run.createdAt <= until) yield run;
}

async function* inPortions<T>(all: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let some: T[] = [];
  for await (const each of all) {
    some.push(each);
    if (some.length < size) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

async function* list(
  { ledger }: Reader,
  filter: Omit<RunFilter, 'limit' | 'after'>,
  limit: number,
): AsyncGenerator<Run, void, undefined> {
  let after: string | undefined;
  do {
    const page = await ledger.list({ ...filter, limit, ...(after !== undefined && { after }) });
    yield* page.runs;
    after = page.next;
  } while (after !== undefined);
}
