import { isObject } from '../events/json.ts';
import { type HttpApiAuth, parseAuth1, parseAuth2 } from './http-api-gateway-auth.ts';
import { EventParseError } from './source.ts';

/** What both payload formats of an HTTP API say of a request. */
export type HttpApiRequest = {
  readonly apiId: string;
  readonly accountId: string;
  readonly requestId: string;
  readonly timeMs: number;
  readonly routeKey: string;
  readonly method: string;
  /** Decoded: API Gateway never hands on the path as it was sent. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Values;
  readonly query: Values;
  /** Differs when the query does. */
  readonly rawQuery: string;
  readonly pathParameters: { readonly [name: string]: string };
  readonly cookies: readonly string[];
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly sourceIp: string | null;
} & HttpApiAuth;

/** A list when there are several. */
type Values = { readonly [name: string]: string | readonly string[] };

/**
 * A payload of format 1.0 or 2.0. Throws EventParseError; for the events that look like one, and come from a
 * REST API, a function URL, a load balancer, a WebSocket API or for an authorizer, it names them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function parseHttpApiRequest(payload: unknown): HttpApiRequest {
  if (!isObject(payload)) throw problem(`the payload is ${kindOf(payload)}, expected an HTTP API event`);
  const context = payload['requestContext'];
  const lookalike = nameLookalike(payload, isObject(context) ? context : {});
  if (lookalike !== undefined) {
    throw problem(`the payload looks like ${lookalike}, expected an event of an HTTP API`);
  }
  if (isObject(context)) {
    const http = context['http'];
    if (payload['version'] === '2.0' && isObject(http)) return parseFormat2(payload, context, http);
    if (payload['version'] === '1.0') return parseFormat1(payload, context);
  }
  throw problem('the payload is no HTTP API event of format 1.0 or 2.0 (version and requestContext)');
}

type Fields = { readonly [key: string]: unknown };

function parseFormat2(payload: Fields, context: Fields, http: Fields): HttpApiRequest {
  const rawQuery = optionalText(payload, 'rawQueryString') ?? '';
  return {
    ...parseCommon(payload, context, context['timeEpoch'], 'requestContext.timeEpoch'),
    ...authOr(parseAuth2(context)),
    routeKey: textIn(payload, 'routeKey'),
    method: textIn(http, 'method', 'requestContext.http.'),
    path: textIn(payload, 'rawPath'),
    headers: grouped(textEntries(payload, 'headers'), (name) => name.toLowerCase()),
    // Behind a question mark of ours, since URLSearchParams drops a first one.
    query: grouped([...new URLSearchParams(`?${rawQuery}`)]),
    rawQuery,
    cookies: listOfText(payload['cookies'] ?? [], 'cookies'),
    sourceIp: optionalText(http, 'sourceIp', 'requestContext.http.'),
  };
}

function parseFormat1(payload: Fields, context: Fields): HttpApiRequest {
  const method = textIn(payload, 'httpMethod');
  const identity = context['identity'];
  const headers = grouped(multiEntries(payload, 'multiValueHeaders', 'headers'), (name) =>
    name.toLowerCase(),
  );
  const query = multiEntries(payload, 'multiValueQueryStringParameters', 'queryStringParameters');
  return {
    ...parseCommon(payload, context, context['requestTimeEpoch'], 'requestContext.requestTimeEpoch'),
    ...authOr(parseAuth1(context)),
    routeKey: routeKeyIn(context['resourceId'], method, textIn(payload, 'resource')),
    method,
    path: textIn(payload, 'path'),
    headers,
    query: grouped(query),
    rawQuery: JSON.stringify(query),
    cookies: [headers['cookie'] ?? []].flat().flatMap(splitCookies),
    sourceIp: isObject(identity) ? optionalText(identity, 'sourceIp', 'requestContext.identity.') : null,
  };
}

function parseCommon(payload: Fields, context: Fields, timeMs: unknown, timeName: string) {
  const isBase64Encoded = payload['isBase64Encoded'] ?? false;
  if (typeof isBase64Encoded !== 'boolean') {
    throw problem(`isBase64Encoded is ${kindOf(isBase64Encoded)}, expected true or false`);
  }
  if (typeof timeMs !== 'number' || Number.isNaN(new Date(timeMs).getTime())) {
    throw problem(`${timeName} is ${kindOf(timeMs)}, expected epoch milliseconds`);
  }
  return {
    apiId: textIn(context, 'apiId', 'requestContext.'),
    accountId: textIn(context, 'accountId', 'requestContext.'),
    requestId: textIn(context, 'requestId', 'requestContext.'),
    timeMs,
    pathParameters: Object.fromEntries(textEntries(payload, 'pathParameters')),
    body: optionalText(payload, 'body'),
    isBase64Encoded,
  };
}

/** HTTP APIs put the route's key into `resourceId`; without it, the route is taken to be for one method. */
function routeKeyIn(resourceId: unknown, method: string, resource: string): string {
  if (typeof resourceId === 'string' && /^(\$default|[A-Z]+ \/.*)$/.test(resourceId)) return resourceId;
  return resource === '$default' ? resource : `${method} ${resource}`;
}

