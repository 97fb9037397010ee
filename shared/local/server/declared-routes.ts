import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { createRouteMatcher, type RouteMatcher } from '../../jobs/http-route.ts';
import type { Job } from '../../jobs/schema/job.ts';
import type { Trigger } from '../../router/trigger.ts';
import { readBody } from '../../runs-api/body.ts';
import { problem } from '../../runs-api/problem.ts';
import { toHttpApiPayload } from '../http-payload.ts';
import { toContext } from './invoke-api.ts';

/** Lambda's limit for what API Gateway hands it, which applies before API Gateway's own 10 MB. */
const mostBytes = 6_291_456;

export type HttpRoute = {
  readonly job: string;
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly payloadFormat: '1.0' | '2.0';
};

/** The routes of all HTTP APIs. */
export function toHttpRoutes(jobs: readonly Job[]): readonly HttpRoute[] {
  return jobs.flatMap(({ name: job, events }) =>
    events.flatMap((rule) => {
      if (rule.type !== 'http-api-gateway') return [];
      const { httpApiGatewayName: api, method, path, payloadFormat } = rule.properties;
      return [{ job, api, method, path, payloadFormat }];
    }),
  );
}

export type LocalContext = Context<{ Bindings: HttpBindings }>;

/**
 * The routes of jobs.yml, all APIs on one port. A request becomes the payload that API Gateway would send, and goes
 * through the same function. Gives undefined when no route has its path.
 */
export function createDeclaredRoutes(routes: readonly HttpRoute[], trigger: Trigger | undefined) {
  const matcher: RouteMatcher<HttpRoute> = createRouteMatcher(
    toDistinct(routes).map((route) => ({ ...route, value: route })),
  );

  return async function answer(context: LocalContext): Promise<Response | undefined> {
    const { incoming } = context.env;
    const { rawHeaders, method = 'GET', url: rawUrl = '/' } = incoming;
    const path = rawUrl.split('?', 1)[0] ?? '/';
    const matched = matcher.match(method, path);
    if (matched === undefined || trigger === undefined) return refuseMethod(method, matcher.allowed(path));
    const body = await readBody(context, mostBytes);
    if (body === undefined)
      return problem(413, `The body is larger than ${mostBytes} bytes.`, { connection: 'close' });
    const { api: apiName, ...route } = matched.value;
    const sourceIp = incoming.socket.remoteAddress ?? '127.0.0.1';
    const requestId = randomUUID();
    const request = { method, rawUrl, rawHeaders, body, sourceIp, requestId, timeMs: Date.now() };
    const { routeKey, pathParameters } = matched;
    const payload = toHttpApiPayload(request, { ...route, apiName, routeKey, pathParameters });
    return toResponse(await trigger(payload, toContext('http-api-gateway', requestId)));
  };
}

/** Two APIs may declare the same route; here they share one port, and the first one gets it. */
export function toDistinct(routes: readonly HttpRoute[]): readonly HttpRoute[] {
  return [
    ...Map.groupBy(routes, ({ method, path }) => `${method} ${path.replaceAll(/\{[^}+]*/g, '{')}`).values(),
  ].flatMap(([first]) => first ?? []);
}

function refuseMethod(method: string, allowed: readonly string[]): Response | undefined {
  if (allowed.length === 0) return undefined;
  return problem(405, `This path takes ${allowed.join(', ')}, not ${method}.`, { allow: allowed.join(', ') });
}

/** What a function behind API Gateway may return: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
type ProxyAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

function toResponse(answer: unknown): Response {
  if (!isProxyAnswer(answer)) return problem(502, 'The function gave no answer that an HTTP API can send.');
  return new Response(answer.body, { status: answer.statusCode, headers: answer.headers });
}

function isProxyAnswer(answer: unknown): answer is ProxyAnswer {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'statusCode' in answer &&
    typeof answer.statusCode === 'number' &&
    'body' in answer
  );
}
