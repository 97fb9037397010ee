import { gunzipSync } from 'node:zlib';
import { type Item, textIn } from '../../shared/ledgers/dynamodb/store.ts';
import type { Run } from '../../shared/runs/run.ts';

/** What each record of a simulated source has in it, whatever became of it. */
const markerShape = /record-\d+/;

/** Of the records that are the run's own. */
export function markersOf(run: Run, event: string): readonly string[] {
  if (run.cause?.class === 'bad-event') return markerShape.exec(bytesOf(event))?.slice(0, 1) ?? [];
  const parsed = JSON.parse(event);
  const records: readonly unknown[] = parsed.records ?? parsed.Records ?? [parsed];
  return records
    .filter((_, position) => !run.lostRecords.includes(position))
    .flatMap((record) => markerShape.exec(JSON.stringify(record))?.[0] ?? []);
}

function bytesOf(event: string): string {
  const { bytes = '' }: { readonly bytes?: string } = JSON.parse(event);
  return bytes;
}

const parsed = new WeakMap<Item, Run>();

export function toRun(item: Item): Run {
  const known = parsed.get(item);
  if (known) return known;
  const packed = item['packed']?.B;
  const run: Run = JSON.parse(packed ? gunzipSync(packed).toString() : (textIn(item, 'body') ?? ''));
  parsed.set(item, run);
  return run;
}
