import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';

const runtime = fileURLToPath(new URL('lambda-runtime.ts', import.meta.url));

export type Answered = { readonly answer: unknown } | { readonly error: { name: string; message: string } };

export type LambdaFunction = {
  invoke(payload: unknown, requestId: string): Promise<Answered>;
  /** What it wrote to its log, line by line. */
  readonly lines: () => readonly string[];
  end(): void;
};

type Told = {
  readonly requestId?: string;
  readonly answer?: string;
  readonly error?: { name: string; message: string };
};

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

/** Rejects with the function's log when it can't start. */
export function loadLambda(
  bundle: string,
  variables: Readonly<Record<string, string>>,
): Promise<LambdaFunction> {
  const env = { PATH: process.env['PATH'], AWS_LAMBDA_FUNCTION_NAME: 'trigger', ...variables };
  const child = fork(runtime, [bundle], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], timeout: 60_000 });
  const waiting = new Map<string, (answered: Answered) => void>();
  let log = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  child.stderr?.setEncoding('utf8').on('data', () => {});
  const loaded: LambdaFunction = {
    lines: () => log.split('\n').filter((line) => line !== ''),
    end: () => void child.kill(),
    invoke: (payload, requestId) =>
      new Promise((resolve) => {
        waiting.set(requestId, resolve);
        child.send({ payload, requestId });
      }),
  };
  return new Promise((resolve, reject) => {
    child.on('message', ({ requestId, answer, error }: Told) => {
      if (requestId === undefined) return resolve(loaded);
      waiting.get(requestId)?.(error ? { error } : { answer: JSON.parse(answer ?? 'null') });
    });
    child.on('close', (code) => {
      const gone = new Error(`the function ended with ${code}: ${log}`);
      for (const answer of waiting.values()) answer({ error: gone });
      reject(gone);
    });
  });
}
