/**
 * `node bench/cold-start.ts`: from the start of a process to a loaded handler, which has read its jobs and opened its
 * ledger, against the floor: a CommonJS file that exports an empty handler. All in one run, in turns.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleFunctions } from '../shared/deploy/package/bundle.ts';
import { compileJobs } from '../shared/jobs/compiled.ts';
import { parseJobs } from '../shared/jobs/parse.ts';

const rounds = 15;
const names = ['manual', 'http-api-gateway', 'sqs', 'cloudwatch-log'];
/** With as many jobs as a big project has. */
const jobCount = 50;

const folder = mkdtempSync(join(tmpdir(), 'signalbox-bench-'));
const jobsPath = join(folder, 'jobs.json');
writeFileSync(jobsPath, compileJobs(parseJobs(toJobs(), join(folder, 'jobs.yml'))));
const env = {
  ...process.env,
  SIGNALBOX_JOBS: jobsPath,
  SIGNALBOX_LEDGER: pathToFileURL(join(folder, 'ledger.db')).href,
  SIGNALBOX_PAYLOADS: pathToFileURL(join(folder, 'payloads')).href,
};
// `performance.now()` counts from the start of the process.
const loader = join(folder, 'loader.cjs');
writeFileSync(
  loader,
  `if (typeof require(process.argv[2]).handler !== 'function') throw new Error('no handler');
  process.stdout.write(String(performance.now()));`,
);
const floor = join(folder, 'floor.cjs');
writeFileSync(floor, 'exports.handler = async () => {};');
await bundleFunctions(join(folder, 'functions'));
const bundles = names.map((name) => ({
  name,
  path: join(folder, 'functions', `${name}.cjs`),
  times: [] as number[],
}));
const floorTimes: number[] = [];

// The first start of each makes the ledger, and brings the files into memory.
for (let round = -1; round < rounds; round++) {
  const floorMs = load(floor);
  if (round >= 0) floorTimes.push(floorMs);
  for (const { path, times } of bundles) {
    const loadMs = load(path);
    if (round >= 0) times.push(loadMs);
  }
}
rmSync(folder, { recursive: true });

const floorMs = medianOf(floorTimes);
print('an empty handler', `${floorMs.toFixed(1)} ms`);
for (const { name, times } of bundles) {
  const ms = medianOf(times);
  print(name, `${ms.toFixed(1)} ms, ${(ms / floorMs).toFixed(2)} times the floor`);
}

function load(path: string): number {
  return Number(execFileSync(process.execPath, [loader, path], { env, encoding: 'utf8' }));
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
}

function toJobs(): string {
  const jobs = Array.from({ length: jobCount }, (_, number) => [
    `job-${number}`,
    {
      target: 'process',
      local: { command: ['true'] },
      events: [
        { type: 'manual' },
        { type: 'sqs', properties: { sqsQueueName: `queue-${number}` } },
        {
          type: 'http-api-gateway',
          properties: {
            httpApiGatewayName: 'bench',
            method: 'POST',
            path: `/jobs/${number}`,
            payloadFormat: '2.0',
          },
        },
        {
          type: 'cloudwatch-log',
          properties: {
            logGroupArn: `arn:aws:logs:eu-west-1:123456789012:log-group:/bench/${number}`,
            filter: '{ $.level = "ERROR" }',
          },
        },
      ],
    },
  ]);
  return JSON.stringify({ service: 'bench', jobs: Object.fromEntries(jobs) });
}

function print(name: string, text: string): void {
  process.stdout.write(`${name.padEnd(28)} ${text}\n`);
}
