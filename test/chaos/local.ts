/**
 * The local router, killed with SIGKILL every second or so while connections to it break: `node test/chaos/local.ts
 * [runs] [seed]`. Its jobs' own output is the judge. Exits 1 with the story of each run that is wrong.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { makeHome, toHome } from '../../shared/local/home.ts';
import { readRouterNote } from '../../shared/local/router-file.ts';
import { createRandom } from '../simulation/random.ts';
import { killAll } from '../support/processes.ts';
import { createDeliveries, type Delivery, toBody } from './deliveries.ts';
import { drive, readRuns } from './drive.ts';
import { toBusRule, toJobsFile, toMostAttempts } from './jobs.ts';
import { type Evidence, judge, type Violation } from './judge.ts';
import { findGrown, readOutput } from './output.ts';
import { toHeaders } from './payloads.ts';
import { startProxy } from './proxy.ts';
import { createSenders } from './senders.ts';
import { toMissing, toSummary } from './summary.ts';

const count = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const mostSeconds = 300 + count;
/** How long a router lives once it listens; one in five is killed while it begins. */
const mostLifeMs = 4000;
const mostBeginningMs = 1000;

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const say = (text: string) => void process.stdout.write(`${text}\n`);
const random = createRandom(seed);
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'signalbox-chaos-'));
const outputFolder = join(folder, 'output');
mkdirSync(outputFolder);
const jobsPath = join(folder, 'jobs.yml');
writeFileSync(jobsPath, toJobsFile(['process'], toProperties));
const file = parseJobs(toJobsFile(['process'], toProperties), jobsPath);
const home = toHome(folder);
makeHome(home);
// The schema is made by the first to open the ledger; this process looks at it from outside all the time.
openDatabase(home.ledger).close();
const database = openDatabase(home.ledger, { readOnly: true });
const ledger = createSqliteLedger(database, Date.now);

let router: ChildProcess | undefined;
let kills = 0;
const endings: Violation[] = [];
const over = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    say(`${signal}: it is given up`);
    over.abort();
  });
}
// However this ends, nothing that it began lives on.
process.on('exit', () => {
  router?.kill('SIGKILL');
  killAll(home.attempts);
});
say(`${count} deliveries, seed ${seed}`);
const proxy = await startProxy({ port: findPort, likelihood: 0.1, random });
const killing = killAgainAndAgain();
const senders = createSenders({
  post,
  invoke,
  toBusRule: (job) => toBusRule(file, job),
  random,
  againMs: 1500,
});
try {
  const deliveries = createDeliveries(count, random, () => 'process');
  await drive({ deliveries, senders, ledger, window: 40, mostSeconds, signal: over.signal, say });
} finally {
  over.abort();
  await senders.stop();
  await killing;
  await proxy.close();
}
const evidence: Evidence = {
  sent: senders.sent(),
  kept: await readRuns(ledger),
  output: readOutput(outputFolder),
  mostAttempts: (job) => toMostAttempts(file, job),
};
// Whatever lives on writes on.
await sleep(500);
database.close();
const faults = {
  'kills of the router': kills,
  'connections dropped': Object.values(proxy.dropped).reduce((sum, each) => sum + each, 0),
};
const violations = [
  ...endings,
  ...judge(evidence),
  ...findGrown(evidence.output, readOutput(outputFolder)),
  ...toMissing(faults, count),
];
for (const line of toSummary(evidence, violations, faults, (performance.now() - startedAt) / 1000)) say(line);
const hasFailed = violations.length > 0;
if (hasFailed) say(`everything is left in ${folder}; once more: node test/chaos/local.ts ${count} ${seed}`);
else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exitCode = hasFailed ? 1 : 0;

function toProperties(_: string, kind: string) {
  const local = { command: ['sh', script('job.sh')], environment: { CHAOS_OUTPUT: outputFolder } };
  return kind === 'endless'
    ? { local, timeout: 1, stopTimeout: 1, retryConfig: { attempts: 2 } }
    : { local, timeout: 60, retryConfig: { attempts: 3 } };
}

async function killAgainAndAgain(): Promise<void> {
  while (!over.signal.aborted) {
    const child = spawn(
      process.execPath,
      [script('../../cli/main.ts'), '--config', jobsPath, 'dev', '--port', '0', '--slots', '6'],
      { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, SIGNALBOX_LOG_LEVEL: 'fatal' } },
    );
    router = child;
    const gone = once(child, 'exit');
    const [code] = await Promise.race([gone, untilKilled()]);
    if (typeof code === 'number') {
      endings.push({ what: `the router ended by itself with ${code}` });
      over.abort();
    }
    child.kill('SIGKILL');
    await gone;
    if (!over.signal.aborted) kills++;
  }
}

async function untilKilled(): Promise<readonly [undefined]> {
  const isEarly = random.chance(0.2);
  while (!isEarly && !over.signal.aborted && findPort() === undefined) await sleep(20);
  const until = performance.now() + random.between(0, isEarly ? mostBeginningMs : mostLifeMs);
  while (!over.signal.aborted && performance.now() < until) await sleep(20);
  return [undefined];
}

function findPort(): number | undefined {
  const note = readRouterNote(home);
  return note && note.pid === router?.pid ? Number(new URL(note.url).port) : undefined;
}

async function post(delivery: Delivery): Promise<boolean> {
  const answer = await send(`/${delivery.job}`, JSON.stringify(toBody(delivery)), toHeaders(delivery));
  return answer.status === 202;
}

async function invoke(name: string, payload: unknown): Promise<unknown> {
  const answer = await send(`/2015-03-31/functions/${name}/invocations`, JSON.stringify(payload), {});
  const told: unknown = JSON.parse(answer.text);
  if (answer.status !== 200 || answer.isFunctionError) throw new Error(`${name}: ${answer.text}`);
  return told;
}

async function send(path: string, body: string, headers: Readonly<Record<string, string>>) {
  const answer = await fetch(`${proxy.url}${path}`, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const isFunctionError = answer.headers.has('x-amz-function-error');
  return { status: answer.status, isFunctionError, text: await answer.text() };
}
