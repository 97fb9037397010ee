import { isObject } from '../../events/json.ts';
import { refuseLookalike } from '../lookalike.ts';
import {
  FieldError,
  type Fields,
  kindOf,
  nameIn,
  optionalTextIn,
  textIn,
  toTime,
} from '../reading/fields.ts';
import { type HttpApiAuth, parseAuth1, parseAuth2 } from './api-gateway-auth.ts';
import { isMarkedBase64 } from './body.ts';
import type { HttpRequest } from './record.ts';
import {
  decodeQuery,
  listOfTextIn,
  splitCookies,
  splitQuery,
  textsIn,
  valuesIn,
  withLowerCaseNames,
} from './values.ts';

/** What both payload formats of an HTTP API say of a request; API Gateway has decoded the path. */
export type HttpApiRequest = HttpRequest &
  HttpApiAuth & {
    readonly apiId: string;
    readonly accountId: string;
    readonly requestId: string;
    /** ISO 8601, UTC. */
    readonly time: string;
    readonly routeKey: string;
  };

/**
 * A payload of format 1.0 or 2.0. Throws FieldError, and EventParseError for what plainly comes from somewhere else.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function parseHttpApiRequest(payload: unknown): HttpApiRequest {
  if (!isObject(payload)) {
    throw new FieldError(`the payload is ${kindOf(payload)}, expected an HTTP API event`);
  }
  refuseLookalike('http-api-gateway', payload, 'an event of an HTTP API');
  const context = payload['requestContext'];
  if (isObject(context)) {
    const http = context['http'];
    if (payload['version'] === '2.0' && isObject(http)) return parseFormat2(payload, context, http);
    if (payload['version'] === '1.0') return parseFormat1(payload, context);
  }
  throw new FieldError('the payload is no HTTP API event of format 1.0 or 2.0 (version and requestContext)');
}

function parseFormat2(payload: Fields, context: Fields, http: Fields): HttpApiRequest {
  const { auth, caller } = authOr(parseAuth2(context));
  return {
    apiId: nameIn(context, 'apiId', 'requestContext.'),
    accountId: nameIn(context, 'accountId', 'requestContext.'),
    requestId: nameIn(context, 'requestId', 'requestContext.'),
    time: toTime(context['timeEpoch'], 'requestContext.timeEpoch'),
    routeKey: nameIn(payload, 'routeKey'),
    method: textIn(http, 'method', 'requestContext.http.'),
    path: textIn(payload, 'rawPath'),
    headers: withLowerCaseNames(textsIn(payload, 'headers')),
    query: decodeQuery(splitQuery(optionalTextIn(payload, 'rawQueryString') ?? '')),
    pathParameters: textsIn(payload, 'pathParameters'),
    cookies: (payload['cookies'] ?? null) === null ? [] : listOfTextIn(payload, 'cookies'),
    body: optionalTextIn(payload, 'body'),
    isBase64Encoded: isMarkedBase64(payload),
    sourceIp: optionalTextIn(http, 'sourceIp', 'requestContext.http.'),
    auth,
    caller,
  };
}

function parseFormat1(payload: Fields, context: Fields): HttpApiRequest {
  const { auth, caller } = authOr(parseAuth1(context));
  const { identity, resourceId } = context;
  const method = textIn(payload, 'httpMethod');
  const headers = withLowerCaseNames(valuesIn(payload, 'multiValueHeaders', 'headers'));
  return {
    apiId: nameIn(context, 'apiId', 'requestContext.'),
    accountId: nameIn(context, 'accountId', 'requestContext.'),
    requestId: nameIn(context, 'requestId', 'requestContext.'),
    time: toTime(context['requestTimeEpoch'], 'requestContext.requestTimeEpoch'),
    routeKey: toRouteKey(resourceId, method, textIn(payload, 'resource')),
    method,
    path: textIn(payload, 'path'),
    headers,
    query: valuesIn(payload, 'multiValueQueryStringParameters', 'queryStringParameters'),
    pathParameters: textsIn(payload, 'pathParameters'),
    cookies: splitCookies(headers['cookie']),
    body: optionalTextIn(payload, 'body'),
    isBase64Encoded: isMarkedBase64(payload),
    sourceIp: isObject(identity) ? optionalTextIn(identity, 'sourceIp', 'requestContext.identity.') : null,
    auth,
    caller,
  };
}

/** HTTP APIs put the route's key into `resourceId`; without it, the route is taken to be for one method. */
function toRouteKey(resourceId: unknown, method: string, resource: string): string {
  if (typeof resourceId === 'string' && /^(\$default|[A-Z]+ \/.*)$/.test(resourceId)) return resourceId;
  return resource === '$default' ? resource : `${method} ${resource}`;
}

function authOr(auth: HttpApiAuth | undefined): HttpApiAuth {
  if (auth === undefined) throw new FieldError('requestContext.authorizer is none that an HTTP API has');
  return auth;
}
