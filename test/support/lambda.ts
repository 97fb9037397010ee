import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';

const runtime = fileURLToPath(new URL('lambda-runtime.ts', import.meta.url));

export type Call = {
  readonly payload: unknown;
  readonly requestId: string;
  /** Of the function's time; 30 s if left out. */
  readonly remainingMs?: number;
};

/** `underWay` is what the handler left open: requests, timers. */
export type Answered = { readonly underWay: readonly string[] } & (
  | {
      readonly answer: unknown;
      /** It is the same after it was written as JSON and read again. */
      readonly isJson: boolean;
    }
  | { readonly error: { readonly name: string; readonly message: string } }
);

export type LambdaFunction = {
  invoke(payload: unknown, requestId: string, remainingMs?: number): Promise<Answered>;
  /** Ends it at once, in the middle of whatever it does. */
  kill(): void;
  /** Gives what it wrote to its log, line by line. */
  end(): Promise<readonly string[]>;
};

/** The function could not start, or has ended while it was asked. */
export class LambdaEndedError extends Error {
  override readonly name = 'LambdaEndedError';
  /** Of its log. */
  readonly lines: readonly string[];

  constructor(code: number | null, lines: readonly string[]) {
    super(`the function ended with ${code}: ${lines.join('\n')}`);
    this.lines = lines;
  }
}

type Told = { readonly isReady: true } | { readonly requestId: string; readonly answered: Answered };

/** The variables of a function whose ledger and jobs lie in a folder. */
export function toVariables(folder: string, jobsYml: string): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const jobsPath = join(folder, 'jobs.json');
  writeFileSync(jobsPath, compileJobs(parseJobs(jobsYml, join(folder, 'jobs.yml'))));
  return {
    SIGNALBOX_JOBS: jobsPath,
    SIGNALBOX_LEDGER: pathToFileURL(join(folder, 'ledger.db')).href,
    SIGNALBOX_PAYLOADS: pathToFileURL(join(folder, 'payloads')).href,
  };
}

/**
 * Rejects with LambdaEndedError when it can't start. It is ended after some time, however busy. `preload`: the URL of
 * what is imported first.
 */
export function loadLambda(
  bundle: string,
  variables: Readonly<Record<string, string>>,
  mostMs = 60_000,
  preload?: string,
): Promise<LambdaFunction> {
  const env = { PATH: process.env['PATH'], AWS_LAMBDA_FUNCTION_NAME: 'trigger', ...variables };
  const child = fork(runtime, [bundle], {
    env,
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    timeout: mostMs,
    ...(preload !== undefined && { execArgv: [...process.execArgv, '--import', preload] }),
  });
  const waiting = new Map<string, PromiseWithResolvers<Answered>>();
  const started = Promise.withResolvers<LambdaFunction>();
  const ended = Promise.withResolvers<readonly string[]>();
  let log = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  child.on('message', (told: Told) => {
    if ('isReady' in told) started.resolve({ invoke, kill, end });
    else waiting.get(told.requestId)?.resolve(told.answered);
  });
  // By then all of its log has been read.
  child.on('close', (code) => {
    const lines = log.split('\n').filter((line) => line !== '');
    const error = new LambdaEndedError(code, lines);
    for (const { reject } of waiting.values()) reject(error);
    started.reject(error);
    ended.resolve(lines);
  });
  return started.promise;

  /** Once at a time for a request id. */
  function invoke(payload: unknown, requestId: string, remainingMs?: number): Promise<Answered> {
    const answered = Promise.withResolvers<Answered>();
    waiting.set(requestId, answered);
    const call: Call = { payload, requestId, ...(remainingMs !== undefined && { remainingMs }) };
    // One that has just been killed takes no call any more.
    child.send(call, (error) => error && answered.reject(error));
    return answered.promise.finally(() => waiting.delete(requestId));
  }

  function kill(): void {
    child.kill('SIGKILL');
  }

  function end(): Promise<readonly string[]> {
    child.kill();
    return ended.promise;
  }
}
