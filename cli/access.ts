import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import type { Home } from '../shared/local/home.ts';
import type { Log } from '../shared/local/log.ts';
import { openLocalRouter } from '../shared/local/router.ts';
import { readRouterNote } from '../shared/local/router-file.ts';
import { toContext } from '../shared/local/server/invoke-api.ts';
import { createTrigger } from '../shared/router/trigger.ts';
import { manual as manualSource } from '../shared/sources/manual.ts';
import { CommandError, exitCodes } from './exit.ts';
import { createTriggerLog } from './trigger-log.ts';

/** A router to send commands to: the one that runs, or one that is made for the length of a command. */
export type Access = {
  /** Without a running router, a run goes on only as long as the command does. */
  readonly isLasting: boolean;
  /** Starts a run by hand; gives its id. */
  invoke(job: string, input: unknown): Promise<string>;
  cancel(runId: string): Promise<void>;
  /** Gives the new run's id. */
  replay(runId: string): Promise<string>;
  close(): Promise<void>;
};

/** `readJobs` is called only when a router has to be made for the command. */
export async function openAccess(home: Home, readJobs: () => JobsFile, log: Log): Promise<Access> {
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

function toRunning(url: string): Access {
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
    async replay(runId) {
      // The key makes a replay that is sent twice one replay.
      return started.parse(await post(`${runs}/${runId}/replay`, {}, { 'idempotency-key': randomUUID() }))
        .runId;
    },
    async close() {},
  };
}

/** A payload that nobody takes is a mistake of the caller's; whatever else went wrong is the router's. */
function toCommandError({ errorType, errorMessage }: z.infer<typeof functionError>): CommandError {
  const isMistake = errorType === 'EventParseError' || errorType === 'NoRuleError';
  return new CommandError(isMistake ? exitCodes.mistake : exitCodes.unavailable, errorMessage);
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
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
  throw new CommandError(answer.status === 404 ? exitCodes.notFound : exitCodes.failed, detail);
}

function openOwn(file: JobsFile, log: Log): Access {
  const { engine, router, pump, close } = openLocalRouter(file, { log });
  const manual = createTrigger(manualSource, router, createTriggerLog(log));
  // Not before the command is in the ledger: a run that waits must not be started to be cancelled.
  const go = () => pump.start(engine);
  return {
    isLasting: false,
    async invoke(job, input) {
      const { runId } = started.parse(await manual({ job, input }, toContext('manual', randomUUID())));
      await go();
      return runId;
    },
    async cancel(runId) {
      const run = await engine.tell(runId, { kind: 'cancel-asked' });
      if (run === undefined) throw new CommandError(exitCodes.notFound, `no run is named ${runId}`);
      await go();
    },
    async replay(runId) {
      const { id } = await router.replay(runId, randomUUID());
      await go();
      return id;
    },
    close,
  };
}
