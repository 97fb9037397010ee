import { readFileSync } from 'node:fs';
import { toMessage } from '../to-message.ts';
import { fillInReferences, type ReferenceValues } from './fill-in.ts';
import type { RunnableFile } from './runnable.ts';

/** Grows when a Lambda could not read what an older Signalbox compiled. */
const version = 1;

/** The compiled jobs.yml is not there, or is not one that this version made. */
export class CompiledJobsError extends Error {
  override readonly name = 'CompiledJobsError';
}

/**
 * A jobs.yml that was parsed, as JSON: Lambdas start without a YAML parser and schemas. All that is in `file` is in it:
 * for AWS it is given what toRunnableFile leaves.
 */
export function compileJobs(file: RunnableFile): string {
  return JSON.stringify({ signalbox: version, file });
}

/**
 * `values`: what its references stand for. Throws CompiledJobsError. Its contents are not looked into again: compileJobs
 * made them of parsed data.
 */
export function readCompiledJobs(path: string, values?: ReferenceValues): RunnableFile {
  const compiled = read(path, values);
  if (compiled?.signalbox !== version || compiled.file === undefined) {
    throw new CompiledJobsError(
      `${path} is not a jobs.yml that this version of Signalbox compiled: deploy it again`,
    );
  }
  return compiled.file;
}

function read(
  path: string,
  values: ReferenceValues | undefined,
): { readonly signalbox?: unknown; readonly file?: RunnableFile } | null {
  const text = readText(path);
  try {
    return JSON.parse(values === undefined ? text : fillInReferences(text, values));
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
