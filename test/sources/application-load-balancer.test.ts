import { describe, expect, it } from 'vitest';
import { NotRecordedError } from '../../shared/not-recorded.ts';
import { applicationLoadBalancer } from '../../shared/sources/application-load-balancer.ts';
import {
  type Addressed,
  type Dispatched,
  EventParseError,
  NoRuleError,
} from '../../shared/sources/source.ts';
import { invocation, testSource } from '../contract/source.ts';

const targetGroupArn =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/orders/50dc6c495c0c9188';

const single = {
  requestContext: { elb: { targetGroupArn } },
  httpMethod: 'POST',
  path: '/orders/caf%C3%A9',
  queryStringParameters: { size: '320', 'a%20name': 'c+d%2Ce' },
  headers: {
    authorization: 'Bearer secret',
    'content-type': 'application/json',
    cookie: 'session=abc; theme=dark',
    host: 'jobs.example.com',
    'user-agent': 'curl/8.5.0',
    'x-amzn-trace-id': 'Root=1-6b000000-0123456789abcdef01234567',
    'x-forwarded-for': '203.0.113.9, 198.51.100.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  body: '{"orderId":7}',
  isBase64Encoded: false,
};

const multiple = {
  requestContext: { elb: { targetGroupArn } },
  httpMethod: 'GET',
  path: '/orders',
  multiValueQueryStringParameters: { tag: ['a%2Cb', 'c'], dry: [''] },
  multiValueHeaders: {
    'X-Tag': ['a', 'b'],
    'x-tag': ['c'],
    cookie: ['session=abc', 'theme=dark; lang=sk'],
    'x-forwarded-for': ['192.0.2.1', '203.0.113.9'],
  },
  body: '',
  isBase64Encoded: false,
};

const healthCheck = {
  requestContext: { elb: { targetGroupArn } },
  httpMethod: 'GET',
  path: '/health',
  queryStringParameters: {},
  headers: { 'user-agent': 'ELB-HealthChecker/2.0' },
  body: '',
  isBase64Encoded: false,
};

const { queryStringParameters: _query, headers: _headers, body: _body, ...bare } = single;

testSource(applicationLoadBalancer, {
  'a request': single,
  'a request with multi-value headers': multiple,
  'a request with a key': withHeaders({ 'idempotency-key': 'order-7' }),
});

const parse = (payload: unknown) => applicationLoadBalancer.parse(payload, invocation);

function withHeaders(headers: object) {
  return { ...single, headers: { ...single.headers, ...headers } };
}

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

function addressedOf(payload: unknown): Addressed & { readonly source: 'application-load-balancer' } {
  const { addressed } = parse(payload);
  if (addressed.source !== 'application-load-balancer') throw new Error('no request');
  return addressed;
}

function claimOf(payload: unknown) {
  const { claimed } = parse(payload);
  if (claimed.by !== 'key' || !('id' in claimed.claim)) throw new Error('claimed by no key');
  return { ...claimed.claim, fingerprint: claimed.fingerprint };
}

describe('a request to a load balancer', () => {
  it('becomes one record, with its query decoded and its path as it was sent', () => {
    expect(eventOf(single)).toEqual({
      specversion: '1.0',
      id: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
      source: targetGroupArn,
      type: 'aws.http.request',
      subject: '/orders/caf%C3%A9',
      time: '2026-11-20T08:08:32.000Z',
      datacontenttype: 'application/json',
      data: {
        method: 'POST',
        path: '/orders/caf%C3%A9',
        headers: single.headers,
        query: { size: '320', 'a name': 'c d,e' },
        pathParameters: {},
        cookies: ['session=abc', 'theme=dark'],
        body: { orderId: 7 },
        sourceIp: '198.51.100.7',
        auth: null,
      },
    });
  });

  it('is delivered with what rules need, its query as it was sent', () => {
    expect(parse(single)).toMatchObject({
      source: 'application-load-balancer',
      id: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
      sourceArn: targetGroupArn,
      time: '2026-11-20T08:08:32.000Z',
      claimed: { by: 'run' },
      isOrdered: false,
    });
    expect(addressedOf(multiple)).toEqual({
      source: 'application-load-balancer',
      method: 'GET',
      path: '/orders',
      headers: {
        'x-tag': ['a', 'b', 'c'],
        cookie: ['session=abc', 'theme=dark; lang=sk'],
        'x-forwarded-for': ['192.0.2.1', '203.0.113.9'],
      },
      query: [
        ['tag', 'a%2Cb'],
        ['tag', 'c'],
        ['dry', ''],
      ],
      sourceIp: '203.0.113.9',
      isHealthCheck: false,
    });
  });

  it('with multi-value headers keeps repeated headers and query values as lists', () => {
    expect(eventOf(multiple).data).toEqual({
      method: 'GET',
      path: '/orders',
      headers: {
        'x-tag': ['a', 'b', 'c'],
        cookie: ['session=abc', 'theme=dark; lang=sk'],
        'x-forwarded-for': ['192.0.2.1', '203.0.113.9'],
      },
      query: { tag: ['a,b', 'c'], dry: '' },
      pathParameters: {},
      cookies: ['session=abc', 'theme=dark', 'lang=sk'],
      body: null,
      sourceIp: '203.0.113.9',
      auth: null,
    });
  });

  it('without headers, query and body has empty ones, and no address', () => {
    expect(eventOf(bare).data).toEqual({
      method: 'POST',
      path: '/orders/caf%C3%A9',
      headers: {},
      query: {},
      pathParameters: {},
      cookies: [],
      body: null,
      sourceIp: null,
      auth: null,
    });
  });

  it('has two query parameters that are decoded to one name as a list', () => {
    const payload = { ...single, queryStringParameters: { 'a%20b': '1', 'a+b': '2' } };
    expect(eventOf(payload).data['query']).toEqual({ 'a b': ['1', '2'] });
  });

  it.each([
    ['%zz%20', '%zz '],
    ['%ff', '%ff'],
    ['%C3%A9 %C3', 'é %C3'],
    ['100%', '100%'],
  ])('keeps of the query value %s what is no UTF-8 in percent-encoding', (sent, value) => {
    expect(eventOf({ ...single, queryStringParameters: { a: sent } }).data['query']).toEqual({ a: value });
  });

  it.each(['headers', 'queryStringParameters'])('has a name __proto__ in its %s as any other', (key) => {
    const { headers, query } = eventOf({ ...single, [key]: JSON.parse('{"__proto__":"x"}') }).data;
    expect(Object.entries((key === 'headers' ? headers : query) ?? {})).toEqual([['__proto__', 'x']]);
  });

  it('has a list under the name __proto__ as any other', () => {
    const payload = { ...multiple, multiValueHeaders: JSON.parse('{"__proto__":["x"],"b":[],"c":["y"]}') };
    expect(Object.entries(eventOf(payload).data['headers'] ?? {})).toEqual([
      ['__proto__', 'x'],
      ['c', 'y'],
    ]);
  });

  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['192.0.2.1, 203.0.113.9:4711', '203.0.113.9'],
    ['192.0.2.1,[2001:db8::1]:4711', '2001:db8::1'],
  ])('forwarded for %s came from %s', (header, sourceIp) => {
    expect(eventOf(withHeaders({ 'x-forwarded-for': header })).data['sourceIp']).toBe(sourceIp);
  });

  it('of a caller who has signed in has the identity', () => {
    expect(eventOf(withHeaders({ 'x-amzn-oidc-identity': 'user-1' })).data['auth']).toEqual({
      oidc: { identity: 'user-1' },
    });
  });
});

