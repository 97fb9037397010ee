import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { toHome } from '../../shared/local/home.ts';
import { isFinished, type Run } from '../../shared/runs/run.ts';
import { type Window, windows } from './windows.ts';

export type CrashOptions = {
  readonly runs: number;
  /** At least so many in each window. */
  readonly killsPerWindow: number;
  /** Further kills, at moments that chance picks. */
  readonly randomKills: number;
  readonly mostSeconds: number;
};

export type CrashResult = {
  readonly kills: Readonly<Record<Window | 'at random', number>>;
  /** What the ledger and the judge's file say that must not be; empty when all is well. */
  readonly violations: readonly string[];
  readonly finished: number;
  readonly seconds: number;
};

const routerPath = fileURLToPath(new URL('router.ts', import.meta.url));
const jobPath = fileURLToPath(new URL('job.mjs', import.meta.url));

/** Kills the router again and again while it works through its runs, then lets it finish, and judges what happened. */
export async function crash({
  runs,
  killsPerWindow,
  randomKills,
  mostSeconds,
}: CrashOptions): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-crash-'));
  const jobsFile = join(folder, 'jobs.yml');
  const judge = join(folder, 'judge.txt');
  writeFileSync(judge, '');
  writeFileSync(jobsFile, toJobsFile(judge));
  const startedAt = Date.now();
  const kills = Object.fromEntries([...windows, 'at random'].map((name) => [name, 0])) as Record<
    Window | 'at random',
    number
  >;
  const events = createEvents(runs);
  const isLate = () => Date.now() - startedAt > mostSeconds * 1000;

  for (let session = 0; !isLate(); session++) {
    const window = windows.find((name) => kills[name] < killsPerWindow);
    if (window === undefined) break;
    // Now and then the second one of a session, so that the first one is found finished or half done.
    const router = await startRouter(jobsFile, window, session % 3 === 2 ? 2 : 1);
    events.release(1);
    const stopSending = events.sendTo(router.url);
    const killed = await untilKilled(router, window, folder, () => events.release(1));
    stopSending();
    if (killed) kills[window]++;
  }
  for (let kill = 0; kill < randomKills && !isLate(); kill++) {
    const router = await startRouter(jobsFile);
    events.release(3);
    const stopSending = events.sendTo(router.url);
    await sleep(toChance(kill) * 500);
    await killNow(router.process);
    stopSending();
    kills['at random']++;
  }
  const router = await startRouter(jobsFile);
  events.release(runs);
  const stopSending = events.sendTo(router.url);
  while (!isLate() && readRuns(folder).filter(isFinished).length < runs) await sleep(100);
  stopSending();
  await killNow(router.process);

  const found = readRuns(folder);
  const violations = judgeAll(found, readFileSync(judge, 'utf8'), runs);
  const seconds = (Date.now() - startedAt) / 1000;
  if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
  return { kills, violations, finished: found.filter(isFinished).length, seconds };
}

function toJobsFile(judge: string): string {
  return JSON.stringify({
    service: 'crash',
    jobs: {
      append: {
        target: 'process',
        timeout: 60,
        retryConfig: { attempts: 3 },
        local: { command: ['node', jobPath], environment: { JUDGE: judge } },
        events: [
          {
            type: 'http-api-gateway',
            properties: {
              httpApiGatewayName: 'crash',
              method: 'POST',
              path: '/append',
              payloadFormat: '2.0',
            },
          },
        ],
      },
    },
  });
}

/** A client that sends each event until it's acknowledged, with a key of its own, as clients should. */
function createEvents(count: number) {
  const pending: number[] = [];
  let released = 0;

  return {
    release(more: number): void {
      for (let last = Math.min(released + more, count); released < last; ) pending.push(++released);
    },
    sendTo(url: string): () => void {
      let isOn = true;
      const send = async () => {
        while (isOn) {
          const number = pending.shift();
          if (number === undefined) await sleep(5);
          else if (!(await isAcknowledged(url, number))) {
            pending.push(number);
            await sleep(20);
          }
        }
      };
      void Promise.all([send(), send()]);
      return () => {
        isOn = false;
      };
    },
  };
}

async function isAcknowledged(url: string, number: number): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `event-${number}` };
    const answer = await fetch(`${url}/append`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ number }),
    });
    await answer.arrayBuffer();
    return answer.status === 202;
  } catch {
    return false;
  }
}

type RunningRouter = { readonly process: ChildProcess; readonly url: string };

async function startRouter(jobsFile: string, window?: Window, nth = 1): Promise<RunningRouter> {
  const parameters = window === undefined ? [] : [window, String(nth)];
  const child = spawn(process.execPath, [routerPath, jobsFile, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  // One that finds work left over may be killed before it has said where it listens.
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => ''),
  ]);
  return { process: child, url };
}

/** Waits for the kill; when the router has nothing left to do, gives it more. */
async function untilKilled(
  router: RunningRouter,
  window: Window,
  folder: string,
  giveMore: () => void,
): Promise<boolean> {
  for (let looks = 0; looks < 600; looks++) {
    if (isGone(router.process)) return router.process.signalCode === 'SIGKILL';
    const runs = readRuns(folder);
    if (window === 'while running' && runs.some(({ status }) => status === 'running')) {
      await killNow(router.process);
      return true;
    }
    if (looks % 20 === 19 && runs.every(isFinished)) giveMore();
    await sleep(25);
  }
  await killNow(router.process);
  return false;
}

async function killNow(child: ChildProcess): Promise<void> {
  if (isGone(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function isGone(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function readRuns(folder: string): Run[] {
  const database = openDatabase(toHome(folder).ledger, { readOnly: true });
  try {
    return database
      .prepare('SELECT body FROM runs')
      .all()
      .map((row) => JSON.parse(String(row['body'])));
  } finally {
    database.close();
  }
}

/** Each event must have made one run, each attempt must have begun once and ended once, and the ledger must know how. */
export function judgeAll(runs: readonly Run[], judge: string, count: number): string[] {
  const lines = judge.split('\n').filter((line) => line !== '');
  const times = (line: string) => lines.filter((each) => each === line).length;
  const violations: string[] = [];
  const expect = (what: string, found: number, wanted: number) => {
    if (found !== wanted) violations.push(`${what}: ${found} times, expected ${wanted}`);
  };
  for (let number = 1; number <= count; number++) {
    const attempts = number % 10 === 0 ? 2 : 1;
    for (let attempt = 1; attempt <= 3; attempt++) {
      const wanted = attempt <= attempts ? 1 : 0;
      expect(`event ${number}: attempt ${attempt} began`, times(`begin ${number} ${attempt}`), wanted);
      expect(`event ${number}: attempt ${attempt} ended`, times(`end ${number} ${attempt}`), wanted);
    }
  }
  expect('runs in the ledger', runs.length, count);
  expect('runs that succeeded', runs.filter(({ status }) => status === 'succeeded').length, count);
  const failed = runs.flatMap(({ attempts }) => attempts.filter(({ failure }) => failure !== undefined));
  expect(
    'attempts with exit code 75',
    failed.filter(({ failure }) => failure?.exitCode === 75).length,
    Math.floor(count / 10),
  );
  expect('failed attempts', failed.length, Math.floor(count / 10));
  return violations;
}

/** The same moments in every call: a run that fails can be looked at again. */
function toChance(step: number): number {
  return ((step * 7919 + 104_729) % 1000) / 1000;
}
