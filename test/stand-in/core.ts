import { randomUUID } from 'node:crypto';

export const region = 'eu-west-1';
export const account = '123456789012';

/** An event as EventBridge delivers it to a rule's target. */
export type ServiceEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

/** What the services of a stand-in share. */
export type Core = {
  /** Milliseconds; real time, and what `pass` added to it. */
  readonly now: () => number;
  readonly pass: (seconds: number) => void;
  readonly toArn: (service: string, resource: string) => string;
  /** Tells whoever listens, a turn of the event loop later. */
  readonly emit: (event: Pick<ServiceEvent, 'source' | 'detail-type' | 'resources' | 'detail'>) => void;
  readonly listen: (listener: (event: ServiceEvent) => void) => void;
};

export function createCore(): Core {
  let addedMs = 0;
  const listeners: ((event: ServiceEvent) => void)[] = [];
  const now = () => Date.now() + addedMs;
  return {
    now,
    pass(seconds) {
      addedMs += seconds * 1000;
    },
    toArn: (service, resource) => `arn:aws:${service}:${region}:${account}:${resource}`,
    emit(news) {
      const time = `${new Date(now()).toISOString().slice(0, 19)}Z`;
      const event: ServiceEvent = { version: '0', id: randomUUID(), account, time, region, ...news };
      setImmediate(() => {
        for (const listener of listeners) listener(event);
      });
    },
    listen: (listener) => void listeners.push(listener),
  };
}

/**
 * Idempotency tokens: what was made with each, for some time. The same token with other parameters is the caller's
 * mistake, which each service names in its own way.
 */
export type Tokens<T> = {
  readonly find: (token: string | undefined, parameters: unknown) => T | 'other parameters' | undefined;
  readonly remember: (token: string | undefined, parameters: unknown, made: T) => void;
  /** What was made with a token, whatever the parameters. */
  readonly madeWith: (token: string) => T | undefined;
  /** Forgets all of them, earlier than it should. */
  readonly lapse: () => void;
};

export function createTokens<T>(now: () => number, seconds: number): Tokens<T> {
  const known = new Map<string, { readonly parameters: string; readonly made: T; readonly until: number }>();
  const get = (token: string | undefined) => {
    const found = token === undefined ? undefined : known.get(token);
    return found !== undefined && found.until > now() ? found : undefined;
  };
  return {
    find(token, parameters) {
      const found = get(token);
      if (found === undefined) return undefined;
      return found.parameters === JSON.stringify(parameters) ? found.made : 'other parameters';
    },
    remember(token, parameters, made) {
      if (token === undefined) return;
      known.set(token, { parameters: JSON.stringify(parameters), made, until: now() + seconds * 1000 });
    },
    madeWith: (token) => get(token)?.made,
    lapse: () => known.clear(),
  };
}
