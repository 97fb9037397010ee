import type { EpochMs } from '../../runs/run.ts';
import type { Key } from './store.ts';

/** What ids are made of; a run's first character names its partition. */
export const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Each index's key is spread over so many partitions. */
export const shards = Array.from({ length: 12 }, (_, shard) => shard);

export function toRunPartition(idOrPrefix: string): string {
  return `run#${idOrPrefix.slice(0, 1)}`;
}

export function toRunKey(id: string): Key {
  return toKey(toRunPartition(id), id);
}

export function toEventKey(id: string): Key {
  return toKey(`event#${id}`, 'event');
}

export function toClaimKey(job: string, claimId: string): Key {
  return toKey(`claim#${job}/${claimId}`, 'claim');
}

export function toShardPartition(job: string, shard: string): string {
  return `shard#${job}/${shard}`;
}

export function toKey(pk: string, sk: string): Key {
  return { pk: { S: pk }, sk: { S: sk } };
}

/** The index shard of a run. */
export function toShard(id: string): number {
  return alphabet.indexOf(id.slice(0, 1)) % shards.length;
}

/** A time as text that sorts as times do. */
export function toSortableTime(at: EpochMs): string {
  return String(Math.min(Math.max(Math.trunc(at), 0), 9_999_999_999_999)).padStart(13, '0');
}

/** Digits as text that sorts as their numbers do: their count comes first. */
export function toSortableDigits(digits: string): string {
  return `${String(digits.length).padStart(3, '0')}:${digits}`;
}

export function fromSortableDigits(text: string): string {
  return text.slice(4);
}
