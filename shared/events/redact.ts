import { isObject } from './json.ts';
import type { CloudEvent, Json } from './trigger-event.ts';

/**
 * Headers that never reach logs, the ledger or a target's console, whatever a job says; its `redact` adds to
 * them. Credentials elsewhere (in the query, in a body) are not known for what they are and stay.
 */
export const credentialHeaders = [
  'authorization',
  'cookie',
  'x-api-key',
  'proxy-authorization',
  // Whoever has signed in at a load balancer: tokens of the identity provider, and the caller's claims, signed.
  'x-amzn-oidc-accesstoken',
  'x-amzn-oidc-data',
  // Part of temporary AWS credentials.
  'x-amz-security-token',
] as const;

/** All that are hidden for a job that adds some. */
export function hiddenHeaders(added: readonly string[]): readonly string[] {
  return added.length === 0
    ? credentialHeaders
    : remember(unions, added, () => [...credentialHeaders, ...added]);
}

const redacted = '[redacted]';

/** Whether redactRecord would hide anything of the event. */
export function holdsCredentials(event: CloudEvent, names: readonly string[]): boolean {
  if (event.type !== 'aws.http.request') return false;
  const { headers, cookies } = event.data;
  const hidden = toLowerCase(names);
  if (Array.isArray(cookies) && cookies.length > 0 && hidden.has('cookie')) return true;
  return isJsonObject(headers) && findIn(headers, hidden).length > 0;
}

/**
 * A request with the named headers' values hidden, and its cookies when `cookie` is named. Others as they are.
 * The headers of a request are in lower case, whichever source it came from.
 */
export function redactRecord(event: CloudEvent, names: readonly string[]): CloudEvent {
  if (event.type !== 'aws.http.request') return event;
  const { headers, cookies } = event.data;
  const hidden = toLowerCase(names);
  const found = isJsonObject(headers) ? findIn(headers, hidden) : [];
  const data: { readonly [key: string]: Json } = {
    ...event.data,
    ...(isJsonObject(headers) && {
      headers: { ...headers, ...Object.fromEntries(found.map((name) => [name, redacted])) },
    }),
    ...(Array.isArray(cookies) && hidden.has('cookie') && { cookies: hideCookies(cookies) }),
  };
  return { ...event, data };
}

/**
 * The same for a native payload of an HTTP API (1.0 and 2.0) or a load balancer, with or without multi-value
 * headers; a payload without headers is given back as it is. Names count in any case. Lists keep their length.
 */
export function redactPayload(payload: unknown, names: readonly string[]): unknown {
  if (!isObject(payload)) return payload;
  const { headers, multiValueHeaders, cookies } = payload;
  const isHidden = hiddenBy(names);
  return {
    ...payload,
    ...(isObject(headers) && { headers: mapHidden(headers, isHidden, () => redacted) }),
    ...(isObject(multiValueHeaders) && {
      multiValueHeaders: mapHidden(multiValueHeaders, isHidden, (list) =>
        Array.isArray(list) ? list.map(() => redacted) : redacted,
      ),
    }),
    ...(Array.isArray(cookies) && isHidden('cookie') && { cookies: hideCookies(cookies) }),
  };
}

function findIn(headers: object, hidden: ReadonlySet<string>): readonly string[] {
  const found: string[] = [];
  for (const name of hidden) if (Object.hasOwn(headers, name)) found.push(name);
  return found;
}

function hiddenBy(names: readonly string[]): (name: string) => boolean {
  const hidden = toLowerCase(names);
  return (name) => hidden.has(name) || hidden.has(name.toLowerCase());
}

function toLowerCase(names: readonly string[]): ReadonlySet<string> {
  return remember(lowerCase, names, () => new Set(names.map((name) => name.toLowerCase())));
}

/** What follows from a job's list is worked out once, not for each request. */
const unions = new WeakMap<readonly string[], readonly string[]>();
const lowerCase = new WeakMap<readonly string[], ReadonlySet<string>>();

function remember<T>(known: WeakMap<readonly string[], T>, names: readonly string[], make: () => T): T {
  const found = known.get(names) ?? make();
  known.set(names, found);
  return found;
}

function mapHidden<T>(
  headers: { readonly [name: string]: T },
  isHidden: (name: string) => boolean,
  hide: (value: T) => T | string | string[],
) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isHidden(name) ? hide(value) : value]),
  );
}

function hideCookies(cookies: readonly unknown[]): string[] {
  return cookies.length === 0 ? [] : [redacted];
}

function isJsonObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return isObject(value);
}
