import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';

const runtime = fileURLToPath(new URL('lambda-runtime.ts', import.meta.url));

export type Call = { readonly payload: unknown; readonly requestId: string };

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
  invoke(payload: unknown, requestId: string): Promise<Answered>;
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

/** Rejects with LambdaEndedError when it can't start. It is ended after some time, however busy. */
export function loadLambda(
  bundle: string,
  variables: Readonly<Record<string, string>>,
  mostMs = 60_000,
): Promise<LambdaFunction> {
  const env = { PATH: process.env['PATH'], AWS_LAMBDA_FUNCTION_NAME: 'trigger', ...variables };
  const child = fork(runtime, [bundle], { env, stdio: ['ignore', 'pipe', 'ignore', 'ipc'], timeout: mostMs });
  const waiting = new Map<string, PromiseWithResolvers<Answered>>();
  const started = Promise.withResolvers<LambdaFunction>();
  const ended = Promise.withResolvers<readonly string[]>();
  let log = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  child.on('message', (told: Told) => {
    if ('isReady' in told) started.resolve({ invoke, end });
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
  function invoke(payload: unknown, requestId: string): Promise<Answered> {
    const answered = Promise.withResolvers<Answered>();
    waiting.set(requestId, answered);
    child.send({ payload, requestId } satisfies Call);
    return answered.promise.finally(() => waiting.delete(requestId));
  }

  function end(): Promise<readonly string[]> {
    child.kill();
    return ended.promise;
  }
}
