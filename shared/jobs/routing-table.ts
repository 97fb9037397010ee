import { type Delivery, NoRuleError } from '../sources/source.ts';
import { createRouteMatcher, type RouteMatcher, routeKeyOf } from './http-route.ts';
import type { JobEvent } from './schema/event.ts';
import type { Job } from './schema/job.ts';

/** A job and the one of its rules that takes a delivery. */
export type Match = { readonly job: Job; readonly rule: JobEvent };

export type HttpRoute = {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly payloadFormat: '1.0' | '2.0';
  readonly match: Match;
};

export type RoutingTable = {
  /** The jobs that a delivery starts. Throws NoRuleError when there is none. */
  match(delivery: Delivery): readonly Match[];
  readonly httpRoutes: readonly HttpRoute[];
};

/** Compiles the rules of jobs.yml, once, for both worlds. */
export function createRoutingTable(jobs: readonly Job[]): RoutingTable {
  const matches = jobs.flatMap((job) => job.events.map((rule) => ({ job, rule })));
  const httpRoutes = matches.flatMap(toHttpRoute);
  const http = createHttpTable(httpRoutes);
  const byRule = new Map(matches.map((match) => [match.rule.id, match]));

  return {
    httpRoutes,
    match({ addressed }) {
      switch (addressed.source) {
        case 'http-api-gateway':
          return [http(addressed)];
        case 'schedule':
          return [found(byRule.get(addressed.rule), 'schedule', `no job has the schedule ${addressed.rule}`)];
        case 'manual':
          return [matchManual(jobs, addressed.job)];
      }
    },
  };
}

function toHttpRoute(match: Match): HttpRoute[] {
  const { rule } = match;
  if (rule.type !== 'http-api-gateway') return [];
  const { httpApiGatewayName: api, method, path, payloadFormat } = rule.properties;
  return [{ api, method, path, payloadFormat, match }];
}

/** By the route that API Gateway matched; by method and path when it's not one of ours as it stands there. */
function createHttpTable(routes: readonly HttpRoute[]) {
  const byApi = new Map<string, { byKey: Map<string, Match>; matcher: RouteMatcher<Match> }>();
  for (const [api, own] of Map.groupBy(routes, (route) => route.api)) {
    byApi.set(api, {
      byKey: new Map(own.map(({ method, path, match }) => [routeKeyOf(method, path), match])),
      matcher: createRouteMatcher(own.map(({ method, path, match }) => ({ method, path, value: match }))),
    });
  }
  return ({
    apiId,
    routeKey,
    method,
    path,
  }: Delivery['addressed'] & { source: 'http-api-gateway' }): Match => {
    const named = byApi.get(apiId);
    const tables = named ? [named] : [...byApi.values()];
    for (const { byKey } of tables) {
      const match = byKey.get(routeKey);
      if (match) return match;
    }
    for (const { matcher } of tables) {
      const match = matcher.match(method, path);
      if (match) return match.value;
    }
    throw new NoRuleError(`no job has the route ${method} ${path}`);
  };
}

function matchManual(jobs: readonly Job[], name: string): Match {
  const job = jobs.find((declared) => declared.name === name);
  if (job === undefined) {
    const names = jobs.map((declared) => declared.name).join(', ');
    throw new NoRuleError(`no job is named ${name}; jobs.yml has ${names}`);
  }
  const rule = job.events.find(({ type }) => type === 'manual');
  if (rule === undefined) {
    throw new NoRuleError(
      `job ${name} is not started by hand: add "- type: manual" to its events in jobs.yml`,
    );
  }
  return { job, rule };
}

function found(match: Match | undefined, type: JobEvent['type'], otherwise: string): Match {
  if (match?.rule.type !== type) throw new NoRuleError(otherwise);
  return match;
}
