/**
 * The demo: real events to finished jobs, through the same router as `signalbox dev`, with no AWS account.
 * Exits 0 when every job ended as it should.
 */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Dev, startDev } from '../cli/dev.ts';
import { toAttemptLines, toRunTable } from '../cli/tables.ts';
import { isObject } from '../shared/events/json.ts';
import { parseJobs } from '../shared/jobs/parse.ts';
import { createLog } from '../shared/local/log.ts';
import { isFinished, type Run } from '../shared/runs/run.ts';
import { toSurprises } from './outcome.ts';
import { toQueueDelivery } from './queue-messages.ts';

const mostSeconds = 50;

const path = fileURLToPath(new URL('jobs.yml', import.meta.url));
const file = parseJobs(readFileSync(path, 'utf8'), path);
const say = (text: string) => void process.stdout.write(`${text}\n`);

const startedAt = Date.now();
const dev = await startDev(file, createLog('fatal'), { port: 0 });
say(`the router listens on ${dev.url}; its jobs are declared in examples/jobs.yml\n`);
dev.local.listen((run, { what, attempt }) => {
  const of = run.plan.retry.attempts > 1 ? ` ${attempt} of ${run.plan.retry.attempts}` : '';
  const news = { started: `attempt${of} runs`, retrying: `attempt${of} failed, is tried again` };
  say(`  ${since()} ${run.job.padEnd(15)} ${what === 'started' || what === 'retrying' ? news[what] : what}`);
});

const ids = new Set(await sendEvents(dev));
const runs = await waitForEnd(dev, ids);
await dev.end(true);

say(`\n${toRunTable(runs, Date.now())}`);
say(`\nattempts\n${toAttemptLines(runs)}`);
const wrong = toSurprises(runs);
for (const surprise of wrong) say(`unexpected: ${surprise}`);
say(`\n${runs.length} runs in ${((Date.now() - startedAt) / 1000).toFixed(1)} s. Look closer with`);
say(`  npx -y pnpm@12.21.0 signalbox --config examples/jobs.yml runs show ${runs[0]?.id.slice(0, 10)}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** One of each kind: HTTP, a schedule's tick, messages of a queue, and invocations. Gives the runs' ids. */
async function sendEvents({ url, local }: Dev): Promise<string[]> {
  const functions = `${url}/2015-03-31/functions`;
  const json = { 'content-type': 'application/json' };
  say('POST /files/signal-box.txt/index, twice with one Idempotency-Key: one run');
  const key = { ...json, 'idempotency-key': `demo-${startedAt}` };
  const indexed = await send(`${url}/files/signal-box.txt/index`, {}, key);
  const repeated = await send(`${url}/files/signal-box.txt/index`, {}, key);
  const order = {
    lines: Array.from({ length: 6000 }, (_, sku) => ({
      sku,
      name: `“part” ${sku}`,
      quantity: 2,
      price: 150,
    })),
  };
  say(
    `POST /orders, ${Math.round(JSON.stringify(order).length / 1024)} KiB: too big for a variable, so it travels by claim check`,
  );
  const ordered = await send(`${url}/orders`, order, json);
  say("invoke schedule: a tick of csv-summary's schedule, as EventBridge Scheduler sends it");
  const rule = file.jobs
    .find(({ name }) => name === 'csv-summary')
    ?.events.find(({ type }) => type === 'schedule')?.id;
  const ticked = await send(`${functions}/schedule/invocations`, {
    signalbox: { rule, scheduledTime: new Date(startedAt).toISOString() },
  });
  say('invoke sqs: orders 1 and 2, then 2 and 3, as a queue delivers them that lost an answer: three runs');
  for (const orders of [
    [1, 2],
    [2, 3],
  ]) {
    const delivery = toQueueDelivery(`demo-${startedAt}`, orders);
    const { batchItemFailures } = await post(`${functions}/sqs/invocations`, delivery);
    if (!Array.isArray(batchItemFailures) || batchItemFailures.length > 0)
      throw new Error('the orders were not taken');
  }
  const labels = await local.ledger.list({ jobs: ['shipping-label'], since: startedAt, limit: 100 });
  say('invoke manual: word-index, flaky-import, endless-report\n');
  const input = { name: 'signal-box.txt' };
  const invoked = [];
  for (const job of ['word-index', 'flaky-import', 'endless-report']) {
    invoked.push(await send(`${functions}/manual/invocations`, { job, input }));
  }
  return [indexed, repeated, ordered, ticked, ...invoked, labels.runs.map(({ id }) => id)].flat();
}

async function send(url: string, body: unknown, headers: Record<string, string> = {}): Promise<string[]> {
  const told = await post(url, body, headers);
  const runs = Array.isArray(told['runs']) ? told['runs'] : [told];
  const found = runs.flatMap((run) => (typeof run?.runId === 'string' ? [run.runId] : []));
  if (found.length === 0) throw new Error(`${url} answered ${JSON.stringify(told)}`);
  return found;
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const told: unknown = await answer.json();
  if (!answer.ok || !isObject(told)) throw new Error(`${url} answered ${answer.status}`);
  return told;
}

async function waitForEnd({ local }: Dev, ids: ReadonlySet<string>): Promise<Run[]> {
  for (;;) {
    const loaded = await Promise.all([...ids].map((id) => local.ledger.load(id)));
    const runs = loaded.flatMap((run) => run ?? []);
    if (runs.every(isFinished)) return runs;
    if (Date.now() - startedAt > mostSeconds * 1000) {
      say(`\nnot all runs ended within ${mostSeconds} s`);
      return runs;
    }
    await sleep(100);
  }
}

function since(): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`.padStart(7);
}
