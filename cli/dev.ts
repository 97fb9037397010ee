import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { sourceNames } from '../shared/events/trigger-event.ts';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import { toHome } from '../shared/local/home.ts';
import type { Log } from '../shared/local/log.ts';
import { type LocalRouter, openLocalRouter } from '../shared/local/router.ts';
import { removeRouterNote, writeRouterNote } from '../shared/local/router-file.ts';
import { startScheduler, toTickPayload } from '../shared/local/scheduler.ts';
import { toHttpRoutes } from '../shared/local/server/declared-routes.ts';
import { toContext } from '../shared/local/server/invoke-api.ts';
import { createApp, listen } from '../shared/local/server/server.ts';
import type { WorldOptions } from '../shared/local/world.ts';
import { createCommands, createCommandTrigger } from '../shared/router/commands.ts';
import { createTrigger, type Trigger } from '../shared/router/trigger.ts';
import { sources } from '../shared/sources/sources.ts';
import { toMessage } from '../shared/to-message.ts';
import { tellOfJobs } from './dev-greeting.ts';
import { CommandError, exitCodes } from './exit.ts';
import { createTriggerLog } from './trigger-log.ts';

export type DevOptions = { readonly port: number } & Pick<Partial<WorldOptions>, 'slots' | 'wrap'>;

/** The running router; `url` is where it listens. */
export type Dev = {
  readonly url: string;
  readonly local: LocalRouter;
  readonly end: (drain: boolean) => Promise<void>;
};

export async function startDev(file: JobsFile, log: Log, { port, ...options }: DevOptions): Promise<Dev> {
  const home = toHome(dirname(file.file));
  const local = openLocalRouter(file, { ...options, log });
  const triggerLog = createTriggerLog(log);
  const functions = new Map<string, Trigger>(
    sourceNames.map((name) => [name, createTrigger(sources[name], local.router, triggerLog)]),
  );
  const manual = createTrigger(sources.manual, local.router, triggerLog);
  functions.set('manual', createCommandTrigger(manual, createCommands(local), triggerLog));
  const app = createApp({
    ...local,
    functions,
    httpRoutes: toHttpRoutes(file.jobs),
    cors: Object.values(file.httpApis).some((api) => api.cors),
    about: {
      service: file.service,
      pid: process.pid,
      home: home.path,
      jobs: file.jobs.map(({ name }) => name),
    },
    fail: (error) => log.error({ err: error }, `a request could not be answered: ${toMessage(error)}`),
  });
  const server = await listen(app, port).catch(async (error) => {
    await local.close();
    throw toPortError(error, port);
  });
  const url = `http://127.0.0.1:${server.port}`;
  try {
    await writeRouterNote(home, { url, pid: process.pid });
    tellOfJobs(file, local, url, log);
    await local.pump.start(local.engine);
    const scheduler = await startScheduler({
      jobs: file.jobs,
      memory: home.ticks,
      fire: async (tick) =>
        void (await functions.get('schedule')?.(toTickPayload(tick), toContext('schedule', randomUUID()))),
      missed: (rule, count, more) =>
        log.warn(`schedule ${rule}: ${count}${more ? ' or more' : ''} ticks were missed, and are skipped`),
      fail: (rule, error) => log.error(`schedule ${rule}: a tick could not be recorded: ${toMessage(error)}`),
    });

    return {
      url,
      local,
      async end(drain) {
        await scheduler.stop();
        await server.close();
        if (drain) await local.pump.drain();
        removeRouterNote(home);
        await local.close();
      },
    };
  } catch (error) {
    // Half a router would acknowledge what nobody starts.
    await server.close();
    await local.close();
    throw error;
  }
}

/** Runs until it is told to end. */
export async function dev(file: JobsFile, log: Log, options: DevOptions): Promise<void> {
  const running = await startDev(file, log, options);
  await new Promise<void>((resolve, reject) => {
    let asked = false;
    const end = (signal: NodeJS.Signals) => {
      if (asked) {
        log.warn('leaving at once; the jobs go on, and the next router finds how they ended');
        removeRouterNote(toHome(dirname(file.file)));
        process.exit(exitCodes.done);
      }
      asked = true;
      const live = running.local.pump.live();
      const wait =
        live > 0
          ? `; waiting for ${live} running ${live === 1 ? 'job' : 'jobs'}, again to leave at once`
          : '';
      log.info(`${signal}: nothing more is taken${wait}`);
      running.end(true).then(resolve, reject);
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });
}

function toPortError(error: unknown, port: number): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new CommandError(
      exitCodes.unavailable,
      `port ${port} is in use by another program; --port names another one`,
      { cause: error },
    );
  }
  if (code === 'EACCES')
    return new CommandError(exitCodes.unavailable, `port ${port} may not be used by this user`, {
      cause: error,
    });
  return error instanceof Error ? error : new Error(String(error));
}
