import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import type { Home } from '../shared/local/home.ts';
import type { Log } from '../shared/local/log.ts';
import { openLocalRouter } from '../shared/local/router.ts';
import { readRouterNote } from '../shared/local/router-file.ts';
import { toContext } from '../shared/local/server/invoke-api.ts';
import { createCommands, RunNotFoundError } from '../shared/router/commands.ts';
import { createTrigger } from '../shared/router/trigger.ts';
import { manual as manualSource } from '../shared/sources/manual.ts';
import type { Commands } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';
import { createTriggerLog } from './trigger-log.ts';

export type LocalCommands = Commands & { close(): Promise<void> };

/**
 * Commands for the router that runs here, or for one that is made for the length of a command. `readJobs` is called
 * only when one has to be made.
 */
export async function openLocalCommands(
  home: Home,
  readJobs: () => JobsFile,
  log: Log,
): Promise<LocalCommands> {
  const url = await findRouter(home);
  return url === undefined ? openOwn(readJobs(), log) : toRunning(url);
}

const about = z.object({ home: z.string() });
const started = z.object({ runId: z.string() });
const functionError = z.object({ errorType: z.string(), errorMessage: z.string() });
const problem = z
  .object({ detail: z.string() })
  .or(z.object({ message: z.string() }).transform(({ message }) => ({ detail: message })));

/** The router that runs on this ledger, if one does; a note left by one that was killed names none. */
async function findRouter(home: Home): Promise<string | undefined> {
  const note = readRouterNote(home);
  if (note === undefined) return undefined;
  try {
    const answer = await fetch(`${note.url}/_signalbox`, { signal: AbortSignal.timeout(3000) });
    return about.parse(await answer.json()).home === home.path ? note.url : undefined;
  } catch {
    return undefined;
  }
}

function toRunning(url: string): LocalCommands {
  const runs = `${url}/_signalbox/runs`;
  return {
    isLasting: true,
    async invoke(job, input) {
      const answer = await post(`${url}/2015-03-31/functions/manual/invocations`, { job, input });
      const failed = functionError.safeParse(answer);
      if (failed.success) throw toCommandError(failed.data);
      return started.parse(answer).runId;
    },
    async cancel(runId) {
      await post(`${runs}/${runId}/cancel`, {});
    },
    async replay(runId, requestId, event) {
      const body = event === undefined ? {} : { event };
      // The key makes a replay that is sent twice one replay.
      const answer = await post(`${runs}/${runId}/replay`, body, { 'idempotency-key': requestId });
      return started.parse(answer).runId;
    },
    async go() {},
    async close() {},
  };
}

/** A payload that nobody takes is a mistake of the caller's; whatever else went wrong is the router's. */
function toCommandError({ errorType, errorMessage }: z.infer<typeof functionError>): CommandError {
  const isMistake = errorType === 'EventParseError' || errorType === 'NoRuleError';
  return new CommandError(isMistake ? exitCodes.mistake : exitCodes.unavailable, errorMessage);
}

async function post(url: string, body: unknown, more: Record<string, string> = {}): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...more };
  const signal = AbortSignal.timeout(60_000);
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers, signal }).catch(
    (cause) => {
      throw new CommandError(exitCodes.unavailable, `the router at ${url} did not answer: ${cause}`, {
        cause,
      });
    },
  );
  const told: unknown = await answer.json();
  if (answer.ok) return told;
  const { detail } = problem.parse(told);
  throw new CommandError(toExitCode(answer.status), detail);
}

function toExitCode(status: number): number {
  if (status === 404) return exitCodes.notFound;
  return status >= 500 ? exitCodes.unavailable : exitCodes.failed;
}

function openOwn(file: JobsFile, log: Log): LocalCommands {
  const local = openLocalRouter(file, { log });
  const manual = createTrigger(manualSource, local.router, createTriggerLog(log));
  const commands = createCommands(local);
  return {
    isLasting: false,
    async invoke(job, input) {
      return started.parse(await manual({ job, input }, toContext('manual', randomUUID()))).runId;
    },
    async cancel(runId) {
      await commands.cancel(runId).catch(explain);
    },
    async replay(runId, requestId, event) {
      const text = event === undefined ? undefined : JSON.stringify(event);
      return (await commands.replay(runId, requestId, text).catch(explain)).id;
    },
    // Not before: a run that waits must not be started to be cancelled.
    go: (what) => (what === 'ends' ? local.pump.attend(local.engine) : local.pump.start(local.engine)),
    close: local.close,
  };
}

function explain(error: unknown): never {
  if (error instanceof RunNotFoundError)
    throw new CommandError(exitCodes.notFound, error.message, { cause: error });
  throw error;
}
