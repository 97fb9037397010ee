/**
 * The functions of AWS's side against the stand-ins: they are killed with SIGKILL in the middle of what they do, their
 * connections break, services throttle, and state changes are lost, doubled and late: `node test/chaos/cloud.ts [runs]
 * [seed]`. Time runs ten times as fast, so that what a sweep finds after a minute is found after six seconds. The jobs'
 * own output is the judge. Exits 1 with the story of each run that is wrong.
 */
import { subscribe } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../shared/events/json.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { startCloud } from '../cloud/cloud.ts';
import { createRandom } from '../simulation/random.ts';
import { type Fault, serverError } from '../stand-in/faults.ts';
import { createCarry } from './carry.ts';
import { cloudTargets, deployChaos, toCloudProperties } from './cloud-services.ts';
import { createDeliveries } from './deliveries.ts';
import { drive, readRuns } from './drive.ts';
import { speedUp, toPreload } from './fast-clock.ts';
import { toBusRule, toJobsFile, toMostAttempts } from './jobs.ts';
import { type Evidence, judge } from './judge.ts';
import { createKiller } from './killer.ts';
import { findGrown, readOutput } from './output.ts';
import { toHttpPayload } from './payloads.ts';
import { type ChaosProxy, startProxy } from './proxy.ts';
import { createSenders } from './senders.ts';
import { toMissing, toSummary } from './summary.ts';

const count = Number(process.argv[2] ?? 300);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const mostSeconds = 300 + count;
const factor = 10;
const toReal = (seconds: number) => (seconds * 1000) / factor;

const clock = { since: Date.now(), factor };
speedUp(clock);
// The true time of Node's own header would have the SDK correct its clock, and repeat what was refused.
subscribe('http.server.request.start', (message) => {
  (message as { readonly response: ServerResponse }).response.sendDate = false;
});

const say = (text: string) => void process.stdout.write(`${text}\n`);
const random = createRandom(seed);
const startedAt = performance.now();
const folder = mkdtempSync(join(tmpdir(), 'signalbox-chaos-'));
const outputFolder = join(folder, 'output');
mkdirSync(outputFolder);
const command = ['sh', fileURLToPath(new URL('job.sh', import.meta.url))];
const file = parseJobs(toJobsFile(cloudTargets, toCloudProperties(command)), join(folder, 'jobs.yml'));

const over = new AbortController();
const proxies: ChaosProxy[] = [];
const counts = { wakes: 0, sweeps: 0, failedSweeps: 0 };
const { carry, counts: carried } = createCarry({
  random,
  instances: ['state-change 1', 'state-change 2'],
  mostDelayMs: toReal(40),
  againMs: toReal(60),
  signal: over.signal,
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    say(`${signal}: it is given up`);
    over.abort();
  });
}
const killer = createKiller({
  random,
  likelihood: 0.04,
  // One that is just being loaded may fail to.
  kill: (instance) => cloud.kill(instance).catch(() => undefined),
  signal: over.signal,
});

say(`${count} deliveries, seed ${seed}`);
const cloud = await startCloud({
  ...deployChaos(file, command, { CHAOS_OUTPUT: outputFolder }),
  trouble: {
    carry,
    preload: toPreload(clock),
    async reach(endpoint) {
      const port = Number(new URL(endpoint).port);
      const proxy = await startProxy({ port: () => port, likelihood: 0.01, random });
      proxies.push(proxy);
      return proxy.url;
    },
    watch: killer.watch,
    fail() {
      counts.wakes++;
    },
  },
});
// By the services' time, which is the fast one.
const { faults: standInFaults } = cloud.standIn;
standInFaults.admit('RunTask', { perSecond: 0.4, burst: 4 });
standInFaults.admit('StartExecution', { perSecond: 0.4, burst: 4 });
standInFaults.admit('StartBuild', { perSecond: 0.2, burst: 2 });
standInFaults.admit('DescribeTasks', { perSecond: 1, burst: 5 });
standInFaults.choose(pickFault);

const senders = createSenders({
  async post(delivery, line) {
    const answer = await cloud.invokeAs(`http ${line}`, 'http-api-gateway', toHttpPayload(delivery));
    return isObject(answer) && answer['statusCode'] === 202;
  },
  invoke: (name, payload, line) => cloud.invokeAs(`${name} ${line}`, name, payload),
  toBusRule: (job) => toBusRule(file, job),
  random,
  againMs: toReal(30),
});
const sweeping = sweepAgainAndAgain();
const targetWeights = { fargate: 5, codebuild: 2, batch: 2, 'state-machine': 3 };
const deliveries = createDeliveries(count, random, () => random.weigh(targetWeights));
let evidence: Evidence;
try {
  await drive({
    deliveries,
    senders,
    ledger: cloud.ledger,
    window: 60,
    mostSeconds,
    signal: over.signal,
    say,
  });
  evidence = {
    sent: senders.sent(),
    kept: await readRuns(cloud.ledger),
    output: readOutput(outputFolder),
    mostAttempts: (job) => toMostAttempts(file, job),
  };
  // Whatever lives on writes on.
  await sleep(500);
} finally {
  over.abort();
  await senders.stop();
  await sweeping;
  await cloud.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
}
const { calls } = cloud.standIn;
const faults = {
  'kills of functions': killer.kills(),
  'connections dropped': proxies
    .flatMap(({ dropped }) => Object.values(dropped))
    .reduce((sum, each) => sum + each, 0),
  'calls without an answer': calls.filter(({ status }) => status === undefined).length,
  'calls refused': calls.filter(({ status = 200 }) => status !== 200).length,
  'state changes lost': carried.lost + carried.givenUp,
  'state changes doubled': carried.doubled,
  'state changes late': carried.delayed,
  'batches of wake-ups failed': counts.wakes,
  sweeps: `${counts.sweeps}, of which ${counts.failedSweeps} died`,
};
const violations = [
  ...judge(evidence),
  ...findGrown(evidence.output, readOutput(outputFolder)),
  ...toMissing(faults, count),
];
for (const line of toSummary(evidence, violations, faults, (performance.now() - startedAt) / 1000)) say(line);
const hasFailed = violations.length > 0;
if (hasFailed)
  say(`the jobs' output is left in ${folder}; once more: node test/chaos/cloud.ts ${count} ${seed}`);
else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
// Not left to Node: after thousands of killed functions it may wait for ever for a handle of its own to close.
process.exit(hasFailed ? 1 : 0);

/** One call in fifty of those that change something goes wrong at the service itself. */
function pickFault(operation: string): Fault | undefined {
  if (!/^(?:RunTask|StopTask|StartBuild|StopBuild|StartExecution|StopExecution)$/.test(operation))
    return undefined;
  if (!random.chance(0.02)) return undefined;
  return random.pick<Fault>([
    serverError,
    { kind: 'drop answer' },
    { kind: 'act late', afterMs: random.between(0, 300) },
    { kind: 'hang' },
  ]);
}

/** Every minute, as its schedule does, whether or not the one before has ended; now and then two at once. */
async function sweepAgainAndAgain(): Promise<void> {
  const all: Promise<void>[] = [];
  while (!over.signal.aborted) {
    await sleep(toReal(60), undefined, { signal: over.signal }).catch(() => undefined);
    if (over.signal.aborted) break;
    for (let more = random.chance(0.2) ? 2 : 1; more > 0; more--) all.push(sweep(all.length % 3));
  }
  await Promise.all(all);
}

async function sweep(line: number): Promise<void> {
  counts.sweeps++;
  await cloud.invokeAs(`sweep ${line}`, 'sweep', {}, 300_000).catch(() => {
    counts.failedSweeps++;
  });
}
