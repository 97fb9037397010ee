import { describe, expect, it } from 'vitest';
import { NotRecordedError } from '../../shared/not-recorded.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { type Dispatched, EventParseError, NoRuleError } from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const format2 = {
  version: '2.0',
  routeKey: 'POST /thumbnails/{id}',
  rawPath: '/thumbnails/7',
  rawQueryString: 'size=320&tag=a%2Cb&tag=c+d',
  cookies: ['session=abc', 'theme=dark'],
  headers: {
    Authorization: 'Bearer secret',
    'content-type': 'application/json; charset=utf-8',
    'idempotency-key': 'order-7',
    traceparent,
    'x-forwarded-for': '203.0.113.9,10.0.0.1',
  },
  queryStringParameters: { size: '320', tag: 'a,b,c d' },
  pathParameters: { id: '7' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    authorizer: { jwt: { claims: { sub: 'user-1', iss: 'https://issuer.example' }, scopes: ['jobs'] } },
    domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
    domainPrefix: 'a1b2c3d4e5',
    http: {
      method: 'POST',
      path: '/thumbnails/7',
      protocol: 'HTTP/1.1',
      sourceIp: '203.0.113.9',
      userAgent: 'curl/8.5.0',
    },
    requestId: 'Req-2-id=',
    routeKey: 'POST /thumbnails/{id}',
    stage: '$default',
    time: '20/Nov/2026:10:00:00 +0000',
    timeEpoch: Date.UTC(2026, 10, 20, 10),
  },
  body: '{"width":320}',
  isBase64Encoded: false,
};

const format1 = {
  version: '1.0',
  resource: '/thumbnails/{id}',
  path: '/thumbnails/7',
  httpMethod: 'POST',
  headers: { 'Content-Type': 'text/plain', Cookie: 'theme=dark', 'X-Tag': 'b' },
  multiValueHeaders: {
    'Content-Type': ['text/plain'],
    Cookie: ['session=abc; theme=dark'],
    'X-Tag': ['a', 'b'],
  },
  queryStringParameters: { tag: 'c' },
  multiValueQueryStringParameters: { tag: ['a', 'c'] },
  pathParameters: { id: '7' },
  stageVariables: null,
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    authorizer: { claims: null, scopes: null },
    httpMethod: 'POST',
    identity: { sourceIp: '203.0.113.9', userAgent: 'curl/8.5.0', userArn: null },
    path: '/thumbnails/7',
    requestId: 'Req-1-id=',
    requestTimeEpoch: Date.UTC(2026, 10, 20, 10),
    resourceId: 'ANY /thumbnails/{id}',
    resourcePath: '/thumbnails/{id}',
    stage: '$default',
  },
  body: 'a text',
  isBase64Encoded: false,
};

const { body: _, pathParameters: _parameters, cookies: _cookies, ...rest2 } = format2;
const bare2 = {
  ...rest2,
  headers: {},
  rawQueryString: '',
  requestContext: { ...format2.requestContext, authorizer: undefined },
};

testSource(httpApiGateway, {
  'format 2.0': format2,
  'format 1.0': format1,
  'format 2.0 with little in it': bare2,
});

const parse = (payload: unknown) => httpApiGateway.parse(payload, invocation);

function recordOf(payload: unknown) {
  const [record] = parse(payload).records;
  if (record === undefined || 'error' in record) throw new Error('no record');
  return record;
}

function eventOf(payload: unknown) {
  const [event] = recordOf(payload).events;
  if (event === undefined) throw new Error('no event');
  return event;
}

function claimOf(payload: unknown) {
  const { claimed } = parse(payload);
  if (claimed.by !== 'key' || !('id' in claimed.claim)) throw new Error('claimed by no key');
  return { ...claimed.claim, fingerprint: claimed.fingerprint };
}

