import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Cause } from '../../runs/failure.ts';
import type { Limits } from '../../runs/fit.ts';
import { toVariables } from '../../runs/order.ts';
import type { EpochMs } from '../../runs/run.ts';
import { toMessage } from '../../to-message.ts';
import type { Report, StartAnswer, StopAnswer, Target } from '../target.ts';
import { tooLate } from '../too-late.ts';
import {
  type AttemptFolder,
  claim,
  type ProcessRecord,
  readRecord,
  toAttemptFolder,
  toLogPath,
  writeOrder,
} from './attempt-folder.ts';
import { isAlive, isTaken, type ProcessIdentity } from './process-identity.ts';

const supervisor = fileURLToPath(new URL('./start-supervisor.mjs', import.meta.url));
/** A supervisor says within this that it runs the job; after that its fate is unknown, and asked for again. */
const answerMs = 15_000;

/** One `NAME=value` with its closing NUL, in bytes: MAX_ARG_STRLEN of Linux. */
const longestVariableBytes = 131_072;

const limits: Limits = {
  inline: (_order, event) => ({
    size: Buffer.byteLength(`STP_TRIGGER_EVENT_DATA=${event}`) + 1,
    most: longestVariableBytes,
  }),
};

export type ProcessOptions = { readonly now?: () => EpochMs };

/**
 * Starts one attempt of a run as a process on this machine, in a process group of its own.
 *
 * Takes:  orders whose work is a command; the event travels as STP_TRIGGER_EVENT_DATA, up to 128 KiB.
 * Gives:  `started` once the process runs; the token is its external id.
 * Repeat: a token is claimed by a file that is made once, so the same token never starts a second process.
 * Keeps:  stdout and stderr, the exit code and the order, in `<root>/<run id>/<attempt>-<start>/`.
 */
export function createProcessTarget(root: string, { now = Date.now }: ProcessOptions = {}): Target {
  const folderOf = (token: string) => toAttemptFolder(root, token);
  // Beside the attempts, where only this user can write: what lies in it is run.
  const cache = join(root, 'compile-cache');

  return {
    name: 'process',
    limits,

    async start(order, event, how) {
      const { work, token } = order;
      if (work.target !== 'process') {
        return {
          kind: 'refused',
          cause: { class: 'rejected', reason: `a process can't be started for ${work.target}` },
        };
      }
      const folder = folderOf(token);
      let end: SupervisorEnd;
      try {
        const begun = readRecord(folder);
        if (begun !== undefined) return toAnswer(toReport(folder, begun, now()));
        const { command, directory, environment } = work;
        const { timeoutSeconds, stopTimeoutSeconds } = order;
        const told = { ...environment, ...toVariables(order, event) };
        writeOrder(folder, {
          token,
          command,
          directory,
          environment: told,
          timeoutSeconds,
          stopTimeoutSeconds,
        });
        const late = tooLate(how?.by, now());
        if (late !== undefined) return late;
        end = supervise(folder, cache);
      } catch (error) {
        // Such as a full disk: nothing was started.
        const reason = `its folder ${folder.path} can't be used: ${toMessage(error)}`;
        return { kind: 'refused', cause: { class: 'target-unavailable', reason } };
      }
      return untilAnswer(folder, end, now);
    },

    async stop({ token }) {
      const folder = folderOf(token);
      mkdirSync(folder.path, { recursive: true, mode: 0o700 });
      const cause = { class: 'stopped', reason: 'stopped before it was started' } as const;
      // Whoever comes to start it now finds the claim taken.
      if (claim(folder, { phase: 'never-started', cause })) return { kind: 'never-started' };
      return stopProcess(readRecord(folder));
    },

    async describe(handles) {
      return handles.map(({ token }) => {
        const folder = folderOf(token);
        return toReport(folder, readRecord(folder), now());
      });
    },

    report() {
      // Nobody sends state changes on this machine: the record in the folder is looked at.
      return undefined;
    },
  };
}

/** `reason` is there once the supervisor has ended. */
type SupervisorEnd = { readonly reason: string | undefined };

