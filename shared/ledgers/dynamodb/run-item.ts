import { gunzipSync, gzipSync } from 'node:zlib';
import { toLane } from '../../runs/lane.ts';
import type { Run } from '../../runs/run.ts';
import { toRunExpiry } from './expiry.ts';
import { toShard, toSortableTime } from './keys.ts';
import { type Item, textIn } from './store.ts';

/** Longer bodies are compressed: a write costs a unit for each KB, and an item has at most 400 KB. */
const longestPlainBytes = 16 * 1024;

/** These are not in every run's item: a save takes those away that the run has no more. */
export const optionalAttributes = ['body', 'packed', 'duePk', 'dueSk'] as const;

/** What changes when a run is saved. */
export function toRunAttributes(run: Run, writer: string, historyDays: number): Item {
  const { id, job, status, revision, createdAt, dueAt } = run;
  const shard = toShard(id);
  const created = toSortableTime(createdAt);
  return {
    ...toBody(run),
    revision: { N: String(revision) },
    writer: { S: writer },
    expires: { N: String(toRunExpiry(run, historyDays)) },
    jobPk: { S: `${job}#${shard}` },
    jobSk: { S: `${created}#${id}` },
    statusPk: { S: `${status}#${shard}` },
    statusSk: { S: `${created}#${id}#${job}` },
    ...(dueAt !== undefined && {
      duePk: { S: `${toLane(run)}#${shard}` },
      dueSk: { S: `${toSortableTime(dueAt)}#${created}#${id}` },
    }),
  };
}

/** The body is what this file wrote. */
export function fromRunItem(item: Item): Run | undefined {
  const packed = item['packed']?.B;
  const body = packed ? gunzipSync(packed).toString() : textIn(item, 'body');
  return body === undefined ? undefined : JSON.parse(body);
}

function toBody(run: Run): Item {
  const body = JSON.stringify(run);
  return Buffer.byteLength(body) <= longestPlainBytes
    ? { body: { S: body } }
    : { packed: { B: gzipSync(body) } };
}