const with2 = (changes: object) => ({ ...format2, ...changes });
const withHeaders = (headers: object) => with2({ headers });
const withAuthorizer = (authorizer: unknown) =>
  with2({ requestContext: { ...format2.requestContext, authorizer } });

describe('an HTTP API request', () => {
  it('of format 2.0 becomes one record', () => {
    expect(eventOf(format2)).toEqual({
      specversion: '1.0',
      id: 'Req-2-id=',
      source: 'arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5',
      type: 'aws.http.request',
      subject: 'POST /thumbnails/{id}',
      time: '2026-11-20T10:00:00.000Z',
      datacontenttype: 'application/json',
      data: {
        method: 'POST',
        path: '/thumbnails/7',
        headers: {
          authorization: 'Bearer secret',
          'content-type': 'application/json; charset=utf-8',
          'idempotency-key': 'order-7',
          traceparent,
          'x-forwarded-for': '203.0.113.9,10.0.0.1',
        },
        query: { size: '320', tag: ['a,b', 'c d'] },
        pathParameters: { id: '7' },
        cookies: ['session=abc', 'theme=dark'],
        body: { width: 320 },
        sourceIp: '203.0.113.9',
        auth: { jwt: { claims: { sub: 'user-1', iss: 'https://issuer.example' }, scopes: ['jobs'] } },
      },
    });
    expect(parse(format2)).toMatchObject({
      id: 'Req-2-id=',
      addressed: {
        source: 'http-api-gateway',
        method: 'POST',
        path: '/thumbnails/7',
        routeKey: 'POST /thumbnails/{id}',
        apiId: 'a1b2c3d4e5',
      },
      isOrdered: false,
    });
    expect(recordOf(format2)).toMatchObject({ recordId: 'Req-2-id=', trace: { traceparent } });
  });

  it('of format 1.0 keeps repeated headers and query values as lists', () => {
    expect(eventOf(format1)).toMatchObject({
      subject: 'ANY /thumbnails/{id}',
      time: '2026-11-20T10:00:00.000Z',
      data: {
        headers: { 'content-type': 'text/plain', cookie: 'session=abc; theme=dark', 'x-tag': ['a', 'b'] },
        query: { tag: ['a', 'c'] },
        cookies: ['session=abc', 'theme=dark'],
        body: 'a text',
        sourceIp: '203.0.113.9',
        auth: null,
      },
    });
  });

  it('of format 1.0 without lists has its single values, and its route from method and resource', () => {
    const payload = {
      ...format1,
      multiValueHeaders: undefined,
      multiValueQueryStringParameters: null,
      requestContext: { ...format1.requestContext, resourceId: null },
    };
    expect(eventOf(payload)).toMatchObject({
      subject: 'POST /thumbnails/{id}',
      data: { headers: { 'x-tag': 'b' }, query: { tag: 'c' } },
    });
  });

  it('without query, cookies, parameters and body has empty ones', () => {
    expect(eventOf(bare2).data).toEqual({
      method: 'POST',
      path: '/thumbnails/7',
      headers: {},
      query: {},
      pathParameters: {},
      cookies: [],
      body: null,
      sourceIp: '203.0.113.9',
      auth: null,
    });
  });

  it('has a header named __proto__ as any other', () => {
    const { headers } = eventOf(withHeaders(JSON.parse('{"__proto__":"x"}'))).data;
    expect(Object.entries(headers ?? {})).toEqual([['__proto__', 'x']]);
  });
});

