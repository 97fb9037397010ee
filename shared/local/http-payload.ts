import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { decodePath } from '../jobs/http-route.ts';
import { mediaTypeOf } from '../sources/http/body.ts';

/** A request as Node's HTTP server has it. */
export type LocalRequest = {
  readonly method: string;
  /** Path and query as received. */
  readonly rawUrl: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly timeMs: number;
};

/** The declared route that takes it. */
export type LocalRoute = {
  readonly apiName: string;
  readonly routeKey: string;
  readonly method: string;
  readonly path: string;
  readonly pathParameters: { readonly [name: string]: string };
  readonly payloadFormat: '1.0' | '2.0';
};

/**
 * The event that API Gateway would send for the request. As API Gateway does, it decodes the path and leaves
 * the raw query as it was sent; repeated headers and query values are joined by commas in format 2.0; a body
 * is text only when its content type is text/*, or application/json, xml or javascript. The API's id is its
 * name, the account's is all zeros, and no X-Forwarded header is added.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpApiPayload(
  request: LocalRequest,
  route: LocalRoute,
): APIGatewayProxyEvent | APIGatewayProxyEventV2 {
  return route.payloadFormat === '1.0' ? toFormat1(request, route) : toFormat2(request, route);
}

const accountId = '000000000000';

function toFormat2(request: LocalRequest, route: LocalRoute): APIGatewayProxyEventV2 {
  const { path, rawQuery } = splitUrl(request.rawUrl);
  const lists = groupHeaders(request.rawHeaders);
  const headers = new Map([...lists].map(([name, { values }]) => [name, values.join(',')]));
  const cookies = splitCookies(lists.get('cookie')?.values ?? []);
  headers.delete('cookie');
  const query = [...groupQuery(rawQuery)].map(([name, values]) => [name, values.join(',')]);
  const { text, isBase64Encoded } = toBody(request.body, headers.get('content-type'));
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: rawQuery,
    ...(cookies.length > 0 && { cookies }),
    headers: Object.fromEntries(headers),
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) }),
    ...(Object.keys(route.pathParameters).length > 0 && { pathParameters: { ...route.pathParameters } }),
    requestContext: {
      accountId,
      apiId: route.apiName,
      domainName: headers.get('host') ?? 'localhost',
      domainPrefix: route.apiName,
      http: {
        method: request.method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: request.sourceIp,
        userAgent: headers.get('user-agent') ?? '',
      },
      requestId: request.requestId,
      routeKey: route.routeKey,
      stage: '$default',
      time: toLogTime(request.timeMs),
      timeEpoch: request.timeMs,
    },
    ...(text !== null && { body: text }),
    isBase64Encoded,
  };
}

function toFormat1(request: LocalRequest, route: LocalRoute): APIGatewayProxyEvent {
  const { path, rawQuery } = splitUrl(request.rawUrl);
  const byName = groupHeaders(request.rawHeaders);
  const headers = [...byName.values()];
  const query = groupQuery(rawQuery);
  const userAgent = byName.get('user-agent')?.values.at(-1) ?? null;
  const { text, isBase64Encoded } = toBody(request.body, byName.get('content-type')?.values.at(-1));
  const event: APIGatewayProxyEvent & { readonly version: '1.0' } = {
    version: '1.0',
    resource: route.path,
    path,
    httpMethod: request.method,
    headers: Object.fromEntries(headers.map(({ name, values }) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(headers.map(({ name, values }) => [name, values])),
    queryStringParameters:
      query.size === 0 ? null : Object.fromEntries([...query].map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    pathParameters: Object.keys(route.pathParameters).length === 0 ? null : { ...route.pathParameters },
    stageVariables: null,
    requestContext: {
      accountId,
      apiId: route.apiName,
      authorizer: { claims: null, scopes: null },
      domainName: byName.get('host')?.values.at(-1) ?? 'localhost',
      domainPrefix: route.apiName,
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: { ...noIdentity, sourceIp: request.sourceIp, userAgent },
      path,
      protocol: 'HTTP/1.1',
      requestId: request.requestId,
      requestTime: toLogTime(request.timeMs),
      requestTimeEpoch: request.timeMs,
      resourceId: route.routeKey,
      resourcePath: route.path,
      stage: '$default',
    },
    body: text,
    isBase64Encoded,
  };
  return event;
}

const noIdentity = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

function splitUrl(rawUrl: string): { path: string; rawQuery: string } {
  const at = rawUrl.indexOf('?');
  return at < 0
    ? { path: decodePath(rawUrl), rawQuery: '' }
    : { path: decodePath(rawUrl.slice(0, at)), rawQuery: rawUrl.slice(at + 1) };
}

/** By lower-case name, each with the spelling it came in first. */
function groupHeaders(rawHeaders: readonly string[]): Map<string, { name: string; values: string[] }> {
  const headers = new Map<string, { name: string; values: string[] }>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const header = headers.get(name.toLowerCase()) ?? { name, values: [] };
    header.values.push(rawHeaders[at + 1] ?? '');
    headers.set(name.toLowerCase(), header);
  }
  return headers;
}

function groupQuery(rawQuery: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(`?${rawQuery}`)) {
    const values = query.get(name) ?? [];
    values.push(value);
    query.set(name, values);
  }
  return query;
}

function splitCookies(headers: readonly string[]): string[] {
  return headers
    .flatMap((header) => header.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

function toBody(bytes: Uint8Array, contentType = ''): { text: string | null; isBase64Encoded: boolean } {
  if (bytes.length === 0) return { text: null, isBase64Encoded: false };
  const text = isText(mediaTypeOf(contentType)) ? decodeUtf8(bytes) : undefined;
  if (text !== undefined) return { text, isBase64Encoded: false };
  return { text: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
}

function isText(mediaType: string): boolean {
  return mediaType.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(mediaType);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000` */
function toLogTime(timeMs: number): string {
  const date = new Date(timeMs);
  const [, year, , day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(date.toISOString()) ?? [];
  return `${day}/${months[date.getUTCMonth()]}/${year}:${time} +0000`;
}
