/**
 * Runs one job to its end and writes down how it ended: `node start-supervisor.mjs <folder> <token> <cache>`.
 *
 * It is a process of its own, in a session of its own, so that the router may be killed and started again
 * while the job goes on and its exit code is kept. SIGTERM asks it to stop the job.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import type { Cause } from '../../runs/failure.ts';
import {
  type AttemptFolder,
  claim,
  type ProcessOrder,
  type ProcessRecord,
  readOrder,
  replaceRecord,
  toLogPath,
} from './attempt-folder.ts';
import { identify } from './process-identity.ts';

const [path = '', token = ''] = process.argv.slice(2);
const folder: AttemptFolder = { path, token };
const self = identify(process.pid);
let stop = () => {};
let newest: ProcessRecord | undefined;

process.on('SIGTERM', () => stop());
for (const signal of ['SIGINT', 'SIGHUP', 'SIGPIPE'] as const) process.on(signal, () => {});

const order = readOrder(folder);
if (claim(folder, { phase: 'claimed', supervisor: self })) run(order);

function run(order: ProcessOrder): void {
  const startedAt = Date.now();
  const refuse = (cause: Cause) => keep({ phase: 'never-started', cause });
  if (!isDirectory(order.directory)) {
    refuse({ class: 'rejected', reason: `its working directory ${order.directory} is not there` });
    return;
  }
  const log = openSync(toLogPath(folder), 'a', 0o600);
  const child = launch(order, log, startedAt);
  closeSync(log);
  if (child instanceof Error) {
    refuse(toRefusal(child, order));
    return;
  }
  child.on('error', (error) => refuse(toRefusal(error, order)));
  const { pid } = child;
  if (pid === undefined) return;
  keep({ phase: 'running', supervisor: self, job: identifyChild(pid), startedAt });
  let grace: NodeJS.Timeout | undefined;
  stop = () => {
    killGroup(pid, 'SIGTERM');
    stop = () => {};
    grace = setTimeout(() => killGroup(pid, 'SIGKILL'), order.stopTimeoutSeconds * 1000);
  };
  child.on('exit', (code, signal) => {
    // What the job left behind in its group ends with it, as in a container.
    killGroup(pid, 'SIGKILL');
    // From here on the number may be given to others, and the record may have to wait for room.
    stop = () => {};
    clearTimeout(grace);
    const failure = toFailure(code, signal);
    keep({ phase: 'ended', startedAt, endedAt: Date.now(), ...(failure ? { failure } : {}) }, () =>
      process.exit(0),
    );
  });
}

function launch(order: ProcessOrder, log: number, startedAt: number): ChildProcess | Error {
  const [command = '', ...parameters] = order.command;
  const deadline = new Date(startedAt + order.timeoutSeconds * 1000).toISOString();
  try {
    return spawn(command, parameters, {
      cwd: order.directory,
      env: { ...inherited(), ...order.environment, STP_DEADLINE: deadline },
      stdio: ['ignore', log, log],
      detached: true,
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The router's own environment, less what another job of ours may have been given. */
function inherited(): NodeJS.ProcessEnv {
  const ours = (name: string) => name.startsWith('STP_') || name === 'TRACEPARENT' || name === 'TRACESTATE';
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours(name)));
}

/** The record is the only witness of how the job ended: on a full disk the newest one waits for room. */
function keep(record: ProcessRecord, then: () => void = () => {}): void {
  newest = record;
  try {
    replaceRecord(folder, record);
    then();
  } catch {
    // Somebody removed the folder: there is nobody left to tell.
    if (!isDirectory(folder.path)) {
      then();
      return;
    }
    setTimeout(() => {
      if (newest === record) keep(record, then);
    }, 500);
  }
}

/** A job that is over already has an identity that no process has: it's simply not alive. */
function identifyChild(pid: number) {
  try {
    return identify(pid);
  } catch {
    return { pid, born: 'ended' };
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has no member left.
  }
}

function toFailure(code: number | null, signal: NodeJS.Signals | null): Cause | undefined {
  if (code === 0) return undefined;
  if (signal === null) return { class: 'exit-code', reason: `exited with code ${code}`, exitCode: code ?? 1 };
  return {
    class: 'exit-code',
    reason: `killed by ${signal}`,
    exitCode: 128 + constants.signals[signal],
    signal,
  };
}

function toRefusal(error: Error & { code?: unknown }, { command, directory }: ProcessOrder): Cause {
  const [program] = command;
  switch (error.code) {
    case 'ENOENT':
      return {
        class: 'rejected',
        reason: `its command ${program} was not found: not in ${directory}, not in PATH`,
      };
    case 'EACCES':
      return {
        class: 'rejected',
        reason: `its command ${program} may not be run: no permission, or not a program`,
      };
    case 'E2BIG':
      return {
        class: 'rejected',
        reason: 'its arguments and environment together are more than this system takes',
      };
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return { class: 'no-capacity', reason: `this machine could not start ${program}: ${error.code}` };
    default:
      return { class: 'rejected', reason: `its command ${program} could not be started: ${error.message}` };
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
