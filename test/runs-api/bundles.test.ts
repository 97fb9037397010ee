import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { createBundles } from '../support/bundles.ts';
import { toDraft, toRunId } from '../support/draft.ts';
import { openTable } from '../support/dynamo.ts';
import { makeFolder } from '../support/folder.ts';
import { LambdaEndedError, type LambdaFunction, loadLambda, toVariables } from '../support/lambda.ts';
import { answerIn, type Functions, jobsYml, openFunctions, startedBy, toAnswer } from './functions.ts';
import { toPayload } from './http-api-request.ts';
import { problemIn, runIn, runsApiSuite } from './suite.ts';

const bundles = createBundles();

runsApiSuite('of the function runs-api', async () => {
  const functions = await openFunctions(bundles);
  return {
    ask: (method, path, asked) => functions.runsApi(toPayload(method, path, asked)),
    start: async (job, input) => startedBy(await functions.manual({ job, input })),
    ledger: functions.ledger,
    end: functions.end,
  };
});

describe('the functions manual and runs-api', () => {
  let functions: Functions;
  beforeAll(async () => {
    functions = await openFunctions(bundles);
  });

  it('do the same to the same run, and write one line for each request', async () => {
    const { manual, runsApi, end } = functions;
    const runId = startedBy(await manual({ job: 'import', input: { card: '4111' } }));
    const asked = { headers: { 'idempotency-key': 'again' } };
    const byHttp = runIn(await runsApi(toPayload('POST', `/runs/${runId}/replay`, asked)));
    const byCommand = await manual({ command: 'replay', runId, requestId: 'again' });
    expect(byCommand).toEqual({ run: byHttp });
    const cancelled = await manual({ command: 'cancel', runId });
    expect(cancelled).toEqual({ run: runIn(await runsApi(toPayload('POST', `/runs/${runId}/cancel`))) });
    expect(cancelled).toMatchObject({ run: { runId, status: 'cancelled' } });
    const { status } = await runsApi(toPayload('GET', '/runs', { authorizer: 'none' }));
    expect(status).toBe(403);
    await expect(manual({ command: 'cancel', runId, force: true })).rejects.toThrow(
      'EventParseError: manual',
    );

    const logs = await end();
    const lines = (log: readonly string[]) =>
      log.map((line) => JSON.parse(line)).filter((line) => !('_aws' in line));
    expect(lines(logs.manual).map(({ level, message }) => `${level} ${message}`)).toEqual([
      'INFO a run is in the ledger',
      'INFO a replay was asked for',
      'INFO a cancel was asked for',
      'WARN a payload was not taken',
    ]);
    expect(lines(logs.runsApi)).toMatchObject([
      { level: 'INFO', method: 'POST', route: '/runs/{id}/replay', runId, status: 202 },
      { level: 'INFO', method: 'POST', route: '/runs/{id}/cancel', runId, status: 200 },
      { level: 'WARN', method: 'GET', route: '/runs', status: 403 },
    ]);
    expect(JSON.stringify(logs)).not.toMatch(/s3cr3t|4111|again/);
  });
});

it('the function runs-api does not start for a jobs.yml without runsApi', async () => {
  const { runsApi: _, ...closed } = JSON.parse(jobsYml);
  const variables = toVariables(makeFolder(), JSON.stringify(closed));
  const error: unknown = await loadLambda(bundles.pathOf('runs-api'), variables).catch((thrown) => thrown);
  if (!(error instanceof LambdaEndedError)) throw new Error('it has started');
  expect(error.lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      message: 'the function could not start',
      error: 'EnvironmentError',
      reason: expect.stringContaining('SIGNALBOX_JOBS is a jobs.yml without runsApi'),
    },
  ]);
});

describe('the function runs-api on DynamoDB', () => {
  let table: Awaited<ReturnType<typeof openTable>>;
  let lambda: LambdaFunction;
  const get = async (path: string) => toAnswer(answerIn(await lambda.invoke(toPayload('GET', path), path)));

  beforeAll(async () => {
    table = await openTable();
    const ledger = createDynamoLedger({ ...table, now: Date.now });
    for (const number of [1, 2, 3]) {
      await ledger.accept(toDraft({ id: toRunId(number), createdAt: Date.now() + number }), (run) => run);
    }
    const deployment = join(bundles.folder, 'deployment.json');
    writeFileSync(deployment, JSON.stringify({ cluster: 'c', network: { subnets: [] }, jobs: {} }));
    lambda = await loadLambda(bundles.pathOf('runs-api'), {
      ...toVariables(join(bundles.folder, 'dynamodb'), jobsYml),
      SIGNALBOX_LEDGER: `dynamodb://${table.table}`,
      SIGNALBOX_PAYLOADS: '',
      SIGNALBOX_WAKE_QUEUE: 'http://127.0.0.1:9/wake-{target}',
      SIGNALBOX_DEPLOYMENT: deployment,
      AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });
  afterAll(async () => {
    await lambda.end();
    await table.stop();
  });

  it('has pages of its own, and no place for the tokens of another ledger', async () => {
    const first = JSON.parse((await get('/runs?limit=2')).text);
    expect(first.runs).toMatchObject([{ runId: toRunId(3) }, { runId: toRunId(2) }]);
    const rest = JSON.parse((await get(`/runs?limit=2&after=${encodeURIComponent(first.next)}`)).text);
    expect(rest).toMatchObject({ runs: [{ runId: toRunId(1) }] });
    problemIn(await get('/runs?after=2'), 400);
    const late = await get(`/runs?after=${encodeURIComponent(first.next)}&since=9999-01-01T00:00Z`);
    expect(JSON.parse(late.text)).toEqual({ runs: [] });
    expect((await get(`/runs/${toRunId(1)}`)).status).toBe(202);
    problemIn(await get(`/runs/${'0'.repeat(3000)}`), 404);
  });
});
