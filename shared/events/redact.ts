import { isObject } from './json.ts';
import type { CloudEvent, Json } from './trigger-event.ts';

/**
 * Headers that never reach logs, the ledger or a target's console, whatever a job says; its `redact` adds to
 * them. Credentials elsewhere (in the query, in a body) are not known for what they are and stay.
 */
export const credentialHeaders = ['authorization', 'cookie', 'x-api-key', 'proxy-authorization'] as const;

const redacted = '[redacted]';

/** Whether redactRecord would hide anything of the event. */
export function holdsCredentials(event: CloudEvent, names: readonly string[]): boolean {
  if (event.type !== 'aws.http.request') return false;
  const { headers, cookies } = event.data;
  const isHidden = hiddenBy(names);
  const hasHeader = isObject(headers) && Object.keys(headers).some(isHidden);
  return hasHeader || (isHidden('cookie') && Array.isArray(cookies) && cookies.length > 0);
}

/** A request with the named headers' values hidden, and its cookies when `cookie` is named. Others as they are. */
export function redactRecord(event: CloudEvent, names: readonly string[]): CloudEvent {
  if (event.type !== 'aws.http.request') return event;
  const { headers, cookies } = event.data;
  const isHidden = hiddenBy(names);
  const data: Record<string, Json> = { ...event.data };
  if (isJsonObject(headers)) data['headers'] = mapHidden(headers, isHidden, () => redacted);
  if (Array.isArray(cookies) && isHidden('cookie')) data['cookies'] = hideCookies(cookies);
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

function hiddenBy(names: readonly string[]): (name: string) => boolean {
  const hidden = new Set(names.map((name) => name.toLowerCase()));
  return (name) => hidden.has(name.toLowerCase());
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
