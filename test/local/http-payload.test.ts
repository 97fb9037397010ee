import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePath } from '../../shared/jobs/http-route.ts';
import { type LocalRequest, type LocalRoute, toHttpApiPayload } from '../../shared/local/http-payload.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';

const request: LocalRequest = {
  method: 'POST',
  rawUrl: '/thumbnails/caf%C3%A9?tag=a%2Cb&tag=c+d&size=320',
  rawHeaders: [
    'Host',
    'localhost:4400',
    'User-Agent',
    'curl/8.5.0',
    'Content-Type',
    'application/json',
    'Cookie',
    'session=abc; theme=dark',
    'X-Tag',
    'a',
    'x-tag',
    'b',
  ],
  body: Buffer.from('{"width":320}'),
  sourceIp: '127.0.0.1',
  requestId: 'local-1',
  timeMs: Date.UTC(2026, 10, 20, 9, 8, 7),
};

const route: LocalRoute = {
  apiName: 'publicApi',
  routeKey: 'POST /thumbnails/{id}',
  method: 'POST',
  path: '/thumbnails/{id}',
  pathParameters: { id: 'café' },
  payloadFormat: '2.0',
};

describe('a local request as an event of API Gateway', () => {
  it('of format 2.0', () => {
    expect(toHttpApiPayload(request, route)).toEqual({
      version: '2.0',
      routeKey: 'POST /thumbnails/{id}',
      rawPath: '/thumbnails/café',
      rawQueryString: 'tag=a%2Cb&tag=c+d&size=320',
      cookies: ['session=abc', 'theme=dark'],
      headers: {
        host: 'localhost:4400',
        'user-agent': 'curl/8.5.0',
        'content-type': 'application/json',
        'x-tag': 'a,b',
      },
      queryStringParameters: { tag: 'a,b,c d', size: '320' },
      pathParameters: { id: 'café' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'publicApi',
        domainName: 'localhost:4400',
        domainPrefix: 'publicApi',
        http: {
          method: 'POST',
          path: '/thumbnails/café',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'curl/8.5.0',
        },
        requestId: 'local-1',
        routeKey: 'POST /thumbnails/{id}',
        stage: '$default',
        time: '20/Nov/2026:09:08:07 +0000',
        timeEpoch: 1795165687000,
      },
      body: '{"width":320}',
      isBase64Encoded: false,
    });
  });

  it('of format 1.0', () => {
    expect(toHttpApiPayload(request, { ...route, payloadFormat: '1.0' })).toMatchObject({
      version: '1.0',
      resource: '/thumbnails/{id}',
      path: '/thumbnails/café',
      httpMethod: 'POST',
      headers: { Host: 'localhost:4400', Cookie: 'session=abc; theme=dark', 'X-Tag': 'b' },
      multiValueHeaders: { Host: ['localhost:4400'], 'X-Tag': ['a', 'b'] },
      queryStringParameters: { tag: 'c d', size: '320' },
      multiValueQueryStringParameters: { tag: ['a,b', 'c d'], size: ['320'] },
      pathParameters: { id: 'café' },
      stageVariables: null,
      requestContext: {
        accountId: '000000000000',
        apiId: 'publicApi',
        identity: { sourceIp: '127.0.0.1', userAgent: 'curl/8.5.0' },
        requestId: 'local-1',
        requestTime: '20/Nov/2026:09:08:07 +0000',
        requestTimeEpoch: 1795165687000,
        resourceId: 'POST /thumbnails/{id}',
        resourcePath: '/thumbnails/{id}',
        stage: '$default',
      },
      body: '{"width":320}',
      isBase64Encoded: false,
    });
  });

  it('leaves out what a request does not have', () => {
    const little: LocalRequest = { ...request, rawUrl: '/', rawHeaders: [], body: new Uint8Array() };
    const payload = toHttpApiPayload(little, { ...route, pathParameters: {} });
    for (const key of ['cookies', 'queryStringParameters', 'pathParameters', 'body']) {
      expect(payload).not.toHaveProperty(key);
    }
    expect(toHttpApiPayload(little, { ...route, pathParameters: {}, payloadFormat: '1.0' })).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
    });
  });

  it.each([
    ['text/csv; charset=utf-8', '61', { body: 'a', isBase64Encoded: false }],
    ['application/xml', '61', { body: 'a', isBase64Encoded: false }],
    ['application/x-www-form-urlencoded', '61', { body: 'YQ==', isBase64Encoded: true }],
    ['application/octet-stream', '61', { body: 'YQ==', isBase64Encoded: true }],
    ['', '61', { body: 'YQ==', isBase64Encoded: true }],
    ['text/plain', 'ff', { body: '/w==', isBase64Encoded: true }],
  ])('sends a body of type %j as API Gateway does', (contentType, hex, expected) => {
    const rawHeaders = ['content-type', contentType];
    expect(toHttpApiPayload({ ...request, rawHeaders, body: Buffer.from(hex, 'hex') }, route)).toMatchObject(
      expected,
    );
  });
});

