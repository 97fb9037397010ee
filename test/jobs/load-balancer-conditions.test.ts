import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findConditionMismatch } from '../../shared/jobs/load-balancer-conditions.ts';

type Conditions = Parameters<typeof findConditionMismatch>[0];
type Request = Parameters<typeof findConditionMismatch>[1];

const request: Request = {
  source: 'application-load-balancer',
  method: 'POST',
  path: '/orders/7',
  headers: {
    host: 'Shop.Example.com:8443',
    'x-tier': ['Silver', 'Gold-1'],
    'x-forwarded-port': '8443',
  },
  query: [
    ['version', 'v1'],
    ['version', 'V2'],
    ['term', 'a%20*'],
  ],
  sourceIp: '10.1.2.3',
  isHealthCheck: false,
};

function mismatch(conditions: Omit<Conditions, 'priority' | 'batching'>, changes: Partial<Request> = {}) {
  return findConditionMismatch({ priority: 1, ...conditions }, { ...request, ...changes });
}

describe('the conditions of a listener rule', () => {
  it('are met by any request when there are none', () => {
    expect(mismatch({})).toBeUndefined();
  });

  it.each([
    [{ paths: ['/x', '/orders/*'] }],
    [{ paths: ['/orders/?'] }],
    [{ paths: ['*7'] }],
    [{ paths: ['/orders/7'] }],
    [{ paths: ['/*/*'] }],
    [{ methods: ['GET', 'POST'] }],
    [{ hosts: ['shop.example.com'] }],
    [{ hosts: ['other.example.com', '*.EXAMPLE.com'] }],
    [{ headers: [{ headerName: 'X-Tier', values: ['bronze', 'gold*'] }] }],
    [{ headers: [{ headerName: 'x-tier', values: ['SILVER'] }] }],
    [{ queryParams: [{ paramName: 'VERSION', values: ['v2'] }] }],
    [{ queryParams: [{ paramName: 'ver*', values: ['v3', 'v?'] }] }],
    [{ queryParams: [{ paramName: 'term', values: ['a%20\\*'] }] }],
    [{ sourceIps: ['192.0.2.0/24', '10.0.0.0/8'] }],
    [{ listenerPort: 8443 }],
  ])('%j are met', (conditions) => {
    expect(mismatch(conditions)).toBeUndefined();
  });

  it.each([
    [{ paths: ['/ORDERS/*', '/orders'] }, 'path /orders/7 is none of /ORDERS/*, /orders'],
    [{ paths: ['/orders/??'] }, 'path /orders/7 is none of /orders/??'],
    [{ methods: ['GET', 'post'] }, 'method POST is none of GET, post'],
    [{ hosts: ['*.example.org'] }, 'host Shop.Example.com is none of *.example.org'],
    [{ hosts: ['shop.example.com:8443'] }, 'host Shop.Example.com is none of shop.example.com:8443'],
    [{ headers: [{ headerName: 'X-Other', values: ['*'] }] }, 'there is no header X-Other'],
    [{ headers: [{ headerName: 'constructor', values: ['*'] }] }, 'there is no header constructor'],
    [{ headers: [{ headerName: 'X-Tier', values: ['gold', 'g'] }] }, 'header X-Tier is none of gold, g'],
    [{ queryParams: [{ paramName: 'v', values: ['*'] }] }, 'there is no query parameter v'],
    [{ queryParams: [{ paramName: 'version', values: ['v3'] }] }, 'query parameter version is none of v3'],
    [
      { queryParams: [{ paramName: 'version', values: ['v\\?'] }] },
      'query parameter version is none of v\\?',
    ],
    [{ queryParams: [{ paramName: 'term', values: ['a *'] }] }, 'query parameter term is none of a *'],
    [{ sourceIps: ['10.1.3.0/24', '::/0'] }, 'address 10.1.2.3 is in none of 10.1.3.0/24, ::/0'],
    [{ listenerPort: 443 }, 'port 8443 is not 443'],
  ])('%j are not met: %s', (conditions, reason) => {
    expect(mismatch(conditions)).toBe(reason);
  });

  it('have to be met all of them', () => {
    expect(mismatch({ paths: ['/orders/*'], methods: ['POST'], sourceIps: ['10.0.0.0/8'] })).toBeUndefined();
    expect(mismatch({ paths: ['/orders/*'], methods: ['GET'] })).toBe('method POST is none of GET');
    const tier = { headerName: 'X-Tier', values: ['gold*'] };
    expect(mismatch({ headers: [tier, { headerName: 'X-Tier', values: ['silver'] }] })).toBeUndefined();
    expect(mismatch({ headers: [tier, { headerName: 'X-Other', values: ['*'] }] })).toBe(
      'there is no header X-Other',
    );
    const version = { paramName: 'version', values: ['v1'] };
    expect(mismatch({ queryParams: [version, { paramName: 'other', values: ['*'] }] })).toBe(
      'there is no query parameter other',
    );
  });

  it('of a port count only where the load balancer tells it', () => {
    expect(mismatch({ listenerPort: 443 }, { headers: {} })).toBeUndefined();
  });

  it('of a host are not met by a request without one', () => {
    expect(mismatch({ hosts: ['*'] }, { headers: {} })).toBe('there is no host, expected *');
  });

  it.each([
    ['2001:db8::7', undefined],
    ['2001:db9::7', 'address 2001:db9::7 is in none of 2001:db8::/32, 10.0.0.0/8'],
    ['10.1.2.3', undefined],
    ['11.1.2.3', 'address 11.1.2.3 is in none of 2001:db8::/32, 10.0.0.0/8'],
    ['unknown', 'there is no source address, expected 2001:db8::/32, 10.0.0.0/8'],
    [null, 'there is no source address, expected 2001:db8::/32, 10.0.0.0/8'],
  ])('of address ranges, given %s: %s', (sourceIp, reason) => {
    expect(mismatch({ sourceIps: ['2001:db8::/32', '10.0.0.0/8'] }, { sourceIp })).toBe(reason);
  });

  it('shorten a path that is too long to show', () => {
    expect(mismatch({ paths: ['/b'] }, { path: `/${'a'.repeat(500)}` })).toBe(
      `path /${'a'.repeat(79)}… is none of /b`,
    );
  });

  it('do not show what headers and query parameters hold', () => {
    const headers = { 'x-token': 's3cret' };
    expect(mismatch({ headers: [{ headerName: 'x-token', values: ['a'] }] }, { headers })).not.toContain(
      's3cret',
    );
    const query = [['token', 's3cret']] as const;
    expect(mismatch({ queryParams: [{ paramName: 'token', values: ['a'] }] }, { query })).not.toContain(
      's3cret',
    );
  });
});

describe('wildcards in a path', () => {
  const part = fc.constantFrom('a', 'b', '/', '*', '?');
  const patterns = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  const paths = fc
    .array(fc.constantFrom('a', 'b', '/', '*'), { maxLength: 10 })
    .map((parts) => parts.join(''));

  it('match as the regular expression of the same meaning does', () => {
    fc.assert(
      fc.property(patterns, paths, (pattern, path) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(mismatch({ paths: [pattern] }, { path }) === undefined).toBe(expected.test(path));
      }),
    );
  });

  it('take no time to speak of, however a pattern and a path are made', () => {
    const start = performance.now();
    expect(mismatch({ paths: ['*a'.repeat(63).concat('b')] }, { path: 'a'.repeat(16_000) })).toMatch(
      /^path /,
    );
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
