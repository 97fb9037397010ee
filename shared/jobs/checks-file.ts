import { z } from 'zod';
import type { SourceName } from '../events/trigger-event.ts';
import { runsApiRoutes } from '../runs-api/routes.ts';
import { has, mistakeIf, within } from './checks.ts';
import { checkAuthorizer } from './checks-event.ts';
import { findUnshareable } from './checks-sharing.ts';
import { isRecord } from './document.ts';
import { routeKeyOf, toRouteShape } from './http-route.ts';
import { atValue, type Mistake, type Path, suggestion, toShown } from './mistake.ts';

/**
 * The checks that look across jobs. `lineOf` gives the line, counted from 1, of a path from the top of the file.
 */
export function checkAcrossJobs(raw: unknown, lineOf: (path: Path) => number): readonly Mistake[] {
  const events = eventsIn(raw);
  return [
    ...within(['runsApi'], has(raw, 'runsApi') ? checkAuthorizer(raw.runsApi) : []),
    ...findUndeclaredApis(raw, events),
    ...findSharedRoutes(events, lineOf),
    ...findSharedPriorities(events, lineOf),
    ...findReservedRoutes(events),
    ...findUnshareable(deployed(raw, events), lineOf),
    ...findRunsApiRoutes(raw, events),
  ];
}

/** The HTTP APIs that events and the runs API name. */
export function apiNamesIn(raw: unknown): readonly (readonly [Path, string])[] {
  return [...toApiNames(eventsIn(raw)), ...runsApiName(raw)];
}

type RawEvent = { readonly path: Path; readonly type: string; readonly properties: unknown };

function eventsIn(raw: unknown): readonly RawEvent[] {
  if (!has(raw, 'jobs') || !isRecord(raw.jobs)) return [];
  return Object.entries(raw.jobs).flatMap(([name, job]) => {
    if (!has(job, 'events') || !Array.isArray(job.events)) return [];
    return job.events.flatMap((event, index): RawEvent[] =>
      has(event, 'type') && typeof event.type === 'string' && has(event, 'properties')
        ? [
            {
              path: ['jobs', name, 'events', index, 'properties'],
              type: event.type,
              properties: event.properties,
            },
          ]
        : [],
    );
  });
}

/** Those of jobs that AWS hears of. */
function deployed(raw: unknown, events: readonly RawEvent[]): readonly RawEvent[] {
  const jobs = has(raw, 'jobs') && isRecord(raw.jobs) ? raw.jobs : {};
  return events.filter(({ path: [, name = ''] }) => {
    const job = jobs[name];
    return !(has(job, 'target') && job.target === 'process');
  });
}

function toApiNames(events: readonly RawEvent[]): readonly (readonly [Path, string])[] {
  return parseEach(events, 'http-api-gateway', z.object({ httpApiGatewayName: z.string() })).map(
    ([path, { httpApiGatewayName }]) => [[...path, 'httpApiGatewayName'], httpApiGatewayName],
  );
}

function runsApiName(raw: unknown): readonly (readonly [Path, string])[] {
  if (!has(raw, 'runsApi') || !has(raw.runsApi, 'httpApiName')) return [];
  const { httpApiName } = raw.runsApi;
  return typeof httpApiName === 'string' ? [[['runsApi', 'httpApiName'], httpApiName]] : [];
}

/** Without `httpApis` the names declare themselves; with it, one that is not there is a slip. */
function findUndeclaredApis(raw: unknown, events: readonly RawEvent[]): readonly Mistake[] {
  if (!has(raw, 'httpApis') || !isRecord(raw.httpApis)) return [];
  const declared = Object.keys(raw.httpApis);
  return [...toApiNames(events), ...runsApiName(raw)]
    .filter(([, name]) => !declared.includes(name))
    .map(([path, name]) => {
      const expected = suggestion(name, declared) || `, expected one of httpApis: ${declared.join(', ')}`;
      return atValue(path, `found ${toShown(name)}, which httpApis does not have${expected}`);
    });
}

const route = z.object({ httpApiGatewayName: z.string(), method: z.string(), path: z.string() });

