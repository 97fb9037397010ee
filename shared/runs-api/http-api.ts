import type { Context } from 'aws-lambda';
import { isObject } from '../events/json.ts';
import { type HttpApiRequest, parseHttpApiRequest } from '../sources/http/api-gateway-request.ts';
import { bytesIn } from '../sources/http/body.ts';
import { firstOf, toPairs } from '../sources/http/values.ts';
import { problem } from './problem.ts';
import { createRunsApi, type RunsApiParts } from './runs-api.ts';

/** What was asked and what was answered; nothing that a client wrote but a run's id. */
export type AnsweredRequest = {
  readonly method: string;
  readonly route: string;
  readonly runId?: string;
  readonly status: number;
  /** Why it could not be done. */
  readonly error?: unknown;
};

/** Hears of every request. */
export type RequestLog = { requested(request: AnsweredRequest, requestId: string): void };

/** What a function behind an HTTP API returns, for both payload formats. */
export type HttpApiAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type HttpApiParts = Omit<RunsApiParts, 'fail'> & { readonly log: RequestLog };

/**
 * The runs API as a function of an HTTP API, payload formats 1.0 and 2.0. Without a caller that an authorizer let in,
 * there is no answer but 403: a route that lost its authorizer must not open everybody's runs to everybody.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function createHttpApiHandler({ log, ...parts }: HttpApiParts) {
  const errors = new WeakMap<Request, unknown>();
  const api = createRunsApi({ ...parts, fail: (error, request) => errors.set(request, error) });

  return async function handle(payload: unknown, { awsRequestId }: Context): Promise<HttpApiAnswer> {
    const read = readRequest(payload);
    const request = 'request' in read ? read.request : undefined;
    const response = await answer(read);
    const error = 'error' in read ? read.error : request && errors.get(request);
    const asked = request ? toAsked(request) : { method: 'unknown', route: 'unknown' };
    log.requested({ ...asked, status: response.status, ...(error !== undefined && { error }) }, awsRequestId);
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };

  async function answer(read: Read): Promise<Response> {
    if ('error' in read) return problem(400, 'This is no request to an HTTP API that can be read.');
    if (!read.isAuthorised) return problem(403, 'No authorizer has let this request in.');
    return api.fetch(read.request);
  }
}

type Read = { readonly request: Request; readonly isAuthorised: boolean } | { readonly error: unknown };

function readRequest(payload: unknown): Read {
  try {
    const parsed = parseHttpApiRequest(payload);
    return { request: toRequest(parsed), isAuthorised: parsed.caller.length > 0 || isLetIn(payload) };
  } catch (error) {
    return { error };
  }
}

/** Of a Lambda authorizer that let a request in and gave no context there is only its name, in format 2.0. */
function isLetIn(payload: unknown): boolean {
  const context = isObject(payload) ? payload['requestContext'] : undefined;
  const authorizer = isObject(context) ? context['authorizer'] : undefined;
  return isObject(payload) && payload['version'] === '2.0' && isObject(authorizer) && 'lambda' in authorizer;
}

/** With what the API reads, and nothing else. Throws for what can't be a request. */
function toRequest(parsed: HttpApiRequest): Request {
  const { method, query, headers } = parsed;
  const url = new URL(`https://runs${toPath(parsed)}`);
  url.search = new URLSearchParams(toPairs(query)).toString();
  const key = firstOf(headers['idempotency-key']);
  return new Request(url, {
    method,
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    ...(method === 'POST' && { body: toBody(parsed) }),
  });
}

/**
 * The route's, with its parameters: the path that was asked for begins with the name of a stage, or with what a domain
 * maps the API to, and has been decoded.
 */
function toPath({ routeKey, pathParameters, path }: HttpApiRequest): string {
  const [, route] = /^[A-Z]+ (\/.*)$/.exec(routeKey) ?? [];
  if (route === undefined) return path;
  return route.replace(/\{([^{}+]+)\+?\}/g, (_, name: string) =>
    encodeURIComponent((pathParameters[name] ?? '').toWellFormed()),
  );
}

function toBody({ body, isBase64Encoded }: HttpApiRequest): string | Buffer<ArrayBuffer> | null {
  if (body === null || !isBase64Encoded) return body;
  const bytes = bytesIn(body);
  if (bytes === undefined) throw new Error('the body is marked as base64 but is not');
  return Buffer.from(bytes);
}

function toAsked({ method, url }: Request): Pick<AnsweredRequest, 'method' | 'route' | 'runId'> {
  const { pathname } = new URL(url);
  const [, runId, , verb = ''] = /^\/runs\/([0-9a-z]{26})(\/(cancel|replay))?$/.exec(pathname) ?? [];
  if (runId === undefined) return { method, route: pathname === '/runs' ? pathname : 'unknown' };
  return { method, route: verb === '' ? '/runs/{id}' : `/runs/{id}/${verb}`, runId };
}
