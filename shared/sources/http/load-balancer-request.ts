import { isObject } from '../../events/json.ts';
import { refuseLookalike } from '../lookalike.ts';
import {
  FieldError,
  type Fields,
  nameIn,
  optionalTextIn,
  showText,
  textIn,
  toTime,
} from '../reading/fields.ts';
import type { Addressed } from '../source.ts';
import { bytesIn, isMarkedBase64 } from './body.ts';
import type { HttpRequest } from './record.ts';
import {
  decodeQuery,
  splitCookies,
  toList,
  toPairs,
  type Values,
  valuesIn,
  withLowerCaseNames,
} from './values.ts';

/** A request as a load balancer hands it on, its path as the client sent it. */
export type LoadBalancerRequest = {
  readonly targetGroupArn: string;
  /** ISO 8601, UTC; `undefined` when nothing in the request says when it came. */
  readonly time: string | undefined;
  /** Who has signed in, for listeners that see to it. */
  readonly identity: string | null;
  readonly addressed: Addressed & { readonly source: 'application-load-balancer' };
  readonly http: HttpRequest;
};

/** Throws FieldError, and EventParseError for what plainly comes from somewhere else. */
export function parseLoadBalancerRequest(payload: unknown): LoadBalancerRequest {
  const expected = 'a request to an Application Load Balancer';
  refuseLookalike('application-load-balancer', payload, expected);
  const context = isObject(payload) ? payload['requestContext'] : undefined;
  const elb = isObject(context) ? context['elb'] : undefined;
  if (!isObject(payload) || !isObject(elb)) {
    throw new FieldError(`the payload has no requestContext.elb, expected ${expected}`);
  }
  const targetGroupArn = parseArn(elb);
  const method = nameIn(payload, 'httpMethod');
  const path = nameIn(payload, 'path');
  const headers = withLowerCaseNames(valuesIn(payload, 'multiValueHeaders', 'headers'));
  const query = toPairs(valuesIn(payload, 'multiValueQueryStringParameters', 'queryStringParameters'));
  const body = optionalTextIn(payload, 'body');
  const sourceIp = parseSourceIp(headers);
  const identity = lastOf(headers, 'x-amzn-oidc-identity') ?? null;
  return {
    targetGroupArn,
    time: parseTraceTime(lastOf(headers, 'x-amzn-trace-id')),
    identity,
    addressed: {
      source: 'application-load-balancer',
      method,
      path,
      headers,
      query,
      sourceIp,
      isHealthCheck: method === 'GET' && isHealthChecker(headers),
    },
    http: {
      method,
      path,
      headers,
      query: decodeQuery(query),
      pathParameters: {},
      cookies: splitCookies(headers['cookie']),
      body,
      isBase64Encoded: isMarkedBase64(payload) && body !== null && bytesIn(body) !== undefined,
      sourceIp,
      auth: identity === null ? null : { oidc: { identity } },
    },
  };
}

/** Whether the target group has multi-value headers, which the answer then needs too. */
export function hasLists(payload: unknown): boolean {
  return isObject(payload) && isObject(payload['multiValueHeaders']);
}

function parseArn(elb: Fields): string {
  const arn = textIn(elb, 'targetGroupArn', 'requestContext.elb.');
  if (arn.startsWith('arn:')) return arn;
  throw new FieldError(`requestContext.elb.targetGroupArn is ${showText(arn)}, expected an ARN`);
}

/**
 * The last one, which the load balancer itself has added; with its port, when the target group keeps client ports.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 */
function parseSourceIp(headers: Values): string | null {
  const header = lastOf(headers, 'x-forwarded-for');
  if (header === undefined) return null;
  const address = header.slice(header.lastIndexOf(',') + 1).trim();
  const [, v6, v4] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(address) ?? [];
  return v6 ?? v4 ?? address;
}

function isHealthChecker(headers: Values): boolean {
  return toList(headers['user-agent']).some((userAgent) => /^elb-healthchecker\//i.test(userAgent));
}

/**
 * When the load balancer got the request, from `Self=1-67891234-…;Root=1-67891233-…`: it adds `Self` where there
 * was a trace already; the first eight digits are epoch seconds in hex.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
function parseTraceTime(header = ''): string | undefined {
  const self = header.indexOf('Self=1-');
  const at = self === -1 ? header.indexOf('Root=1-') : self;
  const start = at + 'Root=1-'.length;
  const seconds = Number(`0x${header.slice(start, start + 8)}`);
  const isTime = at !== -1 && header[start + 8] === '-' && !Number.isNaN(seconds);
  return isTime ? toTime(seconds * 1000, 'x-amzn-trace-id') : undefined;
}

function lastOf(headers: Values, name: string): string | undefined {
  return toList(headers[name]).at(-1);
}
