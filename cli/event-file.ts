import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseJson } from '../shared/events/json.ts';
import type { Json } from '../shared/events/trigger-event.ts';
import { toMessage } from '../shared/to-message.ts';
import type { Environment } from './environment.ts';
import { CommandError, exitCodes } from './exit.ts';

/** A file with an event can't be read, or holds no JSON. */
export class EventFileError extends Error {
  override readonly name = 'EventFileError';
}

/** The JSON in a file, as Lambda's runtime would parse it; `-` is stdin. Throws EventFileError. */
export async function readPayloadFile(environment: Environment, file: string): Promise<unknown> {
  return parse(file, await readText(environment, file), JSON.parse);
}

/**
 * The same for a command that needs it, with numbers that JavaScript can't hold exactly as text, as an event has them.
 * Throws CommandError.
 */
export async function readEvent(environment: Environment, file: string): Promise<unknown> {
  try {
    return parse(file, await readText(environment, file), parseExactly);
  } catch (cause) {
    if (cause instanceof EventFileError) throw new CommandError(exitCodes.mistake, cause.message, { cause });
    throw cause;
  }
}

async function readText({ directory }: Environment, file: string): Promise<string> {
  const bytes = await readBytes(file === '-' ? undefined : resolve(directory, file)).catch((cause) => {
    throw new EventFileError(`${toName(file)} can't be read: ${toMessage(cause)}`, { cause });
  });
  return parse(file, bytes, (text) => new TextDecoder('utf-8', { fatal: true }).decode(text));
}

function parse<From, To>(file: string, from: From, read: (from: From) => To): To {
  try {
    return read(from);
  } catch (cause) {
    throw new EventFileError(`${toName(file)} is not JSON: ${toMessage(cause)}`, { cause });
  }
}

function parseExactly(text: string): Json {
  const event = parseJson(text);
  if (event !== undefined) return event;
  JSON.parse(text);
  throw new Error('it is nested too deeply');
}

function toName(file: string): string {
  return file === '-' ? 'stdin' : file;
}

/** Stdin may be a pipe that has nothing yet: reading it as a file would fail then. */
function readBytes(path: string | undefined): Promise<Buffer> {
  return path === undefined ? buffer(process.stdin) : readFile(path);
}
