import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLambdaLog } from '../../shared/lambda/log.ts';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import { PayloadError, PayloadGoneError } from '../../shared/payloads/payload-store.ts';
import { createCommands } from '../../shared/router/commands.ts';
import { createRouter } from '../../shared/router/router.ts';
import { type Ledger, LedgerError } from '../../shared/runs/ledger.ts';
import { createHttpApiHandler } from '../../shared/runs-api/http-api.ts';
import { manual } from '../../shared/sources/manual.ts';
import { httpApiGateway } from '../fixtures/payloads/http-api-gateway.ts';
import { toFormat2 } from '../fixtures/payloads/http-api-request.ts';
import { createRouterWorld } from '../router/world.ts';
import { toDraft, toRunId } from '../support/draft.ts';
import { toAnswer } from './functions.ts';
import { toPayload } from './http-api-request.ts';
import { problemIn, runIn } from './suite.ts';

const world = createRouterWorld({ import: { events: [{ type: 'manual' }] } });
let runId: string;

beforeAll(async () => {
  const invocation = {
    requestId: 'start-1',
    functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:m',
  };
  const { dispatched } = await world.router.route(manual.parse({ job: 'import', input: 7 }, invocation));
  runId = dispatched[0]?.runId ?? '';
});
afterAll(() => world.remove());

/** The function, with what it has logged. */
function openFunction(change: Partial<Ledger> = {}, now = world.clock.now) {
  const ledger = { ...world.ledger, ...change };
  const lines: string[] = [];
  const handle = createHttpApiHandler({
    ledger,
    commands: createCommands({ ...world, ledger, router: createRouter({ ...world.parts, ledger }) }),
    log: createLambdaLog((line) => void lines.push(line)),
    now,
  });
  return {
    ask: async (payload: unknown) => toAnswer(await handle(payload, toContext('runs-api', 'request-1'))),
    logged: () => lines.map((line) => JSON.parse(line)),
  };
}

const forbidden = 'No authorizer has let this request in.';
const unreadable = 'This is no request to an HTTP API that can be read.';

