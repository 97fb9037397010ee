import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';

/** How a container ended; it was never started when there is neither exit code nor signal. */
export type Exit = {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
  /** As the container runtime says it, of one that could not be started. */
  readonly reason?: string;
};

export type Container = {
  readonly ended: Promise<Exit>;
  readonly output: () => string;
  /** SIGTERM, and SIGKILL when it still lives after that; SIGKILL at once without a grace. */
  readonly stop: (graceMs: number) => void;
};

/**
 * A container's stand-in: a child process with just the environment that it was given, in a process group of its own.
 * Linux itself refuses a variable that is too long.
 */
export function runContainer(
  [program = '', ...parameters]: readonly string[],
  environment: Readonly<Record<string, string>>,
): Container {
  const ended = Promise.withResolvers<Exit>();
  let output = '';
  let child: ChildProcess | undefined;
  try {
    const env = { PATH: process.env['PATH'], ...environment };
    child = spawn(program, parameters, {
      cwd: tmpdir(),
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    ended.resolve({ reason: `CannotStartContainerError: ${error instanceof Error ? error.message : error}` });
  }
  const note = (text: string) => {
    output += text;
  };
  child?.stdout?.setEncoding('utf8').on('data', note);
  child?.stderr?.setEncoding('utf8').on('data', note);
  child?.on('error', (error) => ended.resolve({ reason: `CannotStartContainerError: ${error.message}` }));
  child?.on('close', (code, signal) =>
    ended.resolve(
      signal === null ? { exitCode: code ?? 0 } : { signal, exitCode: signal === 'SIGKILL' ? 137 : 143 },
    ),
  );
  const kill = (signal: NodeJS.Signals) => {
    const pid = child?.pid;
    if (pid === undefined || child?.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just ended.
    }
  };
  return {
    ended: ended.promise,
    output: () => output,
    stop(graceMs) {
      if (graceMs === 0) return kill('SIGKILL');
      kill('SIGTERM');
      setTimeout(() => kill('SIGKILL'), graceMs).unref();
    },
  };
}