/** API Gateway takes one route for each method and path, whatever the path's parameters are called. */
function findSharedRoutes(events: readonly RawEvent[], lineOf: (path: Path) => number): readonly Mistake[] {
  const routes = parseEach(events, 'http-api-gateway', route).map(
    ([path, { httpApiGatewayName, method, path: of }]) => ({
      path: [...path, 'path'],
      key: `${httpApiGatewayName} ${routeKeyOf(method, toRouteShape(of))}`,
      found: `found ${toShown(routeKeyOf(method, of))}`,
    }),
  );
  return findShared(routes, lineOf, 'expected one job for each route');
}

const rule = z.object({
  listenerArn: z.unknown().optional(), // or a reference
  loadBalancerArn: z.unknown().optional(),
  loadBalancerName: z.string().optional(),
  listenerPort: z.int().optional(),
  priority: z.int(),
});

function findSharedPriorities(
  events: readonly RawEvent[],
  lineOf: (path: Path) => number,
): readonly Mistake[] {
  const rules = parseEach(events, 'application-load-balancer', rule).map(([path, properties]) => ({
    path: [...path, 'priority'],
    key: JSON.stringify(toListenerPlace(properties)),
    found: `found priority ${properties.priority}`,
  }));
  return findShared(rules, lineOf, 'expected one rule for each priority of a listener');
}

/** A listener's ARN says it all; the rest may be left out beside it. */
function toListenerPlace({ listenerArn, priority, ...loadBalancer }: z.output<typeof rule>): object {
  return listenerArn === undefined ? { priority, ...loadBalancer } : { priority, listenerArn };
}

/** The local router answers these itself. */
function findReservedRoutes(events: readonly RawEvent[]): readonly Mistake[] {
  return parseEach(events, 'http-api-gateway', route).flatMap(([at, { method, path }]) => {
    const isReserved =
      path === '/_signalbox' ||
      path.startsWith('/_signalbox/') ||
      routeKeyOf(method, toRouteShape(path)) === routeKeyOf('GET', toRouteShape('/runs/{id}'));
    const found = toShown(routeKeyOf(method, path));
    return mistakeIf(
      isReserved,
      atValue([...at, 'path'], `found ${found}, which belongs to the runs API; expected another path`),
    );
  });
}

/** In AWS they are on one of the HTTP APIs, which takes a route once. */
function findRunsApiRoutes(raw: unknown, events: readonly RawEvent[]): readonly Mistake[] {
  const apis = runsApiName(raw).map(([, name]) => name);
  return parseEach(events, 'http-api-gateway', route).flatMap(([at, { httpApiGatewayName, method, path }]) =>
    mistakeIf(
      apis.includes(httpApiGatewayName) && runsApiKeys.has(routeKeyOf(method, toRouteShape(path))),
      atValue(
        [...at, 'path'],
        `found ${toShown(routeKeyOf(method, path))}, which the runs API has on ${httpApiGatewayName}; expected another path, or another HTTP API`,
      ),
    ),
  );
}

/** That of one run is reserved on every API. */
const runsApiKeys: ReadonlySet<string> = new Set(
  runsApiRoutes
    .filter(({ path }) => path !== '/runs/{id}')
    .map(({ method, path }) => routeKeyOf(method, toRouteShape(path))),
);

function findShared(
  entries: readonly { readonly path: Path; readonly key: string; readonly found: string }[],
  lineOf: (path: Path) => number,
  expected: string,
): readonly Mistake[] {
  const first = new Map<string, Path>();
  return entries.flatMap(({ path, key, found }) => {
    const taken = first.get(key);
    if (taken !== undefined) return [atValue(path, `${found}, as on line ${lineOf(taken)}; ${expected}`)];
    first.set(key, path);
    return [];
  });
}

function parseEach<T>(
  events: readonly RawEvent[],
  type: SourceName,
  schema: z.ZodType<T>,
): readonly (readonly [Path, T])[] {
  return events.flatMap((event) => {
    const parsed = event.type === type ? schema.safeParse(event.properties) : undefined;
    return parsed?.success ? [[event.path, parsed.data] as const] : [];
  });
}