describe('a request', () => {
  it.each(['1.0', '2.0'] as const)('without an authorizer is refused, format %s', async (format) => {
    const { ask, logged } = openFunction();
    const sent = { format, authorizer: 'none' } as const;
    for (const path of ['/runs', `/runs/${runId}`, '/runs/nothing']) {
      expect(problemIn(await ask(toPayload('GET', path, sent)), 403)).toBe(forbidden);
    }
    for (const verb of ['cancel', 'replay']) {
      expect(problemIn(await ask(toPayload('POST', `/runs/${runId}/${verb}`, sent)), 403)).toBe(forbidden);
    }
    expect((await world.ledger.load(runId))?.status).toBe('queued');
    expect(logged().map(({ level, message, route, status }) => ({ level, message, route, status }))).toEqual(
      ['/runs', '/runs/{id}', 'unknown', '/runs/{id}/cancel', '/runs/{id}/replay'].map((route) => ({
        level: 'WARN',
        message: 'a request was refused that no authorizer had let in',
        route,
        status: 403,
      })),
    );
  });

  it.each([
    ['1.0', 'iam'],
    ['1.0', 'jwt'],
    ['1.0', 'lambda'],
    ['2.0', 'iam'],
    ['2.0', 'jwt'],
    ['2.0', 'lambda'],
  ] as const)('of format %s that a %s authorizer let in is answered', async (format, authorizer) => {
    const { ask } = openFunction();
    const answer = await ask(toPayload('GET', `/runs/${runId}`, { format, authorizer }));
    expect(answer).toMatchObject({ status: 202, headers: { 'retry-after': '1' } });
    expect(runIn(answer)).toMatchObject({ runId, job: 'import' });
  });

  it.each([
    [-3, '1'],
    [9.9, '1'],
    [20, '2'],
    [125, '12'],
    [599, '59'],
    [86_400, '60'],
  ])('about a run that is %d s old says when to ask again: in %s s', async (seconds, retryAfter) => {
    const { ask } = openFunction({}, () => world.clock.now() + seconds * 1000);
    const answer = await ask(toPayload('GET', `/runs/${runId}`));
    expect(answer).toMatchObject({ status: 202, headers: { 'retry-after': retryAfter } });
  });

  it('that a Lambda authorizer let in without a context is answered', async () => {
    expect((await openFunction().ask(withAuthorizer({ lambda: null }))).status).toBe(200);
    expect((await openFunction().ask(withAuthorizer({ lambda: {} }))).status).toBe(200);
  });

  it.each([[null], [{}], [{ iam: null }], [{ jwt: null }], [{ principalId: 'ada' }]])(
    'with %j in an authorizer’s place is refused',
    async (authorizer) => {
      expect(problemIn(await openFunction().ask(withAuthorizer(authorizer)), 403)).toBe(forbidden);
    },
  );

  it.each([['yes'], [{ jwt: {} }], [{ iam: {} }], [{ iam: { userArn: 7 } }], [{ lambda: 'yes' }]])(
    'with %j in an authorizer’s place can not be read',
    async (authorizer) => {
      expect(problemIn(await openFunction().ask(withAuthorizer(authorizer)), 400)).toBe(unreadable);
    },
  );

  it.each([null, 'GET /runs', 7, [], {}, { version: '2.0', requestContext: { http: {} } }])(
    'that is none is refused: %j',
    async (payload) => {
      const { ask, logged } = openFunction();
      expect(problemIn(await ask(payload), 400)).toBe(unreadable);
      expect(logged()).toEqual([
        expect.objectContaining({ level: 'WARN', method: 'unknown', route: 'unknown', status: 400 }),
      ]);
    },
  );

  it('to another kind of API is refused, and its log line says so', async () => {
    const { ask, logged } = openFunction();
    const rest = { resource: '/runs', path: '/runs', httpMethod: 'GET', requestContext: { stage: 'prod' } };
    problemIn(await ask({ ...rest, headers: { Authorization: 'Bearer s3cr3t' } }), 400);
    expect(logged()).toMatchObject([
      { error: 'EventParseError', reason: expect.stringContaining('REST API') },
    ]);
  });

  it('to a stage with a name, or by a domain of one’s own, is told by its route', async () => {
    const { ask } = openFunction();
    const payload = toPayload('GET', `/runs/${runId}`);
    expect((await ask({ ...payload, rawPath: `/prod/runs/${runId}` })).status).toBe(202);
    const format1 = toPayload('GET', `/runs/${runId}`, { format: '1.0' });
    expect((await ask({ ...format1, path: `/operations/prod/runs/${runId}` })).status).toBe(202);
  });

  it('on a route that is not of the runs API finds nothing', async () => {
    const { ask } = openFunction();
    const iam = { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } };
    for (const routeKey of ['GET /orders/{id}', 'DELETE /runs/{id}', '$default', 'nonsense']) {
      const [method = ''] = routeKey.startsWith('DELETE') ? ['DELETE'] : ['GET'];
      const parts = { routeKey, headers: {}, pathParameters: { id: '\ud800/../x?y#z' }, authorizer: iam };
      const { status } = await ask(toFormat2(method, '/prod?x', parts));
      expect(status, routeKey).toBe(404);
    }
    for (const payload of Object.values(httpApiGateway))
      expect([403, 404]).toContain((await ask(payload)).status);
  });

  it('may have its body in base64, and is refused when it is none', async () => {
    const { ask } = openFunction();
    const body = JSON.stringify({ event: { note: 'Škoda' } });
    const payload = toPayload('POST', `/runs/${runId}/replay`);
    const encoded = { ...payload, body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
    const answer = await ask(encoded);
    expect(answer.status).toBe(202);
    expect(await world.ledger.loadEvent(runIn(answer).runId)).toBe('{"note":"Škoda"}');
    expect(problemIn(await ask({ ...encoded, body: 'no base64!' }), 400)).toBe(unreadable);
    const bytes = { ...encoded, body: Buffer.from([0xff, 0xfe]).toString('base64') };
    expect(problemIn(await ask(bytes), 400)).toContain('this one is no UTF-8');
  });

  it('with repeated headers and query values counts with the first of them', async () => {
    const { ask } = openFunction();
    const query = { limit: ['1', '1000'], job: ['import'] };
    const format1 = {
      ...toPayload('GET', '/runs', { format: '1.0' }),
      multiValueQueryStringParameters: query,
    };
    expect(JSON.parse((await ask(format1)).text).runs).toHaveLength(1);
    const format2 = { ...toPayload('GET', '/runs'), rawQueryString: 'limit=1&limit=1000&job=import' };
    expect(JSON.parse((await ask(format2)).text).runs).toHaveLength(1);
    const headers = { 'Idempotency-Key': ['one', 'two'] };
    const replay = (more: object) => ({
      ...toPayload('POST', `/runs/${runId}/replay`, { format: '1.0' }),
      ...more,
    });
    const first = runIn(await ask(replay({ multiValueHeaders: headers })));
    const second = runIn(await ask(replay({ multiValueHeaders: { 'idempotency-key': ['one'] } })));
    expect(second.runId).toBe(first.runId);
  });

  it('with a key that no header can hold can not be read', async () => {
    const { ask, logged } = openFunction();
    const payload = toPayload('POST', `/runs/${runId}/replay`);
    expect(problemIn(await ask({ ...payload, headers: { 'idempotency-key': 'a\ns3cr3t' } }), 400)).toBe(
      unreadable,
    );
    expect(JSON.stringify(logged())).not.toContain('s3cr3t');
  });

  it('with a body that is larger than Lambda takes is refused', async () => {
    const payload = toPayload('POST', `/runs/${runId}/replay`);
    const answer = await openFunction().ask({ ...payload, body: ' '.repeat(6_291_457) });
    expect(problemIn(answer, 413)).toBe('The body is larger than 6291456 bytes.');
  });
});

