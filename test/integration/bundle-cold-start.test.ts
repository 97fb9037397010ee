import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { createBundles } from '../support/bundles.ts';
import { LambdaEndedError, loadLambda, toVariables } from '../support/lambda.ts';

const bundles = createBundles();

const ofJobs = 'expected the path of the compiled jobs.yml, such as /var/task/jobs.json';
const ofLedger =
  'expected the URL of the ledger, such as dynamodb://signalbox-runs or file:///mnt/signalbox/ledger.db';
const ofPayloads =
  'expected the URL of the payload store, such as s3://bucket or file:///mnt/signalbox/payloads';

type Variables = Readonly<Record<string, string>>;

/** What is wrong, the variables that make it so, and what is said of it, with the folder's name left out. */
const mistakes: readonly (readonly [what: string, change: (folder: string) => Variables, reason: string])[] =
  [
    ['no SIGNALBOX_JOBS', () => ({ SIGNALBOX_JOBS: '' }), `SIGNALBOX_JOBS is missing, ${ofJobs}`],
    ['no SIGNALBOX_LEDGER', () => ({ SIGNALBOX_LEDGER: '' }), `SIGNALBOX_LEDGER is missing, ${ofLedger}`],
    [
      'no SIGNALBOX_PAYLOADS',
      () => ({ SIGNALBOX_PAYLOADS: '' }),
      `SIGNALBOX_PAYLOADS is missing, ${ofPayloads}`,
    ],
    [
      'none of them',
      () => ({ SIGNALBOX_JOBS: '', SIGNALBOX_LEDGER: '', SIGNALBOX_PAYLOADS: '' }),
      `SIGNALBOX_JOBS is missing, ${ofJobs}; SIGNALBOX_LEDGER is missing, ${ofLedger}; SIGNALBOX_PAYLOADS is missing, ${ofPayloads}`,
    ],
    [
      'a jobs file that is not there',
      (folder) => ({ SIGNALBOX_JOBS: join(folder, 'other.json') }),
      `SIGNALBOX_JOBS: <folder>/other.json can't be read: ENOENT: no such file or directory, open '<folder>/other.json'; ${ofJobs}`,
    ],
    [
      'a jobs file that is not compiled',
      (folder) => ({ SIGNALBOX_JOBS: toFile(folder, 'jobs.yml', everySource) }),
      `SIGNALBOX_JOBS: <folder>/jobs.yml is no JSON; ${ofJobs}`,
    ],
    [
      'a jobs file that something else made',
      (folder) => ({ SIGNALBOX_JOBS: toFile(folder, 'made.json', '{"jobs":[]}') }),
      `SIGNALBOX_JOBS: <folder>/made.json is not a jobs.yml that this version of Signalbox compiled: deploy it again; ${ofJobs}`,
    ],
    [
      'a jobs file that a later version compiled',
      (folder) => ({ SIGNALBOX_JOBS: toFile(folder, 'later.json', '{"signalbox":2,"file":{}}') }),
      `SIGNALBOX_JOBS: <folder>/later.json is not a jobs.yml that this version of Signalbox compiled: deploy it again; ${ofJobs}`,
    ],
    [
      'a ledger in a database of another kind',
      () => ({ SIGNALBOX_LEDGER: 'postgres://signalbox:s3cr3t@db.example.com/runs' }),
      `SIGNALBOX_LEDGER is a URL (postgres:) that can't be opened here, ${ofLedger}`,
    ],
    [
      'a ledger by its path',
      () => ({ SIGNALBOX_LEDGER: '/mnt/signalbox/ledger.db' }),
      `SIGNALBOX_LEDGER is no URL, ${ofLedger}`,
    ],
    [
      'a ledger that is no ledger',
      (folder) => ({
        SIGNALBOX_LEDGER: `file://${toFile(folder, 'text.db', 'a text, and no database'.repeat(99))}`,
      }),
      `SIGNALBOX_LEDGER: <folder>/text.db is not an SQLite file: move it away, and a new ledger is made; ${ofLedger}`,
    ],
    [
      'payloads in a store of another kind',
      () => ({ SIGNALBOX_PAYLOADS: 's3://signalbox-payloads' }),
      `SIGNALBOX_PAYLOADS is a URL (s3:) that can't be opened here, ${ofPayloads}`,
    ],
  ];

/** All that a function writes that can't start. */
const line = z.strictObject({
  timestamp: z.iso.datetime(),
  level: z.literal('ERROR'),
  message: z.literal('the function could not start'),
  error: z.literal('EnvironmentError'),
  reason: z.string(),
});

describe.concurrent('a function does not start, and writes one line that says why, with', () => {
  it.for(mistakes)('%s', async ([_what, change, reason], { expect }) => {
    const folder = mkdtempSync(join(bundles.folder, 'cold-start-'));
    const variables = { ...toVariables(folder, everySource), ...change(folder) };
    const error: unknown = await loadLambda(bundles.pathOf('sqs'), variables).catch((thrown) => thrown);
    if (!(error instanceof LambdaEndedError)) throw new Error('it has started');
    const lines = error.lines.map((text) => line.parse(JSON.parse(text.replaceAll(folder, '<folder>'))));
    expect(lines.map((each) => each.reason)).toEqual([`the function is not set up: ${reason}`]);
  });
});

function toFile(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
