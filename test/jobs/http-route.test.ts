import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRouteMatcher,
  decodePath,
  parseRoutePath,
  RouteError,
  routeKeyOf,
} from '../../shared/jobs/http-route.ts';

function matcherOf(...routeKeys: string[]) {
  return createRouteMatcher(
    routeKeys.map((routeKey) => {
      const [method = '', path = ''] = routeKey === '$default' ? ['ANY', routeKey] : routeKey.split(' ');
      return { method, path, value: `job of ${routeKey}` };
    }),
  );
}

describe('a route key', () => {
  it('is the method and the path, or $default alone', () => {
    expect(routeKeyOf('post', '/thumbnails/{id}')).toBe('POST /thumbnails/{id}');
    expect(routeKeyOf('*', '/thumbnails')).toBe('ANY /thumbnails');
    expect(routeKeyOf('ANY', '$default')).toBe('$default');
  });
});

describe('a route matcher', () => {
  const pets = matcherOf(
    'GET /pets/dog/1',
    'GET /pets/dog/{id}',
    'GET /pets/{proxy+}',
    'ANY /{proxy+}',
    '$default',
  );

  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/', '$default', {}],
  ])('picks, as API Gateway does, for %s %s: %s', (method, path, routeKey, pathParameters) => {
    expect(pets.match(method, path)).toEqual({ value: `job of ${routeKey}`, routeKey, pathParameters });
  });

  it('prefers a whole match elsewhere to a greedy one below the same literal', () => {
    const matcher = matcherOf('GET /a/{rest+}', 'GET /{x}/b');
    expect(matcher.match('GET', '/a/b')?.routeKey).toBe('GET /{x}/b');
    expect(matcher.match('GET', '/a/c')?.routeKey).toBe('GET /a/{rest+}');
  });

  it('goes back to a parameter when the literal leads nowhere', () => {
    const matcher = matcherOf('GET /a/{x}/c', 'GET /a/b/d');
    expect(matcher.match('GET', '/a/b/c')).toMatchObject({
      routeKey: 'GET /a/{x}/c',
      pathParameters: { x: 'b' },
    });
  });

  it('prefers a method of its own to ANY, and a literal to a parameter', () => {
    const matcher = matcherOf('ANY /jobs', 'POST /jobs', 'ANY /{name}');
    expect(matcher.match('POST', '/jobs')?.routeKey).toBe('POST /jobs');
    expect(matcher.match('DELETE', '/jobs')?.routeKey).toBe('ANY /jobs');
    expect(matcher.match('DELETE', '/other')?.routeKey).toBe('ANY /{name}');
  });

  it('gives each route its own parameter names', () => {
    const matcher = matcherOf('GET /a/{x}', 'POST /a/{y}', 'GET /a/{z}/b');
    expect(matcher.match('POST', '/a/1')?.pathParameters).toEqual({ y: '1' });
    expect(matcher.match('GET', '/a/1/b')?.pathParameters).toEqual({ z: '1' });
  });

  it('decodes the path before it matches, so that %2F separates segments', () => {
    const matcher = matcherOf('GET /files/{name}', 'GET /files/{folder}/{name}');
    expect(matcher.match('GET', '/files/caf%C3%A9%20%2B+1')?.pathParameters).toEqual({ name: 'café ++1' });
    expect(matcher.match('GET', '/files/a%2Fb')?.pathParameters).toEqual({ folder: 'a', name: 'b' });
    expect(matcher.match('GET', '/%66iles/a')?.pathParameters).toEqual({ name: 'a' });
  });

  it('keeps percent sequences that are not UTF-8, and never throws for them', () => {
    const matcher = matcherOf('GET /files/{name}');
    expect(matcher.match('GET', '/files/%FF%zz%')?.pathParameters).toEqual({ name: '%FF%zz%' });
    expect(decodePath('/100%/%E2%82%AC')).toBe('/100%/€');
  });

  it('takes no empty segment for a parameter, and a slash at the end for another path', () => {
    const matcher = matcherOf('GET /pets', 'GET /pets/{id}', 'GET /files/{path+}');
    expect(matcher.match('GET', '/pets/')).toBeUndefined();
    expect(matcher.match('GET', '/files/')).toBeUndefined();
    expect(matcher.match('GET', '/files')).toBeUndefined();
    expect(matcher.match('GET', '/files/a//b')?.pathParameters).toEqual({ path: 'a//b' });
  });

  it('lists the methods of a path, for a 405', () => {
    const matcher = matcherOf('POST /jobs/{id}', 'DELETE /jobs/{id}', 'PUT /{rest+}', 'GET /other');
    expect(matcher.allowed('/jobs/7')).toEqual(['DELETE', 'POST', 'PUT']);
    expect(matcher.allowed('/')).toEqual([]);
  });

  it('has a parameter named __proto__ as any other', () => {
    const parameters = matcherOf('GET /{__proto__}').match('GET', '/x')?.pathParameters ?? {};
    expect(Object.entries(parameters)).toEqual([['__proto__', 'x']]);
  });

  it('answers at once for paths made to be slow', () => {
    const matcher = matcherOf('GET /{a}/{b}/{c}/{d+}', 'GET /a/{b}/a/{d+}', 'GET /a/a/a/a/a/a/a/b');
    const startedMs = performance.now();
    matcher.match('POST', '/a'.repeat(100_000));
    matcher.match('POST', '%41'.repeat(100_000));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it('refuses two routes that take the same requests, whatever their parameters are called', () => {
    expect(() => matcherOf('GET /a/{x}', 'GET /a/{y}')).toThrow(
      new RouteError('routes GET /a/{x} and GET /a/{y} take the same requests'),
    );
    expect(() => matcherOf('$default', '$default')).toThrow('two routes are $default');
  });

  it('finds the value of every path that was made from a route, whatever the values', () => {
    const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('/'));
    const matcher = matcherOf('POST /a/{x}/b/{y}');
    fc.assert(
      fc.property(value, value, (x, y) => {
        const path = `/a/${encodeURIComponent(x)}/b/${encodeURIComponent(y)}`;
        expect(matcher.match('POST', path)?.pathParameters).toEqual({ x, y });
      }),
    );
  });

  it('throws for no method and path', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (method, path) => {
        pets.match(method, path);
        pets.allowed(path);
      }),
    );
  });
});

describe('a route path', () => {
  it.each([
    ['pets', 'expected a path that starts with "/", or $default'],
    ['/pets/{id+}/x', 'expected {id+} to be the last segment'],
    ['/pets/{id}/{id}', 'expected one parameter with the name id'],
    ['/pets/{}', 'expected segments such as pets, {id} or a last {path+}'],
    ['/pets/x{id}', 'expected segments such as pets, {id} or a last {path+}'],
    ['/pets?x=1', 'expected segments such as pets, {id} or a last {path+}'],
  ])('%s is refused: %s', (path, message) => {
    expect(() => parseRoutePath(path)).toThrow(RouteError);
    expect(() => parseRoutePath(path)).toThrow(message);
  });
});
