import { describe, expect, it } from 'vitest';
import { createLocator } from '../../shared/lambda/router.ts';
import { applicationLoadBalancer } from '../../shared/sources/application-load-balancer.ts';
import { httpApiGateway } from '../../shared/sources/http-api-gateway.ts';
import { invocation } from '../contract/source.ts';
import { applicationLoadBalancer as loadBalancerPayloads } from '../fixtures/payloads/application-load-balancer.ts';
import { toFormat2 } from '../router/http-request.ts';
import { createRouterWorld, orderRoute } from '../router/world.ts';

/** The answer's location for a request to `POST /orders` of the HTTP API `shop`. */
async function locationOf(runsApiId: string): Promise<string | undefined> {
  const { router } = createRouterWorld(
    { order: { events: [orderRoute] } },
    { toLocation: createLocator(runsApiId) },
  );
  const { dispatched } = await router.route(httpApiGateway.parse(toFormat2(), invocation));
  expect(dispatched).toHaveLength(1);
  return dispatched[0]?.location;
}

describe('where a client finds the run that its request started', () => {
  it('is a path of the HTTP API that it called, when that has the runs API', async () => {
    expect(await locationOf('shop')).toMatch(/^\/runs\/[0-9a-z]{26}$/);
  });

  it('is not said when another HTTP API has it: the path would lead nowhere', async () => {
    expect(await locationOf('a1b2c3d4e5')).toBeUndefined();
  });

  it('is not said to a client of a load balancer', () => {
    const [payload] = Object.values(loadBalancerPayloads);
    const delivery = applicationLoadBalancer.parse(payload, invocation);
    expect(createLocator('shop')('run-1', delivery)).toBeUndefined();
  });
});
