import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsClients, createClients } from '../../shared/aws/clients.ts';
import { type Core, createCore, region } from './core.ts';
import { createFaults, type Faults } from './faults.ts';
import { createCallRecord } from './record.ts';
import {
  Answer,
  type CreateService,
  type Operation,
  type OperationContext,
  type Service,
  ServiceError,
} from './service.ts';

/** A call as it came and what was answered, to be checked against the service's own model. */
export type Call = {
  readonly service: string;
  readonly operation: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** Undefined when the caller never got one. */
  readonly status: number | undefined;
  readonly answer: unknown;
};

export type StandIn = {
  readonly url: string;
  readonly core: Core;
  readonly faults: Faults;
  /** Every call, in the order they were answered. */
  readonly calls: readonly Call[];
  readonly countOf: (operation: string) => number;
  /** The SDK's, unmodified but for where they call. */
  readonly clients: AwsClients;
  readonly close: () => Promise<void>;
};

/**
 * Services of AWS on this machine's loopback, which speak their wire protocols to the unmodified SDK.
 * `create` makes them; what they run is ended by `close`.
 */
export async function startStandIn(...create: readonly CreateService[]): Promise<StandIn> {
  const core = createCore();
  const services = create.map((each) => each(core));
  const faults = createFaults(core.now);
  const calls: Call[] = [];
  const record = createCallRecord(core);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  // A connection that is closed just as it is used again looks like a call that was lost.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const toClients = () =>
    createClients({
      region,
      credentials: async () => ({ accessKeyId: 'stand-in', secretAccessKey: 'stand-in' }),
      endpoint: url,
    });

  return {
    url,
    core,
    faults,
    calls,
    countOf: (operation) => calls.filter((each) => each.operation === operation).length,
    clients: toClients(),
    async close() {
      for (const { close } of services) await close?.();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      record.close();
    },
  };

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(message);
    const found = findOperation(services, message);
    if (found === undefined) {
      send(response, 404, { __type: 'UnknownOperationException', message: `${message.url}` }, undefined);
      return;
    }
    const { service, operation } = found;
    const act = service.operations[operation];
    const path = message.url ?? '';
    const request: Readonly<Record<string, unknown>> = body === '' ? {} : JSON.parse(body);
    const fault = act && faults.take(operation);
    const note = (status: number | undefined, given: unknown) => {
      const call: Call = { service: service.name, operation, request, status, answer: given };
      calls.push(call);
      record.call(call, fault?.kind);
    };
    if (act === undefined) {
      const unknown = { __type: 'UnknownOperationException', message: operation };
      note(400, unknown);
      send(response, 400, unknown, 'UnknownOperationException');
      return;
    }
    switch (fault?.kind) {
      case 'hang':
        note(undefined, undefined);
        return;
      case 'act late':
        note(undefined, undefined);
        response.destroy();
        await sleep(fault.afterMs);
        await perform(act, request, { path, isSecond: false });
        return;
      case 'drop answer':
        await perform(act, request, { path, isSecond: false });
        note(undefined, undefined);
        response.destroy();
        return;
    }
    const given = await toAnswer(act);
    note(given.status, given.body);
    send(response, given.status, given.body, given.code, given.headers);

    async function toAnswer(act: Operation): Promise<Given> {
      if (fault?.kind === 'refuse') return toError(fault.error);
      if (fault?.kind === 'answer') return { status: 200, body: fault.body, code: undefined };
      if (fault?.kind === 'act twice') await perform(act, request, { path, isSecond: false });
      return perform(act, request, { path, isSecond: fault?.kind === 'act twice' });
    }
  }
}

type Given = {
  readonly status: number;
  readonly body: unknown;
  readonly code: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
};

async function perform(
  act: Operation,
  request: Readonly<Record<string, unknown>>,
  context: OperationContext,
): Promise<Given> {
  try {
    const given = await act(request, context);
    return { status: 200, code: undefined, ...(given instanceof Answer ? given : { body: given }) };
  } catch (error) {
    if (error instanceof ServiceError) return toError(error);
    throw error;
  }
}

function toError({ code, message, status, fields }: ServiceError): Given {
  return { status, body: { __type: code, message, ...fields }, code };
}

function findOperation(services: readonly Service[], message: IncomingMessage) {
  const [prefix, operation] = String(message.headers['x-amz-target'] ?? '').split('.');
  for (const service of services) {
    if (operation !== undefined && service.targetPrefix === prefix) return { service, operation };
    const path = Object.entries(service.paths ?? {}).find(([, each]) =>
      typeof each === 'string' ? each === message.url : each.test(message.url ?? ''),
    );
    if (path !== undefined) return { service, operation: path[0] };
  }
  return undefined;
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  code: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/x-amz-json-1.1',
    ...(code === undefined ? {} : { 'x-amzn-errortype': code }),
  });
  response.end(JSON.stringify(body));
}