describe('the time of a request to a load balancer', () => {
  it.each([
    ['Root=1-00000000-0123456789abcdef01234567', '1970-01-01T00:00:00.000Z'],
    ['Root=1-6B000001-0123456789abcdef01234567;Parent=53995c3f42cd8ad8', '2026-11-20T08:08:33.000Z'],
    ['Self=1-6b000002-fedcba9876543210fedcba98;Root=1-6b000001-0123', '2026-11-20T08:08:34.000Z'],
  ])('is when the load balancer got it: %s', (header, time) => {
    const delivery = parse(withHeaders({ 'x-amzn-trace-id': header }));
    expect(delivery.time).toBe(time);
    expect(eventOf(withHeaders({ 'x-amzn-trace-id': header })).time).toBe(time);
  });

  it.each(['', 'x', 'Root=1-6b00000-0123', 'Root=1-6b00000g-0123', 'Root=1-6b000000', 'Root=2-6b000000-0'])(
    'is the moment it was parsed where the header does not tell: %s',
    (header) => {
      const before = new Date().toISOString();
      const { time } = parse(withHeaders({ 'x-amzn-trace-id': header }));
      expect(time >= before && time <= new Date().toISOString()).toBe(true);
    },
  );
});

describe('the trace of a request to a load balancer', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const xRay = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

  it('is its traceparent, or comes from an X-Ray header that names a parent', () => {
    expect(recordOf(withHeaders({ traceparent, 'x-amzn-trace-id': xRay })).trace).toEqual({ traceparent });
    expect(recordOf(withHeaders({ 'x-amzn-trace-id': xRay })).trace).toEqual({
      traceparent: '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
    });
    expect(recordOf(single)).not.toHaveProperty('trace');
  });
});

