import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toFormat2 } from '../fixtures/payloads/http-api-request.ts';
import { createBundles } from '../support/bundles.ts';
import { type LambdaFunction, loadLambda, toVariables } from '../support/lambda.ts';
import { parseLogLines } from '../support/lambda-lines.ts';
import { readRuns } from './transcript.ts';

const jobsYml = `service: credentials
jobs:
  careful:
    target: process
    local: { command: [node, job.mjs] }
    events:
      - type: http-api-gateway
        properties: { httpApiGatewayName: api, method: POST, path: /careful, payloadFormat: '2.0' }
  trusted:
    target: process
    local: { command: [node, job.mjs] }
    forwardCredentials: true
    events:
      - type: http-api-gateway
        properties: { httpApiGatewayName: api, method: POST, path: /trusted, payloadFormat: '2.0' }
`;

const secret = /s3cr3t/;

const bundles = createBundles();
let folder = '';
let variables: Readonly<Record<string, string>> = {};
let lambda: LambdaFunction;
beforeAll(async () => {
  folder = join(bundles.folder, 'credentials');
  variables = toVariables(folder, jobsYml);
  lambda = await loadLambda(bundles.pathOf('http-api-gateway'), variables);
});

afterAll(() => lambda.end());

describe('a request with credentials', () => {
  it('is recorded without them', async () => {
    const { statusCode, underWay } = await send('/careful', 'request-1');
    expect({ statusCode, underWay }).toEqual({ statusCode: 202, underWay: [] });
    const [recorded] = await readRuns(variables);
    expect(recorded?.run).toMatchObject({ job: 'careful', status: 'queued' });
    expect(recorded?.event).toContain('"authorization":"[redacted]"');
    expect(JSON.stringify(recorded)).not.toMatch(secret);
  });

  it('for a job that needs them is recorded with them by claim check, and all is written by then', async () => {
    const { statusCode, underWay } = await send('/trusted', 'request-2');
    expect({ statusCode, underWay }).toEqual({ statusCode: 202, underWay: [] });
    const [, recorded] = await readRuns(variables);
    expect(recorded?.run).toMatchObject({ job: 'trusted', status: 'queued' });
    expect(JSON.stringify(recorded)).not.toMatch(secret);
    const { uri = '' } = recorded?.run.payload ?? {};
    expect(uri).toContain(`file://${join(folder, 'payloads', 'trusted', String(recorded?.run.id))}`);
    expect(readFileSync(new URL(uri), 'utf8')).toContain('"authorization":"Bearer s3cr3t-token"');
  });

  it('is refused with a 503 while these cannot be stored, and taken afterwards', async () => {
    const payloads = join(folder, 'payloads');
    rmSync(payloads, { recursive: true });
    writeFileSync(payloads, 'a file where the folder should be');
    const refused = await send('/trusted', 'request-3');
    expect(refused).toMatchObject({
      statusCode: 503,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
      underWay: [],
    });
    expect(JSON.parse(refused.body)).toStrictEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'The request was not recorded, and no job was started. Send it again.',
    });
    rmSync(payloads);
    mkdirSync(payloads);
    expect(await send('/trusted', 'request-3')).toMatchObject({ statusCode: 202 });
    expect(readdirSync(payloads)).toEqual(['trusted']);
    expect(readdirSync(join(payloads, 'trusted'))).toHaveLength(1);
    expect(await readRuns(variables)).toHaveLength(3);
  });

  it.each([
    ['a body that is no JSON', '/careful', { body: '{"card":"s3cr3t-4111" "cvc":737}' }, 400],
    ['a body that is only a password', '/careful', { body: 's3cr3t' }, 400],
    [
      'a key of 256 characters',
      '/careful',
      { headers: { 'idempotency-key': 's3cr3t'.padEnd(256, '-') } },
      400,
    ],
    ['a path that is not declared', '/s3cr3t-link', {}, 404],
    ['an authorizer that is none', '/careful', { authorizer: 's3cr3t' }, 400],
  ])('is refused for %s', async (_what, path, parts, status) => {
    const { statusCode, underWay } = await send(path, 'refused-request', parts);
    expect({ statusCode, underWay }).toEqual({ statusCode: status, underWay: [] });
  });
});

describe('the log', () => {
  let lines: readonly string[] = [];
  beforeAll(async () => {
    lines = await lambda.end();
  });

  it('has one line for each invocation', () => {
    expect(parseLogLines(lines).map(({ level }) => level)).toEqual([
      'INFO',
      'INFO',
      'ERROR',
      'INFO',
      'WARN',
      'WARN',
      'WARN',
      'WARN',
      'WARN',
    ]);
  });

  it('has nothing of what is secret', () => {
    expect(lines.join('\n')).not.toMatch(secret);
  });
});

type Parts = {
  readonly body?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly authorizer?: unknown;
};

async function send(path: string, requestId: string, { headers, ...parts }: Parts = {}) {
  const payload = toFormat2('POST', path, {
    routeKey: `POST ${path}`,
    headers: {
      authorization: 'Bearer s3cr3t-token',
      'content-type': 'application/json',
      'proxy-authorization': 'Basic s3cr3t-user',
      'x-api-key': 's3cr3t-key',
      'x-amz-security-token': 's3cr3t-session',
      ...headers,
    },
    cookies: ['session=s3cr3t-cookie'],
    body: '{}',
    ...parts,
  });
  const { requestContext, ...others } = payload;
  const answered = await lambda.invoke(
    { ...others, requestContext: { ...requestContext, requestId } },
    requestId,
  );
  if ('error' in answered) throw new Error(answered.error.message);
  return { ...response.parse(answered.answer), underWay: answered.underWay };
}

const response = z.strictObject({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
