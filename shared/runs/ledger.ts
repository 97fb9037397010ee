import type { Claim } from '../events/claim.ts';
import { NotRecordedError } from '../not-recorded.ts';
import type { Lane } from './lane.ts';
import type { EpochMs, Run, RunStatus } from './run.ts';

/** A run that isn't in the ledger yet, with the event that the job will get, serialised. */
export type Draft = {
  readonly run: Run;
  readonly event: string;
  /** One for each record of the event, in order; none when the run's own id is the claim. */
  readonly claims: readonly Claim[];
};

export type Accepted = {
  /** Runs of other deliveries that were cut off while they were being accepted, found on the way and accepted now. */
  readonly recovered?: readonly Run[];
} /** `isStored`: it was made of what an earlier call had stored before it was cut off, not of this call's draft. */ & (
  | { readonly outcome: 'accepted'; readonly run: Run; readonly isStored?: true }
  /** `run` holds what the draft wanted; gone from the history when undefined. */
  | { readonly outcome: 'duplicate'; readonly run: Run | undefined }
);

export type DueQuery = {
  readonly now: EpochMs;
  /** Only what came due later than that. */
  readonly after?: EpochMs;
  readonly limit: number;
  readonly of: Lane;
};

export type Due = { readonly id: string; readonly at: EpochMs };

export type RunFilter = {
  readonly jobs?: readonly string[];
  readonly statuses?: readonly RunStatus[];
  readonly since?: EpochMs;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: string;
};

export type RunPage = { readonly runs: readonly Run[]; readonly next?: string };

/**
 * The store of runs, and the only truth: queues and timers just make things faster.
 * One contract suite (test/contract/ledger.ts) for all of them. What can't be read or written throws LedgerError.
 */
export interface Ledger {
  /**
   * Stores a run with its event, claims its records for it, and saves what `settle` makes of it.
   * All of it or nothing is seen by others. A draft that wins no record, or whose id is known, is a duplicate.
   * `settle` is pure, and may be called for other runs and more than once.
   */
  accept(draft: Draft, settle: (run: Run, lostRecords: readonly number[]) => Run): Promise<Accepted>;
  load(id: string): Promise<Run | undefined>;
  loadEvent(id: string): Promise<string | undefined>;
  /** Stores the run with its revision raised by one; undefined when it was saved by another since it was loaded. */
  save(run: Run): Promise<Run | undefined>;
  /** Runs whose `dueAt` has come, the longest due first. */
  due(query: DueQuery): Promise<readonly Due[]>;
  /** The earliest `dueAt`, of that part. */
  nextDue(of: DueQuery['of']): Promise<EpochMs | undefined>;
  /** Newest first. Throws PlaceError. */
  list(filter: RunFilter): Promise<RunPage>;
  /**
   * Takes a place for a run of the job in the first hour of the clock, from the one that `now` is in, in which fewer than
   * `most` runs have one; never in an hour before that of a place which was taken earlier. Gives the hour's beginning, or
   * undefined when there is none in the coming days, and then takes none: runs/place.ts.
   */
  takePlace(job: string, most: number, now: EpochMs): Promise<EpochMs | undefined>;
  /** Ids that begin so, at most `limit`. */
  find(prefix: string, limit: number): Promise<readonly string[]>;
}

/** What a list was to go on after is not what a page of this ledger gave as `next`. */
export class PlaceError extends Error {
  override readonly name = 'PlaceError';

  constructor() {
    super('there is no such place in the list, expected what the page before gave as "next"');
  }
}

/** The ledger could not be opened, read or written. Nothing was acknowledged. */
export class LedgerError extends NotRecordedError {
  override readonly name = 'LedgerError';
}
