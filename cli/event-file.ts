import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { toMessage } from '../shared/to-message.ts';
import type { Environment } from './environment.ts';
import { CommandError, exitCodes } from './exit.ts';

/** A file with an event can't be read, or holds no JSON. */
export class EventFileError extends Error {
  override readonly name = 'EventFileError';
}

/** The JSON in a file; `-` is stdin. Throws EventFileError. */
export async function readEventFile({ directory }: Environment, file: string): Promise<unknown> {
  const name = file === '-' ? 'stdin' : file;
  const bytes = await readBytes(file === '-' ? undefined : resolve(directory, file)).catch((cause) => {
    throw new EventFileError(`${name} can't be read: ${toMessage(cause)}`, { cause });
  });
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new EventFileError(`${name} is not JSON: ${toMessage(cause)}`, { cause });
  }
}

/** The same for a command that needs it: throws CommandError. */
export async function readEvent(environment: Environment, file: string): Promise<unknown> {
  try {
    return await readEventFile(environment, file);
  } catch (cause) {
    if (cause instanceof EventFileError) throw new CommandError(exitCodes.mistake, cause.message, { cause });
    throw cause;
  }
}

/** Stdin may be a pipe that has nothing yet: reading it as a file would fail then. */
function readBytes(path: string | undefined): Promise<Buffer> {
  return path === undefined ? buffer(process.stdin) : readFile(path);
}
