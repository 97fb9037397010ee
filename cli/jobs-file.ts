import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseJobs } from '../shared/jobs/parse.ts';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import { type Home, toHome } from '../shared/local/home.ts';
import { toMessage } from '../shared/to-message.ts';
import type { Environment } from './environment.ts';
import { CommandError, exitCodes } from './exit.ts';

/** The jobs.yml that a command is about: the one named, or the nearest one from here upwards. */
export function findJobsFile(environment: Environment, named: string | undefined): string {
  const { directory } = environment;
  if (named !== undefined) return resolve(directory, named);
  const nearest = findJobsFileIfAny(environment);
  if (nearest !== undefined) return nearest;
  throw new CommandError(
    exitCodes.mistake,
    `there is no jobs.yml in ${directory} or above it; "signalbox init" writes a first one, --config names another`,
  );
}

/** The nearest jobs.yml from here upwards, when there is one. */
export function findJobsFileIfAny({ directory }: Environment): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, 'jobs.yml');
    if (existsSync(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}

/** Throws JobsFileError with every mistake in it. */
export function readJobsFile(environment: Environment, named: string | undefined): JobsFile {
  const path = findJobsFile(environment, named);
  return parseJobs(readText(path), path);
}

/** Where the runs of that jobs.yml are kept. The file itself need not be free of mistakes. */
export function findHome(environment: Environment, named: string | undefined): Home {
  return toHome(dirname(findJobsFile(environment, named)));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = toMessage(cause);
    throw new CommandError(exitCodes.mistake, `${path} can't be read: ${reason}`, { cause });
  }
}
