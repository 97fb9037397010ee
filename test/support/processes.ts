import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Order } from '../../shared/runs/order.ts';
import type { ProcessWork } from '../../shared/runs/plan.ts';
import {
  type ProcessRecord,
  readRecord,
  toAttemptFolder,
} from '../../shared/targets/process/attempt-folder.ts';
import { createProcessTarget } from '../../shared/targets/process/process.ts';
import { identify, isAlive } from '../../shared/targets/process/process-identity.ts';
import type { Target } from '../../shared/targets/target.ts';
import { runId } from './draft.ts';
import { atEnd, makeFolder } from './folder.ts';
import { until } from './until.ts';

export const token = `${runId}-1-1`;

/** Of any process: the target finds what it started by the token alone. */
export const work: ProcessWork = { target: 'process', command: [], directory: '/', environment: {} };

/** A process target with a folder for its jobs to write to; whatever still lives at the end of the test is killed. */
export type Processes = {
  readonly target: Target;
  /** Where jobs run. */
  readonly folder: string;
  readonly toOrder: (
    command: readonly string[],
    change?: Partial<Order>,
    work?: Partial<ProcessWork>,
  ) => Order;
  /** An order for a line of shell. */
  readonly toShell: (script: string, change?: Partial<Order>) => Order;
  /** The text that a job wrote, once it has; a file without its last line break is not whole yet. */
  readonly written: (name: string) => Promise<string>;
  /** Of the test's start, which must run. */
  readonly pids: () => { readonly supervisor: number; readonly job: number };
  /** The folder of a start: its record and its log. */
  readonly pathOf: (of?: string) => string;
  readonly logOf: (of?: string) => string;
};

export function createProcesses(): Processes {
  const folder = makeFolder();
  const root = join(makeFolder(), 'attempts');
  atEnd(() => killAll(root));

  const toOrder: Processes['toOrder'] = (command, change = {}, work = {}) => ({
    token,
    askedAt: Date.now(),
    runId,
    job: 'word-index',
    source: 'manual',
    attempt: 1,
    maximumAttempts: 1,
    deadline: '2026-11-20T10:02:00.000Z',
    timeoutSeconds: 60,
    startTimeoutSeconds: 60,
    stopTimeoutSeconds: 5,
    work: { target: 'process', command, directory: folder, environment: {}, ...work },
    event: '{}',
    ...change,
  });
  const pathOf = (of = token) => toAttemptFolder(root, of).path;

  return {
    target: createProcessTarget(root),
    folder,
    toOrder,
    toShell: (script, change) => toOrder(['sh', '-c', script], change),
    written: (name) =>
      until(`${name} is written`, () => {
        const path = join(folder, name);
        const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
        return text.endsWith('\n') && text.slice(0, -1);
      }),
    pids() {
      const record = readRecord(toAttemptFolder(root, token));
      if (typeof record !== 'object' || record.phase !== 'running') throw new Error('it does not run');
      return { supervisor: record.supervisor.pid, job: record.job.pid };
    },
    pathOf,
    logOf: (of = token) => readFileSync(join(pathOf(of), 'output.log'), 'utf8'),
  };
}

/** Whether a process runs; one that has ended and waits to be collected doesn't. */
export function lives(pid: number): boolean {
  try {
    identify(pid);
    return true;
  } catch {
    return false;
  }
}

/** Every job's process group and its supervisor, as far as there are any below that folder of attempts. */
export function killAll(root: string): void {
  for (const path of existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : []) {
    if (!path.endsWith('record.json')) continue;
    let record: ProcessRecord;
    try {
      record = JSON.parse(readFileSync(join(root, path), 'utf8'));
    } catch {
      continue;
    }
    // First the supervisor, lest it writes to a folder that is being removed.
    if ('supervisor' in record && isAlive(record.supervisor)) process.kill(record.supervisor.pid, 'SIGKILL');
    // Its children may live on without it; but a process that was given its number later is nothing of ours.
    if ('job' in record && (isAlive(record.job) || !lives(record.job.pid))) killGroup(record.job.pid);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no member left.
  }
}
