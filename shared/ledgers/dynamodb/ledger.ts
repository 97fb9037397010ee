import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PayloadStore } from '../../payloads/payload-store.ts';
import type { Ledger } from '../../runs/ledger.ts';
import type { EpochMs } from '../../runs/run.ts';
import { createAcceptance } from './accept.ts';
import { createClaims } from './claims.ts';
import { createEventItems } from './events.ts';
import { createJobHours } from './job-hours.ts';
import { createList } from './list.ts';
import { createQueries } from './queries.ts';
import { createRunItems } from './runs.ts';
import { createStore, type Store } from './store.ts';

export type DynamoLedgerParts = {
  readonly client: DynamoDBClient;
  /** Name or ARN of a table that table.ts describes. */
  readonly table: string;
} & Omit<StoredLedgerParts, 'store'>;

export type StoredLedgerParts = {
  readonly store: Store;
  /**
   * Where events lie that an item has no room for; without one they are refused as too large. It has to keep them as
   * long as the table does: the longest life of a run, then the history.
   */
  readonly payloads?: PayloadStore;
  /** How long runs are kept after they can have ended. Claims are kept for 30 days in any case. */
  readonly historyDays?: number;
  readonly now: () => EpochMs;
};

/** The ledger in a DynamoDB table, for any number of Lambdas at once. */
export function createDynamoLedger({ client, table, ...parts }: DynamoLedgerParts): Ledger {
  return createStoredLedger({ ...parts, store: createStore(client, table) });
}

/** The same over whatever keeps the table's items. */
export function createStoredLedger({ store, payloads, historyDays = 90, now }: StoredLedgerParts): Ledger {
  const events = createEventItems(store, payloads, historyDays, now);
  const runs = createRunItems(store, historyDays, now);
  return {
    accept: createAcceptance(events, createClaims(store, now), runs),
    async load(id) {
      return (await runs.load(id))?.run;
    },
    loadEvent: events.load,
    save: runs.save,
    takePlace: createJobHours(store),
    ...createQueries(store, now),
    list: createList(store, now),
  };
}