async function untilAnswer(
  folder: AttemptFolder,
  end: SupervisorEnd,
  now: () => EpochMs,
): Promise<StartAnswer> {
  const until = Date.now() + answerMs;
  while (Date.now() < until) {
    await sleep(10);
    const hasEnded = end.reason !== undefined;
    const report = toReport(folder, readRecord(folder), now());
    // Without a claim nothing was started, and this supervisor won't make one any more.
    if (report.state === 'absent' && hasEnded) {
      const reason = `its supervisor failed: ${end.reason}`;
      return { kind: 'refused', cause: { class: 'target-unavailable', reason } };
    }
    if (report.state !== 'absent' && report.state !== 'pending') return toAnswer(report);
  }
  return { kind: 'unknown', reason: `its supervisor didn't answer within ${answerMs / 1000} s` };
}

/** Starts a supervisor that outlives this process; what it has to complain about goes to the job's log. */
function supervise(folder: AttemptFolder, cache: string): SupervisorEnd {
  const end: { reason: string | undefined } = { reason: undefined };
  const log = openSync(toLogPath(folder), 'a', 0o600);
  const child = spawn(process.execPath, [supervisor, folder.path, folder.token, cache], {
    cwd: folder.path,
    detached: true,
    stdio: ['ignore', 'ignore', log],
  });
  closeSync(log);
  child.on('error', (error) => {
    end.reason = error.message;
  });
  child.on('exit', (code, signal) => {
    end.reason = `it ended with ${code ?? signal}, see ${toLogPath(folder)}`;
  });
  child.unref();
  return end;
}

function toAnswer(report: Report): StartAnswer {
  const externalId = report.token;
  switch (report.state) {
    case 'running':
      return { kind: 'started', externalId, startedAt: report.startedAt };
    case 'ended':
      return { kind: 'started', externalId, startedAt: report.startedAt ?? report.endedAt };
    case 'pending':
      return { kind: 'started', externalId };
    case 'never-started':
      return { kind: 'refused', cause: report.cause };
    default:
      return { kind: 'unknown', reason: 'nobody has claimed it yet' };
  }
}

function stopProcess(record: ProcessRecord | 'unreadable' | undefined): StopAnswer {
  if (record === undefined || record === 'unreadable' || record.phase === 'ended') return { kind: 'asked' };
  if (record.phase === 'never-started') return { kind: 'never-started' };
  if (isAlive(record.supervisor)) {
    process.kill(record.supervisor.pid, 'SIGTERM');
  } else if (record.phase === 'running' && isAlive(record.job)) {
    // Its supervisor was killed: nobody is left who could count the seconds between SIGTERM and SIGKILL.
    process.kill(-record.job.pid, 'SIGKILL');
  }
  return { kind: 'asked' };
}

function toReport(
  folder: AttemptFolder,
  record: ProcessRecord | 'unreadable' | undefined,
  now: EpochMs,
): Report {
  const { token } = folder;
  const about = { token, externalId: token };
  if (record === undefined) return { token, state: 'absent', lookedAt: now };
  if (record === 'unreadable') return { ...about, state: 'ended', endedAt: now, failure: lost };
  switch (record.phase) {
    case 'claimed':
      return isAlive(record.supervisor) ? { ...about, state: 'pending' } : toLastReport(folder, record, now);
    case 'running':
      return isAlive(record.supervisor) || isAlive(record.job)
        ? { ...about, state: 'running', startedAt: record.startedAt }
        : toLastReport(folder, record, now);
    case 'ended': {
      const { startedAt, endedAt, failure } = record;
      return { ...about, state: 'ended', startedAt, endedAt, ...(failure ? { failure } : {}) };
    }
    case 'never-started':
      return { ...about, state: 'never-started', cause: record.cause };
  }
}

/** Nobody is alive to write more: what stands there now is the last word, and may be newer than what was read. */
function toLastReport(folder: AttemptFolder, read: ProcessRecord, now: EpochMs): Report {
  const last = readRecord(folder);
  if (typeof last === 'object' && last.phase !== read.phase) return toReport(folder, last, now);
  if (read.phase === 'running') killRest(read.job);
  return {
    token: folder.token,
    externalId: folder.token,
    state: 'ended',
    endedAt: now,
    failure: lost,
  };
}

/** What the job left behind in its group ends with it; without a supervisor, whoever finds out sees to that. */
function killRest({ pid }: ProcessIdentity): void {
  // A number that is taken again is of a group that had ended, and is another's now.
  if (isTaken(pid)) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no member left.
  }
}

const lost: Cause = {
  class: 'lost',
  reason: 'its supervisor was killed or the machine went down: how it ended is not known',
};
