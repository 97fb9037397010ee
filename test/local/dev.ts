import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type DevOptions, startDev } from '../../cli/dev.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import type { RunView } from '../../shared/runs/view.ts';
import { toAttemptFolder, toLogPath } from '../../shared/targets/process/attempt-folder.ts';
import { until } from '../support/until.ts';

/** jobs.yml as data: its jobs, and whatever else it is to say. */
export type TestJobs = {
  readonly jobs: { readonly [name: string]: { readonly [property: string]: unknown } };
  readonly [property: string]: unknown;
};

export type TestDev = Awaited<ReturnType<typeof startTestDev>>;

export function http(method: string, path: string, payloadFormat: '1.0' | '2.0' = '2.0') {
  return {
    type: 'http-api-gateway',
    properties: { httpApiGatewayName: 'shop', method, path, payloadFormat },
  };
}

/** A job that is one line of shell. */
export function shell(line: string, more: { readonly [property: string]: unknown } = {}) {
  return { target: 'process', local: { command: ['sh', '-c', line] }, events: [{ type: 'manual' }], ...more };
}

/** Everything a job was given, as JSON, on its first line of output. */
export const printEvent = 'printf "%s" "$STP_TRIGGER_EVENT_DATA"';

export function makeFolder(jobs: TestJobs): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-local-'));
  writeFileSync(join(folder, 'jobs.yml'), JSON.stringify({ service: 'shop', ...jobs }));
  return folder;
}

/** The router of `signalbox dev`, in this process, with a folder of its own unless it's given one. */
export async function startTestDev(
  jobs: TestJobs,
  { folder = makeFolder(jobs), ...options }: Partial<DevOptions> & { readonly folder?: string } = {},
) {
  const path = join(folder, 'jobs.yml');
  const logged: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void logged.push(line) });
  const file = parseJobs(readFileSync(path, 'utf8'), path);
  const dev = await startDev(file, log, { port: 0, slots: 2, ...options });
  const runsUrl = `${dev.url}/_signalbox/runs`;

  return {
    ...dev,
    file,
    folder,
    logged,
    get: (path: string) => fetch(dev.url + path),
    post: (path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
      fetch(dev.url + path, { method: 'POST', headers, ...(body !== undefined && { body }) }),
    /** The id of a run of a job that is started by hand. */
    async invoke(job: string, input: unknown = null): Promise<string> {
      const body = JSON.stringify({ job, input });
      const answer = await fetch(`${dev.url}/2015-03-31/functions/manual/invocations`, {
        method: 'POST',
        body,
      });
      return (await readRun(answer)).runId;
    },
    /** The run as the runs API shows it, once it has one of the statuses. */
    async waitFor(runId: string, ...statuses: string[]) {
      return until(`run ${runId} is ${statuses.join(' or ')}`, async () => {
        const run = await readRun(await fetch(`${runsUrl}/${runId}`));
        return statuses.includes(run.status) ? run : undefined;
      });
    },
    async list(query = ''): Promise<readonly RunView[]> {
      return JSON.parse(await (await fetch(runsUrl + query)).text()).runs;
    },
    output(token: string): string {
      const attempts = join(folder, '.signalbox', 'attempts');
      return readFileSync(toLogPath(toAttemptFolder(attempts, token)), 'utf8');
    },
    /** Ends it with all its jobs: one that goes on would have lost its folder. */
    async remove() {
      const { ledger, engine } = dev.local;
      const { runs } = await ledger.list({ statuses: ['starting', 'running'], limit: 1000 });
      await Promise.all(runs.map(({ id }) => engine.tell(id, { kind: 'cancel-asked' })));
      await dev.end(true);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a run's first attempt printed, once it has succeeded. */
export async function outputOf(dev: TestDev, runId: string): Promise<string> {
  const run = await dev.waitFor(runId, 'succeeded', 'failed');
  return dev.output(run.attempts[0]?.token ?? '');
}

/** Of an answer that holds a run, or its id, job and status. */
export async function readRun(answer: Response): Promise<RunView> {
  return JSON.parse(await answer.text());
}

export type RawAnswer = {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: string;
};

/** A request that fetch doesn't send: with any Host, any header twice, or a body in chunks without its length. */
export function raw(
  url: string,
  { method = 'GET', path = '/', headers = {}, body = [] }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path, headers, agent: false, timeout: 8000 });
    let isAnswered = false;
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} was not answered`)));
    // An answer that comes before the whole body was sent may be followed by a broken pipe.
    sent.on('error', (error) => {
      if (!isAnswered) reject(error);
    });
    sent.on('response', (answer) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        sent.destroy();
      });
    });
    for (const chunk of body) sent.write(chunk);
    sent.end();
  });
}

type RawRequest = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: readonly (string | Uint8Array)[];
};