function nameLookalike(payload: Fields, context: Fields): string | undefined {
  if (isObject(context['elb'])) return 'one of an Application Load Balancer';
  if (typeof context['connectionId'] === 'string') return 'one of a WebSocket API';
  if (payload['type'] === 'REQUEST' || payload['type'] === 'TOKEN') return 'one for a Lambda authorizer';
  const { domainName } = context;
  if (typeof domainName === 'string' && /\.lambda-url\.[a-z0-9-]+\.on\.aws$/.test(domainName)) {
    return 'one of a Lambda function URL';
  }
  const isProxyEvent = payload['version'] === undefined && typeof payload['httpMethod'] === 'string';
  return isProxyEvent && typeof payload['resource'] === 'string' ? 'one of a REST API' : undefined;
}

function authOr(auth: HttpApiAuth | undefined): HttpApiAuth {
  if (auth === undefined) throw problem('requestContext.authorizer is none that an HTTP API has');
  return auth;
}

function splitCookies(header: string): string[] {
  return header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

function grouped(
  entries: readonly (readonly [string, string])[],
  nameOf: (name: string) => string = (name) => name,
): Values {
  const lists = new Map<string, string[]>();
  for (const [name, value] of entries) {
    const list = lists.get(nameOf(name));
    if (list) list.push(value);
    else lists.set(nameOf(name), [value]);
  }
  return Object.fromEntries(
    [...lists].map(([name, list]) => [name, list.length === 1 ? (list[0] ?? '') : list]),
  );
}

/** The lists of `multiple`; the single values of `single` only when there are none. */
function multiEntries(payload: Fields, multiple: string, single: string): [string, string][] {
  const lists = payload[multiple] ?? {};
  if (!isObject(lists)) throw problem(`${multiple} is ${kindOf(lists)}, expected an object of lists`);
  if (Object.keys(lists).length === 0) return textEntries(payload, single);
  return Object.entries(lists).flatMap(([name, list]) =>
    listOfText(list, `${multiple}.${name}`).map((value): [string, string] => [name, value]),
  );
}

function textEntries(payload: Fields, key: string): [string, string][] {
  const found = payload[key] ?? {};
  if (!isObject(found)) throw problem(`${key} is ${kindOf(found)}, expected an object of texts`);
  return Object.keys(found).map((name) => [name, textIn(found, name, `${key}.`)]);
}

function listOfText(value: unknown, where: string): string[] {
  if (!Array.isArray(value)) throw problem(`${where} is ${kindOf(value)}, expected a list of texts`);
  return value.map((item: unknown) => {
    if (typeof item !== 'string') throw problem(`${where} has ${kindOf(item)} in it, expected only texts`);
    return item;
  });
}

function textIn(object: Fields, key: string, where = ''): string {
  const value = optionalText(object, key, where);
  if (value === null) throw problem(`${where}${key} is missing, expected a text`);
  return value;
}

function optionalText(object: Fields, key: string, where = ''): string | null {
  const value = object[key] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw problem(`${where}${key} is ${kindOf(value)}, expected a text`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function problem(text: string): EventParseError {
  return new EventParseError('http-api-gateway', text);
}