describe('the body of an HTTP API request', () => {
  const bodyOf = (
    body: string | undefined,
    contentType: string,
    isBase64Encoded = false,
    more: object = {},
  ) =>
    eventOf(with2({ body, isBase64Encoded, headers: { 'content-type': contentType, ...more } })).data['body'];
  const base64 = (text: string, encoding?: BufferEncoding) => Buffer.from(text, encoding).toString('base64');

  it.each([
    ['JSON', '{"a":[1,null]}', 'application/json', false, { a: [1, null] }],
    ['JSON of a type of its own', '"x"', 'Application/Vnd.Acme+JSON; v=1', false, 'x'],
    ['JSON null', 'null', 'application/json', false, null],
    ['JSON in base64', base64('{"é":1}'), 'application/json', true, { é: 1 }],
    ['JSON behind a byte order mark', '\ufeff{}', 'application/json', false, {}],
    ['JSON without its content type', '{"a":1}', 'text/plain', false, '{"a":1}'],
    ['a form in base64', base64('a=1&b=2'), 'application/x-www-form-urlencoded', true, 'a=1&b=2'],
    ['bytes', base64('ff00', 'hex'), 'image/png', true, { base64: '/wA=' }],
    ['nothing', '', 'application/json', false, null],
  ])('%s', (_name, body, contentType, isBase64, expected) => {
    expect(bodyOf(body, contentType, isBase64)).toEqual(expected);
  });

  it('is left as it is when it is compressed', () => {
    expect(bodyOf('H4sI/w==', 'application/json', true, { 'content-encoding': 'gzip' })).toEqual({
      base64: 'H4sI/w==',
    });
  });

  it('has a number that JavaScript cannot hold as text', () => {
    expect(bodyOf('{"id":12345678901234567890}', 'application/json')).toEqual({ id: '12345678901234567890' });
  });

  it.each([
    ['{"a":', false],
    ['/w==', true],
    ['['.repeat(10_000) + ']'.repeat(10_000), false],
  ])('is refused with a 400 when its content type says JSON and it is none: %.10s', (body, isBase64) => {
    const problem = 'the body is not the JSON that its content type application/json says it is';
    expect(() => bodyOf(body, 'application/json', isBase64)).toThrow(EventParseError);
    expect(() => bodyOf(body, 'application/json', isBase64)).toThrow(`http-api-gateway: ${problem}`);
  });

  it('is refused when it is marked as base64 but is not', () => {
    expect(() => bodyOf('a b', 'text/plain', true)).toThrow('the body is marked as base64 but is not');
  });
});

