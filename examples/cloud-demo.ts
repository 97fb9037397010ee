/**
 * The demo through AWS's side: the bundled functions, DynamoDB, S3 and SQS, and each of the targets, all of them
 * stand-ins on this machine's loopback. Exits 0 when every job ended as it should.
 */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { toAttemptLines, toRunTable } from '../cli/tables.ts';
import { isObject } from '../shared/events/json.ts';
import { parseJobs } from '../shared/jobs/parse.ts';
import { toHttpApiPayload } from '../shared/local/http-payload.ts';
import { isFinished, type Run } from '../shared/runs/run.ts';
import { type Cloud, startCloud } from '../test/cloud/cloud.ts';
import { deployExamples } from '../test/cloud/examples.ts';
import { sweep } from '../test/cloud/sweep.ts';
import { toSurprises } from './outcome.ts';
import { toQueueDelivery } from './queue-messages.ts';

const mostSeconds = 90;

const path = fileURLToPath(new URL('cloud-jobs.yml', import.meta.url));
const file = parseJobs(readFileSync(path, 'utf8'), path);
const say = (text: string) => void process.stdout.write(`${text}\n`);

const startedAt = Date.now();
const cloud = await startCloud(deployExamples(file));
say('stand-ins for ECS, CodeBuild, Step Functions, Batch, DynamoDB, S3 and SQS listen on 127.0.0.1\n');
const ids = new Set(await sendEvents(cloud));
const runs = await waitForEnd(cloud, ids);
const calls = Map.groupBy(cloud.standIn.calls, ({ operation }) => operation);
const complaints = await cloud.close();

say(`\n${toRunTable(runs, Date.now())}`);
say(`\nattempts\n${toAttemptLines(runs)}`);
say(`\ncalls: ${[...calls].map(([name, all]) => `${name} ${all.length}`).join(', ')}`);
const wrong = toSurprises(runs);
for (const line of complaints) say(`logged: ${line}`);
for (const surprise of wrong) say(`unexpected: ${surprise}`);
say(`\n${runs.length} runs in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** One of each kind, as AWS calls the functions. Gives the runs' ids. */
async function sendEvents({ invoke }: Cloud): Promise<string[]> {
  say('POST /files/signal-box.txt/index, twice with one Idempotency-Key: one run, on Batch');
  const toIndex = () => post('/files/{name}/index', '/files/signal-box.txt/index', {}, `demo-${startedAt}`);
  const indexed = await call(invoke, 'http-api-gateway', toIndex());
  const repeated = await call(invoke, 'http-api-gateway', toIndex());
  const order = {
    lines: Array.from({ length: 6000 }, (_, sku) => ({
      sku,
      name: `“part” ${sku}`,
      quantity: 2,
      price: 150,
    })),
  };
  say(
    `POST /orders, ${Math.round(JSON.stringify(order).length / 1024)} KiB: by claim check from S3, on Fargate`,
  );
  const ordered = await call(invoke, 'http-api-gateway', post('/orders', '/orders', order));
  say("schedule: a tick of csv-summary's schedule, as EventBridge Scheduler sends it, on CodeBuild");
  const rule = file.jobs
    .find(({ name }) => name === 'csv-summary')
    ?.events.find(({ type }) => type === 'schedule')?.id;
  const scheduledTime = new Date(startedAt).toISOString();
  await call(invoke, 'schedule', { signalbox: { rule, scheduledTime } });
  say('sqs: orders 1 and 2, then 2 and 3, as a queue delivers them that lost an answer: three executions');
  for (const orders of [
    [1, 2],
    [2, 3],
  ]) {
    const answer = await invoke('sqs', toQueueDelivery(`demo-${startedAt}`, orders));
    const failures = isObject(answer) ? answer['batchItemFailures'] : undefined;
    if (!Array.isArray(failures) || failures.length > 0) throw new Error('the orders were not taken');
  }
  say('manual: word-index on Batch, flaky-import and endless-report on Fargate');
  say('sweep: finds endless-report when its two seconds are over, and has it stopped\n');
  const input = { name: 'signal-box.txt' };
  const invoked = [];
  for (const job of ['word-index', 'flaky-import', 'endless-report']) {
    invoked.push(await call(invoke, 'manual', { job, input }));
  }
  const silent = await cloud.ledger.list({ jobs: ['shipping-label', 'csv-summary'], limit: 100 });
  return [indexed, repeated, ordered, ...invoked, silent.runs.map(({ id }) => id)].flat();
}

function post(path: string, rawUrl: string, body: unknown, key?: string) {
  const keyHeader = key === undefined ? [] : ['Idempotency-Key', key];
  const name = rawUrl.split('/').at(2);
  return toHttpApiPayload(
    {
      method: 'POST',
      rawUrl,
      rawHeaders: ['Content-Type', 'application/json', ...keyHeader],
      body: Buffer.from(JSON.stringify(body)),
      sourceIp: '203.0.113.9',
      requestId: randomUUID(),
      timeMs: Date.now(),
    },
    {
      apiName: 'examples',
      routeKey: `POST ${path}`,
      method: 'POST',
      path,
      pathParameters: path.includes('{name}') && name !== undefined ? { name } : {},
      payloadFormat: '2.0',
    },
  );
}

/** Gives the ids of the runs that the answer names. */
async function call(invoke: Cloud['invoke'], name: string, payload: unknown): Promise<string[]> {
  const answer = await invoke(name, payload);
  const told = isObject(answer) && typeof answer['body'] === 'string' ? JSON.parse(answer['body']) : answer;
  const all = Array.isArray(told?.runs) ? told.runs : [told];
  return all.flatMap((run: unknown) =>
    isObject(run) && typeof run['runId'] === 'string' ? [run['runId']] : [],
  );
}

async function waitForEnd({ ledger, invokeAs }: Cloud, ids: ReadonlySet<string>): Promise<Run[]> {
  const seen = new Map<string, string>();
  for (;;) {
    await sweep({ invokeAs });
    const loaded = await Promise.all([...ids].map((id) => ledger.load(id)));
    const runs = loaded.flatMap((run) => run ?? []);
    for (const run of runs) tellNews(seen, run);
    if (runs.every(isFinished)) return runs;
    if (Date.now() - startedAt > mostSeconds * 1000) {
      say(`\nnot all runs ended within ${mostSeconds} s`);
      return runs;
    }
    await sleep(100);
  }
}

function tellNews(seen: Map<string, string>, { id, job, status, attempts }: Run): void {
  const news = `${status}${attempts.length > 1 ? `, attempt ${attempts.length}` : ''}`;
  if (seen.get(id) === news) return;
  seen.set(id, news);
  say(`  ${`${((Date.now() - startedAt) / 1000).toFixed(1)} s`.padStart(7)} ${job.padEnd(15)} ${news}`);
}
