import { readFileSync } from 'node:fs';
import { toMessage } from '../to-message.ts';
import type { JobsFile } from './schema/file.ts';

/** Grows when a Lambda could not read what an older Signalbox compiled. */
const version = 1;

/** The compiled jobs.yml is not there, or is not one that this version made. */
export class CompiledJobsError extends Error {
  override readonly name = 'CompiledJobsError';
}

/** A jobs.yml that was parsed, as JSON: Lambdas start without a YAML parser and schemas. */
export function compileJobs(file: JobsFile): string {
  return JSON.stringify({ signalbox: version, file });
}

/** Throws CompiledJobsError. Its contents are not looked into again: compileJobs made them of parsed data. */
export function readCompiledJobs(path: string): JobsFile {
  const compiled = read(path);
  if (compiled?.signalbox !== version || compiled.file === undefined) {
    throw new CompiledJobsError(
      `${path} is not a jobs.yml that this version of Signalbox compiled: deploy it again`,
    );
  }
  return compiled.file;
}

function read(path: string): { readonly signalbox?: unknown; readonly file?: JobsFile } | null {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CompiledJobsError(`${path} is no JSON`, { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CompiledJobsError(`${path} can't be read: ${toMessage(cause)}`, { cause });
  }
}
