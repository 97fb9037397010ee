import { describe, expect, it } from 'vitest';
import { NoRuleError } from '../../../shared/sources/source.ts';
import { toFormat1, toFormat2 } from '../../fixtures/payloads/http-api-request.ts';
import { createRouting } from './routing.ts';

/** Rules of the API `shop`, or another one, each by its route key. */
const routing = (routes: { readonly [job: string]: readonly string[] }, api = 'shop') =>
  createRouting(
    'http-api-gateway',
    Object.fromEntries(
      Object.entries(routes).map(([job, own]) => [job, own.map((routeKey) => toRule(routeKey, api))]),
    ),
  );

function toRule(routeKey: string, httpApiGatewayName: string) {
  const [method = '', path = routeKey] = routeKey === '$default' ? ['ANY'] : routeKey.split(' ');
  return { httpApiGatewayName, method, path };
}

/** As API Gateway hands it on when `routeKey` is the route that it found. */
const request = (method: string, path: string, routeKey: string) =>
  toFormat2(method, path, { routeKey, headers: {} });

/** As it comes where API Gateway has no other route for it. */
const byDefault = (method: string, path: string) => request(method, path, '$default');

describe('a request to a route', () => {
  it('starts the job of the route that API Gateway found, and no other', () => {
    const { starts, judged } = routing({
      place: ['POST /orders'],
      change: ['PUT /orders/{id}'],
      any: ['ANY /orders/{id}'],
    });
    expect(starts(request('POST', '/orders', 'POST /orders'))).toEqual({ place: [0] });
    expect(starts(request('PUT', '/orders/7', 'PUT /orders/{id}'))).toEqual({ change: [0] });
    expect(starts(request('GET', '/orders/7', 'ANY /orders/{id}'))).toEqual({ any: [0] });
    expect(judged(request('PUT', '/orders/7', 'PUT /orders/{id}'))).toEqual([
      'place elsewhere: PUT /orders/7 is not POST /orders',
      'change takes: the route is PUT /orders/{id}',
      'any elsewhere: the route PUT /orders/{id} is more specific',
    ]);
  });

  it('starts it in payload format 1.0 too', () => {
    const { starts } = routing({ place: ['POST /orders'], rest: ['$default'] });
    const payload = toFormat1('POST', '/orders', { resource: '/orders', multiValueHeaders: {} });
    expect(starts(payload)).toEqual({ place: [0] });
  });

  it('starts one job, the one with the most specific route, when API Gateway found none of ours', () => {
    const { starts } = routing({
      seven: ['GET /orders/seven'],
      one: ['GET /orders/{id}'],
      line: ['GET /orders/{id}/{line}'],
      below: ['GET /orders/{proxy+}'],
      'below-any': ['ANY /orders/{proxy+}'],
      all: ['ANY /{proxy+}'],
      rest: ['$default'],
    });
    const unknown = (method: string, path: string) => starts(request(method, path, `${method} /old/{path+}`));
    expect(unknown('GET', '/orders/seven')).toEqual({ seven: [0] });
    expect(unknown('GET', '/orders/8')).toEqual({ one: [0] });
    expect(unknown('GET', '/orders/8/2')).toEqual({ line: [0] });
    expect(unknown('GET', '/orders/8/2/1')).toEqual({ below: [0] });
    expect(unknown('PUT', '/orders/8/2/1')).toEqual({ 'below-any': [0] });
    expect(unknown('PUT', '/parcels')).toEqual({ all: [0] });
    expect(unknown('GET', '/')).toEqual({ rest: [0] });
  });

  it('starts the default route only when API Gateway found that, or nothing else takes it', () => {
    const { starts } = routing({ place: ['POST /orders'], rest: ['$default'] });
    expect(starts(byDefault('POST', '/orders'))).toEqual({ rest: [0] });
    expect(starts(request('POST', '/orders', 'POST /old'))).toEqual({ place: [0] });
    expect(starts(request('POST', '/refunds', 'POST /old'))).toEqual({ rest: [0] });
  });

  it('that no job has is refused, with its method and path', () => {
    const { starts, judged } = routing({ place: ['POST /orders'], below: ['POST /orders/{proxy+}'] });
    expect(() => starts(byDefault('POST', '/refunds'))).toThrow(
      new NoRuleError('no job has the route POST /refunds'),
    );
    expect(judged(byDefault('POST', '/refunds'))).toEqual([
      'place elsewhere: POST /refunds is not POST /orders',
      'below elsewhere: POST /refunds is not POST /orders/{proxy+}',
    ]);
  });

  it('starts a job with several routes once', () => {
    const { starts } = routing({ orders: ['ANY /orders/{id}', 'GET /orders/{id}', '$default'] });
    expect(starts(request('GET', '/orders/7', 'GET /orders/{id}'))).toEqual({ orders: [0] });
  });
});

describe('routes of several APIs', () => {
  const { starts, judged } = createRouting('http-api-gateway', {
    public: [toRule('POST /orders', 'shop')],
    internal: [toRule('POST /orders', 'warehouse'), toRule('GET /stock', 'warehouse')],
  });
  const of = (apiId: string, payload: ReturnType<typeof request>) => ({
    ...payload,
    requestContext: { ...payload.requestContext, apiId },
  });

  it('are told apart by the name of the API, where the request has it', () => {
    const order = request('POST', '/orders', 'POST /orders');
    expect(starts(of('shop', order))).toEqual({ public: [0] });
    expect(starts(of('warehouse', order))).toEqual({ internal: [0] });
    expect(() => starts(of('shop', request('GET', '/stock', 'GET /stock')))).toThrow(NoRuleError);
  });

  it('are all looked at when it has an id instead', () => {
    expect(starts(request('GET', '/stock', 'GET /stock'))).toEqual({ internal: [0] });
  });

  it('start none when it has an id instead and several have the route: it could be the wrong one', () => {
    const order = of('a1b2c3', request('POST', '/orders', 'POST /orders'));
    expect(() => starts(order)).toThrow(NoRuleError);
    expect(judged(order).slice(0, 2)).toEqual([
      'public elsewhere: several HTTP APIs have such a route, and a1b2c3 is the name of none',
      'internal elsewhere: several HTTP APIs have such a route, and a1b2c3 is the name of none',
    ]);
  });

  it('are told apart by the id of the API, which a deploy puts in the place of its name', () => {
    const deployed = createRouting('http-api-gateway', {
      public: [toRule('POST /orders', 'a1b2c3d4e5')],
      internal: [toRule('POST /orders', 'f6g7h8i9j0'), toRule('$default', 'f6g7h8i9j0')],
    });
    const order = request('POST', '/orders', 'POST /orders');
    expect(deployed.starts(of('a1b2c3d4e5', order))).toEqual({ public: [0] });
    expect(deployed.starts(of('f6g7h8i9j0', order))).toEqual({ internal: [0] });
    expect(() => deployed.starts(of('a1b2c3d4e5', byDefault('GET', '/stock')))).toThrow(NoRuleError);
    expect(deployed.judged(of('a1b2c3d4e5', order))).toEqual([
      'public takes: the route is POST /orders',
      'internal elsewhere: it came through the HTTP API a1b2c3d4e5',
      'internal elsewhere: it came through the HTTP API a1b2c3d4e5',
    ]);
  });
});
