import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applicationLoadBalancer } from '../../shared/sources/application-load-balancer.ts';
import { bytesIn } from '../../shared/sources/http/body.ts';
import { decodeQuery, splitQuery } from '../../shared/sources/http/values.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import type { Source } from '../../shared/sources/source.ts';
import { invocation } from '../contract/source.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

const wellFormed = fc.string({ unit: 'grapheme' });
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const pairs = fc.array(fc.tuple(wellFormed, wellFormed), { maxLength: 8 });
const lists = fc.uniqueArray(
  fc.tuple(fc.oneof(name, fc.constant('__proto__')), fc.array(wellFormed, { minLength: 1, maxLength: 3 })),
  { selector: ([key]) => key, maxLength: 8 },
);

/** A request to a load balancer with multi-value headers. */
function toLoadBalancer(headers: object, query: object, body: Buffer | string) {
  return {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1' } },
    httpMethod: 'POST',
    path: '/',
    multiValueHeaders: headers,
    multiValueQueryStringParameters: query,
    body: typeof body === 'string' ? body : body.toString('base64'),
    isBase64Encoded: typeof body !== 'string',
  };
}

function toHttpApi(headers: object, rawQueryString: string, body: Buffer | string) {
  return {
    version: '2.0',
    routeKey: 'POST /',
    rawPath: '/',
    rawQueryString,
    headers,
    requestContext: {
      accountId: '1',
      apiId: 'a',
      http: { method: 'POST' },
      requestId: 'r',
      timeEpoch: 0,
    },
    body: typeof body === 'string' ? body : body.toString('base64'),
    isBase64Encoded: typeof body !== 'string',
  };
}

function dataOf(source: Source, payload: unknown) {
  const [record] = source.parse(JSON.parse(JSON.stringify(payload)), invocation).records;
  if (record === undefined || 'error' in record || record.events[0] === undefined)
    throw new Error('no event');
  return record.events[0].data;
}

/** What a list of pairs is when it is read again. */
function grouped(all: readonly (readonly [string, string])[]) {
  const byName = Map.groupBy(all, ([key]) => key);
  return Object.fromEntries(
    [...byName].map(([key, own]) => [key, own.length === 1 ? own[0]?.[1] : own.map(([, value]) => value)]),
  );
}

function encoded(all: readonly (readonly [string, string])[]) {
  return all.map(([key, value]) => [encodeURIComponent(key), encodeURIComponent(value)] as const);
}

describe('a request that was sent', () => {
  it('has the query that was sent to a load balancer', () => {
    fc.assert(
      fc.property(pairs, (sent) => {
        const byName = Map.groupBy(encoded(sent), ([key]) => key);
        const query = Object.fromEntries(
          [...byName].map(([key, own]) => [key, own.map(([, value]) => value)]),
        );
        expect(dataOf(applicationLoadBalancer, toLoadBalancer({}, query, ''))['query']).toEqual(
          grouped(sent),
        );
      }),
      { numRuns },
    );
  });

  it('has the query that was sent to an HTTP API', () => {
    fc.assert(
      fc.property(pairs, (sent) => {
        const raw = encoded(sent)
          .map(([key, value]) => `${key}=${value}`)
          .join('&');
        expect(dataOf(httpApiGateway, toHttpApi({}, raw, ''))['query']).toEqual(grouped(sent));
      }),
      { numRuns },
    );
  });

  it('has the headers that were sent, a list only where there are several', () => {
    fc.assert(
      fc.property(lists, (sent) => {
        const flat = sent.flatMap(([key, values]) => values.map((value): [string, string] => [key, value]));
        const payload = toLoadBalancer(Object.fromEntries(sent), {}, '');
        expect(dataOf(applicationLoadBalancer, payload)['headers']).toEqual(grouped(flat));
      }),
      { numRuns },
    );
  });

  it('has the JSON that was sent, in base64 or not', () => {
    const headers = { 'content-type': 'application/json' };
    fc.assert(
      fc.property(fc.jsonValue(), (sent) => {
        const text = JSON.stringify(sent);
        const expected = JSON.parse(text);
        const many = { 'content-type': ['application/json'] };
        for (const body of [text, Buffer.from(text)]) {
          expect(dataOf(httpApiGateway, toHttpApi(headers, '', body))['body']).toEqual(expected);
          expect(dataOf(applicationLoadBalancer, toLoadBalancer(many, {}, body))['body']).toEqual(expected);
        }
      }),
      { numRuns },
    );
  });

  it('has the bytes that were sent, or the text that they are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          wellFormed.map((text) => Buffer.from(text)),
        ),
        (sent) => {
          const bytes = Buffer.from(sent);
          const { body } = dataOf(applicationLoadBalancer, toLoadBalancer({}, {}, bytes));
          if (sent.length === 0) expect(body).toBeNull();
          else if (typeof body === 'string') expect(Buffer.from(body)).toEqual(bytes);
          else expect(body).toEqual({ base64: bytes.toString('base64') });
        },
      ),
      { numRuns },
    );
  });
});

describe('a query', () => {
  const piece = fc.constantFrom('x', 'y', '=', '&', '+', '%20', '%C3%A9', '?', '#', '%zz', '%2', '%');

  it('is read as URLSearchParams reads it, where it is UTF-8', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const raw = pieces.join('');
        // Behind a question mark, since URLSearchParams drops a first one.
        const expected = grouped([...new URLSearchParams(`?${raw}`)]);
        expect(decodeQuery(splitQuery(raw))).toEqual(expected);
      }),
      { numRuns },
    );
  });
});

describe('base64', () => {
  it('is told from what is none', () => {
    const character = fc.constantFrom('A', 'g', 'w', '7', '+', '/', '=', '-', '_', ' ', '\n', 'é', '💥');
    const texts = fc.array(character, { maxLength: 12 }).map((all) => all.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
        expect(bytesIn(text) !== undefined).toBe(isBase64);
      }),
      { numRuns },
    );
  });
});