it('a replay of a job that is not in jobs.yml any more is refused', async () => {
  const id = toRunId(7);
  await world.ledger.accept(toDraft({ id, job: 'gone' }), (run) => run);
  const answer = await openFunction().ask(toPayload('POST', `/runs/${id}/replay`));
  expect(problemIn(answer, 409)).toBe('Job gone is not in jobs.yml any more.');
});

it('the replay of a run whose event is gone is refused, and not asked for again', async () => {
  const { ask } = openFunction({
    loadEvent: async () => Promise.reject(new PayloadGoneError('the event at s3://b/k is gone')),
  });
  const answer = await ask(toPayload('POST', `/runs/${runId}/replay`));
  expect(problemIn(answer, 409)).toBe(`Run ${runId} can't be replayed: the event at s3://b/k is gone.`);
});

it('the replay of a run whose event can not be read now may be sent again', async () => {
  const { ask } = openFunction({ loadEvent: async () => Promise.reject(new PayloadError('S3 is silent')) });
  const answer = await ask(toPayload('POST', `/runs/${runId}/replay`));
  expect(problemIn(answer, 503)).toBe('The router could not do this now. Nothing was lost; send it again.');
});

describe('the log', () => {
  it('has one line for each request, with its route and run, and nothing else of what came', async () => {
    const { ask, logged } = openFunction();
    const headers = { 'idempotency-key': 's3cr3t-key', cookie: 's3cr3t=1' };
    await ask(toPayload('GET', '/runs?job=s3cr3t&after=s3cr3t', { headers }));
    await ask(toPayload('GET', '/runs/s3cr3t'));
    const body = '{"event":"s3cr3t"}';
    await ask(toPayload('POST', `/runs/${runId}/replay`, { headers, body }));
    const about = { timestamp: expect.any(String), requestId: 'request-1' };
    expect(logged()).toEqual([
      {
        ...about,
        level: 'WARN',
        message: 'a request was answered',
        method: 'GET',
        route: '/runs',
        status: 400,
      },
      {
        ...about,
        level: 'WARN',
        message: 'a request was answered',
        method: 'GET',
        route: 'unknown',
        status: 404,
      },
      {
        ...about,
        level: 'INFO',
        message: 'a request was answered',
        method: 'POST',
        route: '/runs/{id}/replay',
        runId,
        status: 202,
      },
    ]);
  });

  it.each([
    ['unavailable', 503, 'The router could not do this now. Nothing was lost; send it again.'],
    ['throttled', 429, 'Too much came at once. Send it again.'],
  ] as const)(
    'says why when the ledger is %s, which the client is not told',
    async (reason, status, detail) => {
      const fail = async () => {
        throw new LedgerError('the table signalbox-runs could not be read', { reason });
      };
      const { ask, logged } = openFunction({ load: fail, list: fail });
      for (const path of ['/runs', `/runs/${runId}`]) {
        const answer = await ask(toPayload('GET', path));
        expect(problemIn(answer, status)).toBe(detail);
        expect(answer.headers['retry-after']).toBe('5');
      }
      expect(logged()).toMatchObject([
        { status, error: 'LedgerError', reason: 'the table signalbox-runs could not be read' },
        { status, error: 'LedgerError', runId },
      ]);
    },
  );

  it('has where an error that nobody expected was thrown, without its message', async () => {
    const { ask, logged } = openFunction({
      async load() {
        throw new TypeError('s3cr3t is not a function');
      },
    });
    problemIn(await ask(toPayload('GET', `/runs/${runId}`)), 503);
    expect(logged()).toMatchObject([
      { level: 'ERROR', error: 'TypeError', stack: expect.stringContaining('http-api.test') },
    ]);
    expect(JSON.stringify(logged())).not.toContain('s3cr3t');
  });
});

function withAuthorizer(authorizer: unknown) {
  const payload = toPayload('GET', '/runs?limit=1', { authorizer: 'none' });
  return { ...payload, requestContext: { ...payload.requestContext, authorizer } };
}
