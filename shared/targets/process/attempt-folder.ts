import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cause } from '../../runs/failure.ts';
import type { ProcessIdentity } from './process-identity.ts';

/**
 * The folder of one start: what the router and the supervisor tell each other, through files, so that either may die.
 *
 *   order.json    written by the router: what to run
 *   record.json   made once, by whoever claims the start; then replaced whole at each step
 *   output.log    stdout and stderr of the job, as they came
 */
export type AttemptFolder = { readonly path: string; readonly token: string };

/** What the supervisor is to run. The event and what else the job is told are in `environment`. */
export type ProcessOrder = {
  readonly token: string;
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly stopTimeoutSeconds: number;
};

/** How far the start has come. Times are epoch milliseconds. */
export type ProcessRecord =
  | { readonly phase: 'claimed'; readonly supervisor: ProcessIdentity }
  | {
      readonly phase: 'running';
      readonly supervisor: ProcessIdentity;
      readonly job: ProcessIdentity;
      readonly startedAt: number;
    }
  | {
      readonly phase: 'ended';
      readonly startedAt: number;
      readonly endedAt: number;
      readonly failure?: Cause;
    }
  /** Nothing was started, and nothing will be: the claim is taken. */
  | { readonly phase: 'never-started'; readonly cause: Cause };

/** `<root>/<run id>/<attempt>-<start>` for the token `<run id>-<attempt>-<start>`. */
export function toAttemptFolder(root: string, token: string): AttemptFolder {
  const cut = token.indexOf('-');
  return { path: join(root, token.slice(0, cut), token.slice(cut + 1)), token };
}

export function toLogPath(folder: AttemptFolder): string {
  return join(folder.path, 'output.log');
}

/** The claim: of all who try, exactly one makes the record. */
export function claim(folder: AttemptFolder, record: ProcessRecord): boolean {
  const draft = writeDraft(folder, 'record.json', record);
  try {
    linkSync(draft, join(folder.path, 'record.json'));
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Only for who holds the claim. */
export function replaceRecord(folder: AttemptFolder, record: ProcessRecord): void {
  replace(folder, 'record.json', record);
}

/** `undefined`: nobody has claimed the start. `'unreadable'`: the machine went down while it was being written. */
export function readRecord(folder: AttemptFolder): ProcessRecord | 'unreadable' | undefined {
  const text = readText(join(folder.path, 'record.json'));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return 'unreadable';
  }
}

export function writeOrder(folder: AttemptFolder, order: ProcessOrder): void {
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  replace(folder, 'order.json', order);
}

/** Throws when there is none, or it's not whole. */
export function readOrder(folder: AttemptFolder): ProcessOrder {
  return JSON.parse(readFileSync(join(folder.path, 'order.json'), 'utf8'));
}

function replace(folder: AttemptFolder, name: string, content: object): void {
  const draft = writeDraft(folder, name, content);
  try {
    renameSync(draft, join(folder.path, name));
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function writeDraft(folder: AttemptFolder, name: string, content: object): string {
  const draft = join(folder.path, `${name}.${randomUUID()}`);
  try {
    writeFileSync(draft, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
    return draft;
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