describe('the body of a request to a load balancer', () => {
  const bodyOf = (body: unknown, contentType: string, isBase64Encoded = false) =>
    eventOf({ ...withHeaders({ 'content-type': contentType }), body, isBase64Encoded }).data['body'];

  it.each([
    ['JSON', '{"a":[1,null]}', 'application/json', false, { a: [1, null] }],
    ['JSON in base64', 'eyJhIjoxfQ==', 'application/vnd.acme+json', true, { a: 1 }],
    ['text', 'a text', 'text/plain', false, 'a text'],
    ['a form in base64', 'YT0xJmI9Mg==', 'application/x-www-form-urlencoded', true, 'a=1&b=2'],
    ['bytes', '/wA=', 'image/png', true, { base64: '/wA=' }],
    ['text that is marked as base64 but is none', 'not base64', 'text/plain', true, 'not base64'],
    ['nothing', '', 'application/json', false, null],
    ['no body', null, 'application/json', false, null],
  ])('%s', (_name, body, contentType, isBase64, expected) => {
    expect(bodyOf(body, contentType, isBase64)).toEqual(expected);
  });

  it('is refused when its content type says JSON and it is none', () => {
    expect(() => bodyOf('{"a":', 'application/json')).toThrow(
      new EventParseError(
        'application-load-balancer',
        'the body is not the JSON that its content type application/json says it is',
      ),
    );
  });
});

