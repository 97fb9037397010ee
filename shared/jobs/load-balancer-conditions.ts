import { BlockList, isIP } from 'node:net';
import { toList } from '../sources/http/values.ts';
import type { Addressed } from '../sources/source.ts';
import type { JobEvent } from './schema/event.ts';

type Conditions = Extract<JobEvent, { readonly type: 'application-load-balancer' }>['properties'];
type Request = Extract<Addressed, { readonly source: 'application-load-balancer' }>;

/**
 * Why a listener with these conditions would not take the request; `undefined` when it would. Every kind of condition
 * has to hold, and of each any one value. It says nothing of the values of headers and query parameters, which may be
 * secrets. The port counts only where the load balancer tells it (X-Forwarded-Port).
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
export function findConditionMismatch(conditions: Conditions, request: Request): string | undefined {
  const { paths, methods, hosts, headers = [], queryParams = [], sourceIps, listenerPort } = conditions;
  const port = valuesOf(request, 'x-forwarded-port').at(-1);
  if (listenerPort !== undefined && port !== undefined && port !== `${listenerPort}`) {
    return `port ${show(port)} is not ${listenerPort}`;
  }
  if (methods !== undefined && !methods.includes(request.method)) {
    return `method ${show(request.method)} is none of ${methods.join(', ')}`;
  }
  if (paths !== undefined && !paths.some((pattern) => matches(pattern, request.path))) {
    return `path ${show(request.path)} is none of ${paths.join(', ')}`;
  }
  return (
    findHostMismatch(hosts, request) ??
    findFirst(headers, (condition) => findHeaderMismatch(condition, request)) ??
    findFirst(queryParams, (condition) => findQueryMismatch(condition, request)) ??
    findAddressMismatch(sourceIps, request)
  );
}

function findHostMismatch(hosts: Conditions['hosts'], request: Request): string | undefined {
  if (hosts === undefined) return undefined;
  const found = valuesOf(request, 'host').at(-1)?.replace(/:\d*$/, '');
  if (found === undefined) return `there is no host, expected ${hosts.join(', ')}`;
  const isOne = hosts.some((pattern) => matches(pattern.toLowerCase(), found.toLowerCase()));
  return isOne ? undefined : `host ${show(found)} is none of ${hosts.join(', ')}`;
}

type HeaderCondition = NonNullable<Conditions['headers']>[number];

function findHeaderMismatch({ headerName, values }: HeaderCondition, request: Request): string | undefined {
  const found = valuesOf(request, headerName.toLowerCase());
  if (found.length === 0) return `there is no header ${headerName}`;
  const texts = found.map((text) => text.toLowerCase());
  const isOne = values.some((value) => texts.some((text) => matches(value.toLowerCase(), text)));
  return isOne ? undefined : `header ${headerName} is none of ${values.join(', ')}`;
}

type QueryCondition = NonNullable<Conditions['queryParams']>[number];

/** Compared as they were sent, percent-encoded; a backslash before `*` or `?` makes it one that has to be there. */
function findQueryMismatch({ paramName, values }: QueryCondition, { query }: Request): string | undefined {
  const found = query
    .filter(([name]) => matches(paramName.toLowerCase(), name.toLowerCase(), 'escaped'))
    .map(([, value]) => value.toLowerCase());
  if (found.length === 0) return `there is no query parameter ${paramName}`;
  const isOne = values.some((value) => found.some((text) => matches(value.toLowerCase(), text, 'escaped')));
  return isOne ? undefined : `query parameter ${paramName} is none of ${values.join(', ')}`;
}

function findAddressMismatch(ranges: Conditions['sourceIps'], { sourceIp }: Request): string | undefined {
  if (ranges === undefined) return undefined;
  const version = isIP(sourceIp ?? '');
  if (sourceIp === null || version === 0) return `there is no source address, expected ${ranges.join(', ')}`;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    // A BlockList takes IPv4 addresses for a part of IPv6; a listener doesn't.
    if (isIP(address) === version) list.addSubnet(address, Number(prefix), family);
  }
  return list.check(sourceIp, family) ? undefined : `address ${sourceIp} is in none of ${ranges.join(', ')}`;
}

/** Only of headers that came: every object has a `constructor`. */
function valuesOf({ headers }: Request, name: string): readonly string[] {
  return Object.hasOwn(headers, name) ? toList(headers[name]) : [];
}

function findFirst<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * `*` stands for any characters and `?` for any one. Goes back to the last star at most, which takes no more than the
 * length of the one times that of the other.
 */
function matches(pattern: string, text: string, kind: 'plain' | 'escaped' = 'plain'): boolean {
  let at = 0;
  let afterStar = -1;
  let retryFrom = 0;
  for (let read = 0; read < text.length; ) {
    const isEscaped = kind === 'escaped' && /^\\[*?]/.test(pattern.slice(at, at + 2));
    const wanted = isEscaped ? pattern[at + 1] : pattern[at];
    if (wanted === '*' && !isEscaped) {
      at += 1;
      afterStar = at;
      retryFrom = read;
    } else if (wanted === text[read] || (wanted === '?' && !isEscaped)) {
      at += isEscaped ? 2 : 1;
      read += 1;
    } else if (afterStar !== -1) {
      at = afterStar;
      retryFrom += 1;
      read = retryFrom;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Of a request: what its sender chose, so that it may be long. */
function show(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
