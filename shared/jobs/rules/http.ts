import type { Delivery } from '../../sources/source.ts';
import { createRouteMatcher, routeKeyOf } from '../http-route.ts';
import { type CompileRules, elsewhere, type Rule, takesAll } from './verdict.ts';

type HttpRule = Rule<'http-api-gateway'>;
type Request = Extract<Delivery['addressed'], { readonly source: 'http-api-gateway' }>;

/** Requests of HTTP APIs. Of all the rules, just the most specific one takes a request. */
export const compileHttpRules: CompileRules<'http-api-gateway'> = (declared) => {
  const find = createFinder(declared.map(({ rule }) => rule));
  return (delivery) => {
    const { addressed } = delivery;
    if (addressed.source !== 'http-api-gateway')
      return declared.map(() => elsewhere(() => 'it is no request'));
    const winner = find(addressed);
    return declared.map(({ rule }) =>
      rule === winner
        ? takesAll(delivery, () => `the route is ${toRouteKey(rule)}`)
        : elsewhere(() => whyNot(rule, winner, addressed)),
    );
  };
};

/** By the route that API Gateway matched; by method and path when it's not one of ours as it stands there. */
function createFinder(rules: readonly HttpRule[]): (request: Request) => HttpRule | undefined {
  const byApi = new Map(
    [...Map.groupBy(rules, ({ properties }) => properties.httpApiGatewayName)].map(([api, own]) => [
      api,
      {
        byKey: new Map(own.map((rule) => [toRouteKey(rule), rule])),
        matcher: createRouteMatcher(own.map((rule) => ({ ...rule.properties, value: rule }))),
      },
    ]),
  );
  return ({ apiId, routeKey, method, path }) => {
    const named = byApi.get(apiId);
    const tables = named ? [named] : [...byApi.values()];
    const byKey = tables.flatMap((table) => table.byKey.get(routeKey) ?? []);
    const found =
      byKey.length > 0 ? byKey : tables.flatMap(({ matcher }) => matcher.match(method, path)?.value ?? []);
    // Which of several APIs it came through can't be told from an id that is none of their names.
    return found.length === 1 ? found[0] : undefined;
  };
}

function whyNot(rule: HttpRule, winner: HttpRule | undefined, { apiId, method, path }: Request): string {
  const isCandidate = createRouteMatcher([{ ...rule.properties, value: rule }]).match(method, path);
  if (isCandidate === undefined) return `${method} ${path} is not ${toRouteKey(rule)}`;
  if (winner === undefined) return `several HTTP APIs have such a route, and ${apiId} is the name of none`;
  return winner.properties.httpApiGatewayName === rule.properties.httpApiGatewayName
    ? `the route ${toRouteKey(winner)} is more specific`
    : `it came through the HTTP API ${winner.properties.httpApiGatewayName}`;
}

function toRouteKey({ properties }: HttpRule): string {
  return routeKeyOf(properties.method, properties.path);
}
