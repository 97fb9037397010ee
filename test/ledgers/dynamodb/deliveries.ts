import type { Claim } from '../../../shared/events/claim.ts';
import { toRunId } from '../../../shared/runs/identity.ts';
import type { Draft, Ledger } from '../../../shared/runs/ledger.ts';
import type { Run } from '../../../shared/runs/run.ts';
import { start, toDraft } from '../../support/draft.ts';

/** `names`: each record by its name. `range`: places claimed from the first to the last. `alone`: each place by itself. */
export type Mode = 'names' | 'range' | 'alone';

const monthSeconds = 2_592_000;

export const queue = (run: Run, lostRecords: readonly number[]): Run => ({
  ...run,
  status: 'queued',
  lostRecords,
  dueAt: start,
});

/** Of records that are numbers. The same records are the same delivery, whenever they come. */
export function toDelivery(records: readonly number[], mode: Mode, change: Partial<Run> = {}): Draft {
  const job = change.job ?? 'word-index';
  const id = toRunId(job, 'clicks', JSON.stringify([mode, records]));
  const event = JSON.stringify({ records });
  return toDraft({ id, job, ...change }, { event, claims: records.map((record) => toClaim(record, mode)) });
}

/** Gives every record with the runs that have it, as the ledger knows the runs of these deliveries. */
export async function toOwners(
  ledger: Ledger,
  deliveries: readonly Draft[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const owners = new Map<number, string[]>();
  const once = new Map(deliveries.map((draft) => [draft.run.id, draft]));
  for (const [id, { event }] of once) {
    const records: number[] = JSON.parse(event).records;
    const run = await ledger.load(id);
    const lost = new Set(run?.lostRecords ?? []);
    for (const [position, record] of records.entries()) {
      const isOwner = run !== undefined && !lost.has(position);
      owners.set(record, [...(owners.get(record) ?? []), ...(isOwner ? [id] : [])]);
    }
  }
  return owners;
}

function toClaim(record: number, mode: Mode): Claim {
  if (mode === 'names') return { id: `record-${record}`, seconds: monthSeconds };
  return {
    shard: 'clicks/shardId-0',
    // Between two records of a job lie those of others.
    sequenceNumber: String(record * 10),
    isAlone: mode === 'alone',
    seconds: monthSeconds,
  };
}
