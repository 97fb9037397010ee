import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceName } from '../../shared/events/trigger-event.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { everySource } from '../fixtures/jobs/every-source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';
import { createBundles } from '../support/bundles.ts';
import { loadLambda, toVariables } from '../support/lambda.ts';
import { parseLogLines } from '../support/lambda-lines.ts';
import { bodyOf, type Exchange, outcomeOf, readRuns } from './transcript.ts';

/** Each is sent to a process of its own. */
const sent: readonly (readonly [source: SourceName, name: string, positions: readonly number[]])[] = [
  ['sqs', 'several messages', [0, 1, 2]],
  ['sqs', 'messages of a FIFO queue', [0, 1, 2]],
  ['kinesis-stream', 'several records', [0, 1, 2, 3]],
  ['dynamo-db-stream', 'several changes, with keys only', [0, 1, 2]],
  ['s3', 'several changes', [0, 1, 2]],
  ['manual', 'an object', [0]],
  ['http-api-gateway', 'a 2.0 request with a JSON body, an Idempotency-Key and a JWT', [0]],
  ['application-load-balancer', 'multi-value headers and query', [0]],
];

const bundles = createBundles();
let whileLocked: readonly Exchange[] = [];
let afterwards: readonly Exchange[] = [];
let lines: ReadonlyMap<string, readonly string[]>;
let runs: Awaited<ReturnType<typeof readRuns>>;

// Someone holds the ledger for longer than a function waits, which is five seconds, and then lets it go.
beforeAll(async () => {
  const folder = join(bundles.folder, 'one-ledger');
  const variables = toVariables(folder, everySource);
  const lambdas = await Promise.all(sent.map(([source]) => loadLambda(bundles.pathOf(source), variables)));
  const invokeAll = () =>
    Promise.all(
      sent.map(async ([source, name], index): Promise<Exchange> => {
        const payload = payloads[source][name];
        const requestId = `request-${index}`;
        const answered = await lambdas[index]?.invoke(payload, requestId);
        if (answered === undefined) throw new Error(`nothing takes ${name}`);
        return { name, payload, requestId, answered };
      }),
    );
  const database = openDatabase(join(folder, 'ledger.db'));
  database.exec('BEGIN EXCLUSIVE');
  whileLocked = await invokeAll();
  database.exec('ROLLBACK');
  database.close();
  afterwards = await invokeAll();
  const logs = await Promise.all(lambdas.map((lambda) => lambda.end()));
  lines = new Map(sent.map(([, name], index) => [name, logs[index] ?? []]));
  runs = await readRuns(variables);
});

const locked = 'the ledger could not be read or written: database is locked';

describe('while the ledger is locked', () => {
  it('a queue keeps each of its messages', () => {
    expect(answerTo(whileLocked, 'several messages')).toStrictEqual({
      batchItemFailures: [
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975000003' },
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975000004' },
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975000005' },
      ],
    });
  });

  it('a FIFO queue keeps each of its messages, in their order', () => {
    expect(answerTo(whileLocked, 'messages of a FIFO queue')).toStrictEqual({
      batchItemFailures: [
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975000006' },
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975000007' },
        { itemIdentifier: '059f36b4-87a3-44ab-83d2-661975000008' },
      ],
    });
  });

  it.each([
    ['several records', '49671234567890123456789012345678901234567890123456000006'],
    ['several changes, with keys only', '4421584500000000017450000005'],
  ])('a shard with %s stays at its first', (name, itemIdentifier) => {
    expect(answerTo(whileLocked, name)).toStrictEqual({ batchItemFailures: [{ itemIdentifier }] });
  });

  it("an asynchronous invocation fails, and stays in Lambda's queue", () => {
    expect(answerTo(whileLocked, 'several changes')).toEqual({ name: 'LedgerError', message: locked });
  });

  it('who starts a run by hand is told that none was', () => {
    const message = `manual: no run was recorded and no job was started: ${locked}`;
    expect(answerTo(whileLocked, 'an object')).toEqual({ name: 'Error', message });
  });

  it('an HTTP API gets a 429 that says nothing of what is inside', () => {
    const name = 'a 2.0 request with a JSON body, an Idempotency-Key and a JWT';
    const answer = answerTo(whileLocked, name);
    const body = bodyOf(answer);
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '5' };
    expect(answer).toStrictEqual({ statusCode: 429, headers, body });
    expect(JSON.parse(body)).toStrictEqual(tooMany);
  });

  it('a load balancer gets it in the form of the request', () => {
    const answer = answerTo(whileLocked, 'multi-value headers and query');
    const body = bodyOf(answer);
    expect(answer).toStrictEqual({
      statusCode: 429,
      statusDescription: '429 Too Many Requests',
      isBase64Encoded: false,
      multiValueHeaders: { 'content-type': ['application/problem+json'], 'retry-after': ['5'] },
      body,
    });
    expect(JSON.parse(body)).toStrictEqual(tooMany);
  });

  it.each(sent)('the function of %s, given %s, logs which job missed what', (source, name, positions) => {
    const [line] = parseLogLines(lines.get(name) ?? []);
    const missed = { job: `on-${source}`, records: positions, error: 'LedgerError', reason: locked };
    expect(line).toMatchObject({ level: 'ERROR', source, runs: [] });
    expect(line).toHaveProperty('records', positions.length);
    expect(line).toHaveProperty('unrecorded', [missed]);
  });
});

const tooMany = {
  type: 'about:blank',
  title: 'Too Many Requests',
  status: 429,
  detail: 'Too much came at once: the request was not recorded, and no job was started. Send it again.',
};

describe('once the ledger is free again', () => {
  it.each(sent)('the function of %s takes %s', (_source, name) => {
    const taken: readonly unknown[] = [
      { batchItemFailures: [] },
      expect.objectContaining({ runs: [expect.objectContaining({ status: 'queued' })] }),
      expect.objectContaining({ job: 'on-manual', status: 'queued' }),
      expect.objectContaining({ statusCode: 202 }),
    ];
    expect(taken).toContainEqual(answerTo(afterwards, name));
  });

  it('there is one run for each payload', () => {
    expect(runs.map(({ run }) => `${run.job} ${run.status}`).toSorted()).toEqual([
      'on-application-load-balancer queued',
      'on-dynamo-db-stream queued',
      'on-http-api-gateway queued',
      'on-kinesis-stream queued',
      'on-manual queued',
      'on-s3 queued',
      'on-sqs queued',
      'on-sqs queued',
    ]);
  });

  it.each(sent)('the function of %s, given %s, has written one line for each invocation', (_source, name) => {
    const levels = parseLogLines(lines.get(name) ?? []).map(({ level }) => level);
    expect(levels).toEqual(['ERROR', 'INFO']);
  });

  it('nothing has been under way after any answer', () => {
    expect([...whileLocked, ...afterwards].flatMap(({ answered }) => answered.underWay)).toEqual([]);
  });
});

function answerTo(exchanges: readonly Exchange[], name: string): unknown {
  const exchange = exchanges.find((each) => each.name === name);
  return exchange && outcomeOf(exchange);
}