describe('an Idempotency-Key', () => {
  it('claims a day, for its API, route and caller', () => {
    expect(parse(format2).claimed).toEqual({
      by: 'key',
      claim: { id: expect.stringMatching(/^[0-9a-f]{64}$/), seconds: 86_400 },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const others = [
      withHeaders({ 'idempotency-key': 'order-8' }),
      with2({ routeKey: 'POST /other' }),
      with2({ requestContext: { ...format2.requestContext, apiId: 'other' } }),
      withAuthorizer(undefined),
      withAuthorizer({ jwt: { claims: { sub: 'user-2', iss: 'https://issuer.example' }, scopes: null } }),
      withAuthorizer({ jwt: { claims: { sub: 'user-1', iss: 'https://other.example' }, scopes: null } }),
      withAuthorizer({ jwt: { claims: { client_id: 'a', iss: 'https://issuer.example' }, scopes: null } }),
      withAuthorizer({ jwt: { claims: { azp: 'b', iss: 'https://issuer.example' }, scopes: null } }),
      withAuthorizer({ jwt: { claims: { tenant: 'a', iss: 'https://issuer.example' }, scopes: null } }),
      withAuthorizer({ jwt: { claims: { tenant: 'b', iss: 'https://issuer.example' }, scopes: null } }),
      withAuthorizer({ lambda: { principalId: 'user-1' } }),
      withAuthorizer({ lambda: { tenant: 'a' } }),
      withAuthorizer({ lambda: { tenant: 'b' } }),
      withAuthorizer({ iam: { userArn: 'arn:aws:iam::1:user/a' } }),
      withAuthorizer({ iam: { userArn: 'arn:aws:iam::1:user/a', cognitoIdentity: { identityId: 'eu:1' } } }),
    ].map((payload) => claimOf(payload).id);
    expect(new Set([claimOf(format2).id, ...others]).size).toBe(16);
  });

  it('is claimed alike by a request that is sent again', () => {
    const again = {
      ...format2,
      requestContext: { ...format2.requestContext, requestId: 'another', timeEpoch: 1_800_000_000_000 },
    };
    expect(parse(again).id).toBe('another');
    expect(parse(again).claimed).toEqual(parse(format2).claimed);
  });

  it.each([
    [
      'method',
      {
        requestContext: {
          ...format2.requestContext,
          http: { ...format2.requestContext.http, method: 'PUT' },
        },
      },
    ],
    ['path', { rawPath: '/thumbnails/8' }],
    ['query', { rawQueryString: 'size=321' }],
    ['body', { body: '{"width":321}' }],
  ])('has another fingerprint with another %s', (_name, changes) => {
    expect(claimOf(with2(changes)).id).toBe(claimOf(format2).id);
    expect(claimOf(with2(changes)).fingerprint).not.toBe(claimOf(format2).fingerprint);
  });

  it('has the fingerprint of the bytes, however they were encoded', () => {
    const encoded = { body: Buffer.from(format2.body).toString('base64'), isBase64Encoded: true };
    expect(claimOf(with2(encoded)).fingerprint).toBe(claimOf(format2).fingerprint);
  });

  it('left out leaves the claim to the run', () => {
    expect(parse(format1).claimed).toEqual({ by: 'run' });
  });

  it.each([
    ['', 'the Idempotency-Key has 0 characters, expected one of 1 to 255 characters'],
    ['x'.repeat(256), 'the Idempotency-Key has 256 characters, expected one of 1 to 255 characters'],
  ])('is refused when it is empty or too long', (key, message) => {
    expect(() => parse(withHeaders({ 'idempotency-key': key }))).toThrow(message);
  });

  it('is refused when it was sent twice', () => {
    const payload = { ...format1, multiValueHeaders: { 'Idempotency-Key': ['a', 'b'] } };
    expect(() => parse(payload)).toThrow('the Idempotency-Key has 2 values');
  });
});

describe('the authorizer of an HTTP API', () => {
  it('of IAM gives the caller without keys', () => {
    const iam = {
      accessKey: 'AKIA',
      accountId: '1',
      callerId: 'AIDA',
      userArn: 'arn:aws:iam::1:user/a',
      userId: 'AIDA',
    };
    expect(eventOf(withAuthorizer({ iam })).data['auth']).toEqual({
      iam: { userArn: 'arn:aws:iam::1:user/a', accountId: '1', callerId: 'AIDA', cognitoIdentityId: null },
    });
  });

  it('of Lambda gives its context, in both formats', () => {
    expect(eventOf(withAuthorizer({ lambda: { tenant: 'a' } })).data['auth']).toEqual({
      lambda: { tenant: 'a' },
    });
    const authorizer = { principalId: 'user-1', integrationLatency: 12, tenant: 'a' };
    const payload = { ...format1, requestContext: { ...format1.requestContext, authorizer } };
    expect(eventOf(payload).data['auth']).toEqual({ lambda: { principalId: 'user-1', tenant: 'a' } });
  });

  it('of JWT in format 1.0 gives claims and scopes', () => {
    const authorizer = { claims: { sub: 'user-1' }, scopes: null };
    const payload = { ...format1, requestContext: { ...format1.requestContext, authorizer } };
    expect(eventOf(payload).data['auth']).toEqual({ jwt: { claims: { sub: 'user-1' }, scopes: null } });
  });
});

describe('a traceparent', () => {
  it.each([
    'not one',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ])('that is not valid is left out: %s', (value) => {
    expect(recordOf(withHeaders({ traceparent: value, tracestate: 'acme=7' }))).not.toHaveProperty('trace');
  });
});

describe('a tracestate', () => {
  it('goes with its traceparent', () => {
    const tracestate = 'acme=7,rojo=00f067aa0ba902b7';
    expect(recordOf(withHeaders({ traceparent, tracestate })).trace).toEqual({ traceparent, tracestate });
  });

  it('that is not valid is left out, and its traceparent is not', () => {
    expect(recordOf(withHeaders({ traceparent, tracestate: 'Acme=7' })).trace).toEqual({ traceparent });
  });

  it('that came in several headers is put together; of several traceparents none is taken', () => {
    const several = { traceparent: [traceparent], tracestate: ['acme=7', 'rojo=1'] };
    const multiple = (headers: object) => recordOf({ ...format1, multiValueHeaders: headers });
    expect(multiple(several).trace).toEqual({ traceparent, tracestate: 'acme=7,rojo=1' });
    expect(multiple({ traceparent: [traceparent, traceparent] })).not.toHaveProperty('trace');
  });
});

describe('an X-Ray header', () => {
  const root = 'Root=1-5759e988-bd862e3fe1be46a994272793';

  it('that names a parent gives the traceparent, unless there is one', () => {
    const xRay = { 'x-amzn-trace-id': `${root};Parent=53995c3f42cd8ad8;Sampled=1` };
    expect(recordOf(withHeaders(xRay)).trace).toEqual({
      traceparent: '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
    });
    expect(recordOf(withHeaders({ ...xRay, traceparent })).trace).toEqual({ traceparent });
  });

  it('of API Gateway itself has no parent, and gives none', () => {
    expect(recordOf(withHeaders({ 'x-amzn-trace-id': root }))).not.toHaveProperty('trace');
  });
});

describe('events that are not of an HTTP API', () => {
  const { version: _version, ...restApi } = format1;
  it.each([
    ['a REST API', restApi, 'looks like an event of a REST API'],
    [
      'a WebSocket API',
      { ...format1, requestContext: { ...format1.requestContext, connectionId: 'c=' } },
      'looks like an event of a WebSocket API',
    ],
    [
      'a load balancer',
      { httpMethod: 'GET', path: '/', requestContext: { elb: { targetGroupArn: 'arn:x' } } },
      'looks like an event of an Application Load Balancer',
    ],
    [
      'a function URL',
      with2({ requestContext: { ...format2.requestContext, domainName: 'x7.lambda-url.eu-west-1.on.aws' } }),
      'looks like an event of a Lambda function URL',
    ],
    [
      'an authorizer',
      { version: '2.0', type: 'REQUEST', routeArn: 'arn:x', requestContext: {} },
      'looks like a request to a Lambda authorizer',
    ],
    ['an object', {}, 'the payload is no HTTP API event of format 1.0 or 2.0'],
    ['a text', 'x', 'the payload is a string, expected an HTTP API event'],
    ['nothing', null, 'the payload is missing, expected an HTTP API event'],
    ['format 2.0 without a path', with2({ rawPath: undefined }), 'rawPath is missing, expected a text'],
    [
      'format 2.0 without an API',
      with2({ requestContext: { ...format2.requestContext, apiId: '' } }),
      'requestContext.apiId is empty, expected a text',
    ],
    [
      'format 2.0 of no time',
      with2({ requestContext: { ...format2.requestContext, timeEpoch: '2026' } }),
      'requestContext.timeEpoch is a string, expected a time in epoch milliseconds',
    ],
    ['format 2.0 with odd cookies', with2({ cookies: ['a=b', 7] }), 'cookies has a number in it'],
    [
      'format 1.0 with odd lists',
      { ...format1, multiValueHeaders: { 'X-Tag': 'a' } },
      'multiValueHeaders.X-Tag is a string, expected a list of texts',
    ],
    ['format 2.0 with odd headers', withHeaders({ a: 1 }), 'headers.a is a number, expected a text'],
  ])('%s is refused', (_name, payload, message) => {
    expect(() => parse(payload)).toThrow(EventParseError);
    expect(() => parse(payload)).toThrow(message);
  });
});

describe('the answer to an HTTP API request', () => {
  const dispatched: Dispatched = { job: 'thumbnail', runId: 'k3j5h2', status: 'queued', outcome: 'accepted' };
  const answer = (run: Dispatched) =>
    httpApiGateway.answer(parse(format2), { dispatched: [run], unrecorded: [] });

  it('is a 202 with the run', () => {
    expect(answer(dispatched)).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'application/json' },
      body: '{"runId":"k3j5h2","job":"thumbnail","status":"queued"}',
    });
  });

  it('says where the run is, when there is an API to ask', () => {
    expect(answer({ ...dispatched, location: '/runs/k3j5h2' })).toEqual({
      statusCode: 202,
      headers: { 'content-type': 'application/json', location: '/runs/k3j5h2' },
      body: '{"runId":"k3j5h2","job":"thumbnail","status":"queued"}',
    });
  });

  it('is a 202 with the first run when the request came before', () => {
    expect(
      answer({ ...dispatched, status: 'running', outcome: 'duplicate', location: '/runs/k3j5h2' }),
    ).toEqual({
      statusCode: 202,
      headers: {
        'content-type': 'application/json',
        location: '/runs/k3j5h2',
        'idempotency-replayed': 'true',
      },
      body: '{"runId":"k3j5h2","job":"thumbnail","status":"running"}',
    });
  });

  it('is a 422 when the Idempotency-Key was used for another request', () => {
    expect(answer({ ...dispatched, outcome: 'conflict', location: '/runs/k3j5h2' })).toEqual({
      statusCode: 422,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"This Idempotency-Key was used before, for another request."}',
    });
  });

  it('is a 404 when it starts nothing', () => {
    expect(httpApiGateway.answer(parse(format2), { dispatched: [], unrecorded: [] })).toEqual({
      statusCode: 404,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Not Found","status":404,"detail":"No job takes this request."}',
    });
  });

  it('is a 400 that says what is wrong with the request', () => {
    expect(
      httpApiGateway.refuse(new EventParseError('http-api-gateway', 'the body is odd'), format2),
    ).toEqual({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Bad Request","status":400,"detail":"the body is odd"}',
    });
  });

  it('is a 404 when no job takes the request', () => {
    expect(httpApiGateway.refuse(new NoRuleError('nothing for POST /x'), format2)).toMatchObject({
      statusCode: 404,
    });
  });

  const secret = 'arn:aws:dynamodb:eu-west-1:123456789012:table/runs';

  it.each([
    {
      reason: 'unavailable' as const,
      statusCode: 503,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
      body: '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The request was not recorded, and no job was started. Send it again."}',
    },
    {
      reason: 'throttled' as const,
      statusCode: 429,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
      body: '{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"Too much came at once: the request was not recorded, and no job was started. Send it again."}',
    },
    {
      reason: 'too-large' as const,
      statusCode: 413,
      headers: { 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"Content Too Large","status":413,"detail":"The request is too large to be recorded, and no job was started."}',
    },
  ])('is a $statusCode when the request could not be recorded: $reason', ({ reason, ...expected }) => {
    const error = new NotRecordedError(`${secret} refused it`, { reason });
    const unrecorded = [{ job: 'thumbnail', records: [0], error }];
    expect(httpApiGateway.answer(parse(format2), { dispatched: [], unrecorded })).toEqual(expected);
    expect(httpApiGateway.refuse(error, format2)).toEqual(expected);
  });

  it.each([new Error(`${secret} is down`), null, undefined, 'x', Object.create(null)])(
    'is a 503 that tells nothing of %s',
    (error) => {
      expect(httpApiGateway.refuse(error, null)).toEqual({
        statusCode: 503,
        headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
        body: '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The request was not recorded, and no job was started. Send it again."}',
      });
    },
  );
});
