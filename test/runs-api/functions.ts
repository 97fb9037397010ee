import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../shared/events/json.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import type { Bundles } from '../support/bundles.ts';
import { type Answered, loadLambda, toVariables } from '../support/lambda.ts';
import type { Answer } from './suite.ts';

/** Two jobs; what is secret about them must never be shown. */
export const jobs = {
  import: {
    target: 'process',
    local: { command: ['true'], environment: { DB_PASSWORD: 's3cr3t' } },
    events: [{ type: 'manual' }],
  },
  export: { target: 'process', local: { command: ['true'] }, events: [{ type: 'manual' }] },
};

export const jobsYml = JSON.stringify({
  service: 'shop',
  runsApi: { httpApiName: 'publicApi', authorizer: { type: 'iam' } },
  jobs,
});

/** The bundled functions `manual` and `runs-api` on one ledger, which is read here too. */
export type Functions = {
  readonly ledger: Ledger;
  /** Gives what the function answered; throws what it threw. */
  readonly manual: (payload: unknown) => Promise<unknown>;
  readonly runsApi: (payload: unknown) => Promise<Answer>;
  /** Gives what each of them wrote to its log. */
  readonly end: () => Promise<{ readonly manual: readonly string[]; readonly runsApi: readonly string[] }>;
};

export async function openFunctions({ folder, pathOf }: Bundles): Promise<Functions> {
  const own = mkdtempSync(join(folder, 'functions-'));
  const variables = toVariables(own, jobsYml);
  const database = openDatabase(fileURLToPath(variables['SIGNALBOX_LEDGER'] ?? ''));
  const [manual, runsApi] = await Promise.all([
    loadLambda(pathOf('manual'), variables),
    loadLambda(pathOf('runs-api'), variables),
  ]);
  let count = 0;
  const nextId = () => `request-${++count}`;
  return {
    ledger: createSqliteLedger(database, Date.now),
    manual: async (payload) => answerIn(await manual.invoke(payload, nextId())),
    runsApi: async (payload) => toAnswer(answerIn(await runsApi.invoke(payload, nextId()))),
    async end() {
      const [ofManual, ofRunsApi] = await Promise.all([manual.end(), runsApi.end()]);
      database.close();
      return { manual: ofManual, runsApi: ofRunsApi };
    },
  };
}

/** What a function answered; nothing may be under way then. */
export function answerIn(answered: Answered): unknown {
  if ('error' in answered) throw new Error(`${answered.error.name}: ${answered.error.message}`);
  if (answered.underWay.length > 0) throw new Error(`${answered.underWay} is under way`);
  return answered.answer;
}

/** As API Gateway reads what a function returns. */
export function toAnswer(answer: unknown): Answer {
  if (!isObject(answer)) throw new Error('the function gave no answer that an HTTP API can send');
  const { statusCode, headers, body } = answer;
  if (typeof statusCode !== 'number' || typeof body !== 'string' || !isObject(headers)) {
    throw new Error('the function gave no answer that an HTTP API can send');
  }
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { status: statusCode, headers: Object.fromEntries(entries), text: body };
}

/** The id of the run that the manual function has started. */
export function startedBy(answer: unknown): string {
  const runId = isObject(answer) ? answer['runId'] : undefined;
  if (typeof runId !== 'string') throw new Error('no run was started');
  return runId;
}