describe('an Idempotency-Key sent to a load balancer', () => {
  const keyed = withHeaders({ 'idempotency-key': 'order-7' });

  it('claims a day, for its target group, method, path and signed-in caller', () => {
    expect(parse(keyed).claimed).toEqual({
      by: 'key',
      claim: { id: expect.stringMatching(/^[0-9a-f]{64}$/), seconds: 86_400 },
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const others = [
      withHeaders({ 'idempotency-key': 'order-8' }),
      { ...keyed, httpMethod: 'PUT' },
      { ...keyed, path: '/orders/8' },
      { ...keyed, requestContext: { elb: { targetGroupArn: `${targetGroupArn}9` } } },
      withHeaders({ 'idempotency-key': 'order-7', 'x-amzn-oidc-identity': 'user-1' }),
      withHeaders({ 'idempotency-key': 'order-7', 'x-amzn-oidc-identity': 'user-2' }),
    ].map((payload) => claimOf(payload).id);
    expect(new Set([claimOf(keyed).id, ...others]).size).toBe(7);
  });

  it('is claimed alike by a request that is sent again, which has an id of its own', () => {
    const again = applicationLoadBalancer.parse(keyed, { ...invocation, requestId: 'another' });
    expect(again.id).toBe('another');
    expect(again.claimed).toEqual(parse(keyed).claimed);
  });

  it.each([
    ['query', { queryStringParameters: { size: '321' } }],
    ['body', { body: '{"orderId":8}' }],
  ])('has another fingerprint with another %s', (_name, changes) => {
    expect(claimOf({ ...keyed, ...changes }).id).toBe(claimOf(keyed).id);
    expect(claimOf({ ...keyed, ...changes }).fingerprint).not.toBe(claimOf(keyed).fingerprint);
  });

  it('is refused when it is empty or was sent twice', () => {
    expect(() => parse(withHeaders({ 'idempotency-key': '' }))).toThrow(
      'application-load-balancer: the Idempotency-Key has 0 characters, expected one of 1 to 255 characters',
    );
    const twice = { ...multiple, multiValueHeaders: { 'Idempotency-Key': ['a', 'b'] } };
    expect(() => parse(twice)).toThrow('the Idempotency-Key has 2 values');
  });
});

describe('events that are not of a load balancer', () => {
  it.each([
    ['an SQS event', { Records: [{ eventSource: 'aws:sqs' }] }, 'the payload looks like an SQS event'],
    [
      'an HTTP API',
      { version: '1.0', httpMethod: 'GET', requestContext: {} },
      'the payload looks like an event of an HTTP API, expected a request to an Application Load Balancer',
    ],
    ['an object', {}, 'the payload has no requestContext.elb, expected a request to an Application Load'],
    ['nothing', null, 'the payload has no requestContext.elb'],
    ['no target group', { requestContext: { elb: {} } }, 'requestContext.elb.targetGroupArn is missing'],
    [
      'an odd target group',
      { ...single, requestContext: { elb: { targetGroupArn: 'orders' } } },
      'requestContext.elb.targetGroupArn is "orders", expected an ARN',
    ],
    ['no path', { ...single, path: '' }, 'path is empty, expected a text'],
    ['no method', { ...single, httpMethod: 7 }, 'httpMethod is a number, expected a text'],
    ['odd headers', withHeaders({ a: ['b'] }), 'headers.a is a list, expected a text'],
    [
      'odd lists',
      { ...multiple, multiValueHeaders: { a: 'b' } },
      'multiValueHeaders.a is a string, expected a list of texts',
    ],
    [
      'odd values',
      { ...multiple, multiValueQueryStringParameters: { a: ['b', null] } },
      'multiValueQueryStringParameters.a has missing in it, expected only texts',
    ],
    [
      'an odd mark',
      { ...single, isBase64Encoded: 'yes' },
      'isBase64Encoded is a string, expected true or false',
    ],
  ])('%s is refused', (_name, payload, message) => {
    expect(() => parse(payload)).toThrow(EventParseError);
    expect(() => parse(payload)).toThrow(`application-load-balancer: ${message}`);
  });
});

describe('a health check', () => {
  it.each([
    ['as it comes', healthCheck, true],
    [
      'with multi-value headers',
      { ...multiple, multiValueHeaders: { 'User-Agent': ['elb-healthchecker/2.0'] } },
      true,
    ],
    ['of another method', { ...healthCheck, httpMethod: 'POST' }, false],
    ['of another agent', { ...healthCheck, headers: { 'user-agent': 'x ELB-HealthChecker/2.0' } }, false],
  ])('%s: %j is one: %s', (_name, payload, isHealthCheck) => {
    expect(addressedOf(payload).isHealthCheck).toBe(isHealthCheck);
    expect(parse(payload).records).toHaveLength(1);
  });

  it('that starts nothing is answered with a 200', () => {
    expect(applicationLoadBalancer.answer(parse(healthCheck), { dispatched: [], unrecorded: [] })).toEqual({
      statusCode: 200,
      statusDescription: '200 OK',
      isBase64Encoded: false,
      headers: { 'content-type': 'text/plain' },
      body: 'OK',
    });
  });

  it('is no reason for a 200 to anyone else', () => {
    expect(applicationLoadBalancer.answer(parse(single), { dispatched: [], unrecorded: [] })).toMatchObject({
      statusCode: 404,
      statusDescription: '404 Not Found',
    });
  });
});

describe('the answer to a request to a load balancer', () => {
  const dispatched: Dispatched = {
    job: 'orders',
    runId: 'k3j5h2',
    status: 'queued',
    outcome: 'accepted',
    location: '/runs/k3j5h2',
  };

  it('has headers where the request had them', () => {
    expect(
      applicationLoadBalancer.answer(parse(single), { dispatched: [dispatched], unrecorded: [] }),
    ).toEqual({
      statusCode: 202,
      statusDescription: '202 Accepted',
      isBase64Encoded: false,
      headers: { 'content-type': 'application/json', location: '/runs/k3j5h2' },
      body: '{"runId":"k3j5h2","job":"orders","status":"queued"}',
    });
  });

  it('has multi-value headers where the request had those', () => {
    expect(
      applicationLoadBalancer.answer(parse(multiple), { dispatched: [dispatched], unrecorded: [] }),
    ).toEqual({
      statusCode: 202,
      statusDescription: '202 Accepted',
      isBase64Encoded: false,
      multiValueHeaders: { 'content-type': ['application/json'], location: ['/runs/k3j5h2'] },
      body: '{"runId":"k3j5h2","job":"orders","status":"queued"}',
    });
  });

  it('is a 422 when the Idempotency-Key was used for another request', () => {
    const conflict: Dispatched = { ...dispatched, outcome: 'conflict' };
    expect(
      applicationLoadBalancer.answer(parse(single), { dispatched: [conflict], unrecorded: [] }),
    ).toMatchObject({ statusCode: 422, statusDescription: '422 Unprocessable Content' });
  });

  const secret = 'arn:aws:dynamodb:eu-west-1:123456789012:table/runs';
  it.each([
    [new EventParseError('application-load-balancer', 'the body is odd'), '400 Bad Request'],
    [new NoRuleError(`no rule for ${secret}`), '404 Not Found'],
    [new NotRecordedError(secret, { reason: 'too-large' }), '413 Content Too Large'],
    [new NotRecordedError(secret, { reason: 'throttled' }), '429 Too Many Requests'],
    [new NotRecordedError(secret), '503 Service Unavailable'],
    [new Error(secret), '503 Service Unavailable'],
  ])('to %s is %s, with a problem that tells nothing of what is inside', (error, statusDescription) => {
    const refused = applicationLoadBalancer.refuse(error, multiple);
    expect(refused).toMatchObject({
      statusDescription,
      multiValueHeaders: { 'content-type': ['application/problem+json'] },
    });
    expect(JSON.stringify(refused)).not.toContain('arn:');
    const delivery = parse(single);
    const unrecorded = [{ job: 'orders', records: [0], error }];
    const answer = applicationLoadBalancer.answer(delivery, { dispatched: [], unrecorded });
    expect(answer).toMatchObject({
      statusDescription,
      headers: { 'content-type': 'application/problem+json' },
    });
  });

  it.each([null, 'x', {}, { multiValueHeaders: [] }])('has headers when the request is %j', (payload) => {
    expect(applicationLoadBalancer.refuse(new Error('x'), payload)).toEqual({
      statusCode: 503,
      statusDescription: '503 Service Unavailable',
      isBase64Encoded: false,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '5' },
      body: '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The request was not recorded, and no job was started. Send it again."}',
    });
  });
});