describe('a local request that the source has read', () => {
  const token = fc
    .stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,9}$/)
    .filter((name) => !/^(cookie|idempotency-key|content-.*)$/i.test(name));
  const value = fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/);
  const part = fc.string({ unit: 'grapheme' });
  const anyRequest = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE'),
    segments: fc.array(part),
    query: fc.array(fc.tuple(part, part)),
    headers: fc.array(fc.tuple(token, value)),
    contentType: fc.constantFrom('text/plain', 'image/png', 'application/octet-stream', 'application/xml'),
    body: fc.oneof(
      fc.uint8Array(),
      part.map((text) => Buffer.from(text)),
    ),
    payloadFormat: fc.constantFrom('1.0' as const, '2.0' as const),
  });

  it('has its method, path, query, headers and body', () => {
    fc.assert(
      fc.property(anyRequest, ({ method, segments, query, headers, contentType, body, payloadFormat }) => {
        const rawPath = `/${segments.map(encodeURIComponent).join('/')}`;
        const payload = toHttpApiPayload(
          {
            ...request,
            method,
            rawUrl: `${rawPath}?${new URLSearchParams(query)}`,
            rawHeaders: [...headers, ['content-type', contentType]].flat(),
            body,
          },
          { ...route, payloadFormat },
        );
        const { data } = readAgain(payload);
        expect(data['method']).toBe(method);
        expect(data['path']).toBe(decodePath(rawPath));
        expect(data['query']).toEqual(asLists(query, (values) => values));
        const joined = (values: string[]) => (payloadFormat === '2.0' ? [values.join(',')] : values);
        const lowerCase = headers.map(([name, text]): [string, string] => [name.toLowerCase(), text]);
        expect(data['headers']).toEqual(asLists([...lowerCase, ['content-type', contentType]], joined));
        expect(bytesOf(data['body'])).toEqual(Buffer.from(body));
        expect(data['pathParameters']).toEqual({ id: 'café' });
      }),
    );
  });

  it('has its JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('1.0' as const, '2.0' as const), (json, payloadFormat) => {
        const text = JSON.stringify(json);
        const payload = toHttpApiPayload(
          { ...request, body: Buffer.from(text) },
          { ...route, payloadFormat },
        );
        expect(readAgain(payload).data['body']).toEqual(JSON.parse(text));
      }),
    );
  });
});

function readAgain(payload: unknown) {
  const functionArn = 'arn:aws:lambda:local:000000000000:function:http-api-gateway';
  const delivery = httpApiGateway.parse(JSON.parse(JSON.stringify(payload)), { requestId: 'x', functionArn });
  const [record] = delivery.records;
  if (record === undefined || 'error' in record || record.events[0] === undefined)
    throw new Error('no record');
  return record.events[0];
}

function asLists(entries: readonly (readonly [string, string])[], join: (values: string[]) => string[]) {
  const names = [...new Set(entries.map(([name]) => name))];
  return Object.fromEntries(
    names.map((name) => {
      const values = join(entries.filter(([other]) => other === name).map(([, text]) => text));
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

function bytesOf(body: unknown): Buffer {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof body === 'object' && 'base64' in body) return Buffer.from(`${body.base64}`, 'base64');
  throw new Error('neither text nor bytes');
}
