import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { until } from '../support/until.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** Makes every command but the first one start in half the time. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url));

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Running = {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly stderr: () => string;
  readonly stdout: () => string;
};

/** The command line as a person has it: a process of its own, in a folder, with an environment that says little. */
export function createCommandLine() {
  // Processes take their time on a busy machine.
  vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });
  const running = new Set<ChildProcess>();
  const folders: string[] = [];
  const makeFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-cli-'));
    folders.push(folder);
    return folder;
  };
  function start(
    folder: string,
    parameters: readonly string[],
    { input = '', mostMs = 20_000, more = {} } = {},
  ): Running {
    const env = { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: compileCache, ...more };
    const child = spawn(process.execPath, [main, ...parameters], { cwd: folder, env, timeout: mostMs });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    // A command that doesn't read its input closes it.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { process: child, ended, stdout: () => stdout, stderr: () => stderr };
  }

  return {
    start,
    run: (folder: string, ...parameters: string[]) => start(folder, parameters).ended,
    runWith: (folder: string, input: string, ...parameters: string[]) =>
      start(folder, parameters, { input }).ended,
    makeFolder,
    /** A folder with these jobs in its jobs.yml. */
    makeProject(jobs: object, more: object = {}): string {
      const folder = makeFolder();
      writeFileSync(join(folder, 'jobs.yml'), JSON.stringify({ service: 'shop', jobs, ...more }));
      return folder;
    },
    /** `signalbox dev` on any free port, once it listens. */
    async startDev(folder: string, ...parameters: string[]) {
      const dev = start(folder, ['dev', '--port', '0', ...parameters], { mostMs: 30_000 });
      const url = await until(`a router in ${folder}`, () => {
        if (dev.process.exitCode !== null) throw new Error(`it ended: ${dev.stderr()}`);
        return readUrl(folder, dev.process.pid);
      });
      return { ...dev, url };
    },
    async close(): Promise<void> {
      await Promise.all(
        [...running].map((child) => {
          const gone = new Promise((resolve) => child.on('close', resolve));
          child.kill('SIGKILL');
          return gone;
        }),
      );
      for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export type CommandLine = ReturnType<typeof createCommandLine>;

/** Characters that a terminal would act on, but for tabs and line ends. */
export function hasControlCharacters(text: string): boolean {
  return /[^\P{Cc}\t\n]/u.test(text);
}

/** A note of that process: one that was killed leaves its own. */
function readUrl(folder: string, pid: number | undefined): string | undefined {
  try {
    const note = JSON.parse(readFileSync(join(folder, '.signalbox', 'router.json'), 'utf8'));
    return note.pid === pid ? note.url : undefined;
  } catch {
    return undefined;
  }
}
