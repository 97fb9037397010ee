import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SourceName } from '../../shared/events/trigger-event.ts';

const folder = new URL(process.env['SIGNALBOX_EVENTS'] ?? '../../../shared/events/', import.meta.url);

/** Kinds of the corpus, and the source that each comes from; none for those that are not ours. */
const sourceOf: Readonly<Record<string, SourceName | undefined>> = {
  'http-api-v1': 'http-api-gateway',
  'http-api-v2': 'http-api-gateway',
  alb: 'application-load-balancer',
  'alb-multi': 'application-load-balancer',
  sqs: 'sqs',
  sns: 'sns',
  eventbridge: 'event-bus',
  'state-change': 'event-bus',
  schedule: 'schedule',
  s3: 's3',
  kinesis: 'kinesis-stream',
  'dynamodb-stream': 'dynamo-db-stream',
  'cloudwatch-logs': 'cloudwatch-log',
  other: undefined,
};

const index = z.object({
  files: z
    .array(z.object({ file: z.string(), kind: z.enum(Object.keys(sourceOf)), records: z.int().nullable() }))
    .min(1),
});

export type CorpusFile = {
  readonly file: string;
  readonly path: string;
  /** Undefined when it's to be refused. */
  readonly source: SourceName | undefined;
  readonly records: number | null;
  readonly payload: unknown;
};

/** Every payload of the corpus. Throws when it isn't there: a check that could not run has failed. */
export function readCorpus(): readonly CorpusFile[] {
  return index.parse(readJson('index.json')).files.map(({ file, kind, records }) => ({
    file,
    path: fileURLToPath(new URL(file, folder)),
    source: sourceOf[kind],
    records,
    payload: readJson(file),
  }));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}
