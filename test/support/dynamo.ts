import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { tableDefinition } from '../../shared/ledgers/dynamodb/table.ts';
import { atEnd } from './folder.ts';

/** It has no types. https://github.com/architect/dynalite */
const dynalite: (options: { readonly createTableMs: number }) => Server = createRequire(import.meta.url)(
  'dynalite',
);

export type OpenTable = Table & { readonly endpoint: string; readonly stop: () => Promise<void> };

export type Table = { readonly client: DynamoDBClient; readonly table: string };

/**
 * A client's last call, counted from 1, as if its process died at it. `before`: it isn't sent. `after`: it is done, and
 * nobody hears of it. No later call is sent.
 */
export type Cut = { readonly call: number; readonly when: 'before' | 'after' };

export type Call = { readonly operation: string; readonly input: Readonly<Record<string, unknown>> };

/** A new table of the running test's own, in a DynamoDB in this process; all of it is gone when the test is over. */
export async function makeTable(): Promise<Table> {
  const { stop, client, table } = await openTable();
  atEnd(stop);
  return { client, table };
}

/** The same for whoever stops it. In a DynamoDB that is there already, when test/aws/main.ts has started moto. */
export async function openTable(table = `signalbox-runs-${randomUUID()}`): Promise<OpenTable> {
  const { endpoint, close } = await startDynamo();
  const client = createClient(endpoint);
  const stop = async () => {
    client.destroy();
    await close();
  };
  await client.send(new CreateTableCommand({ TableName: table, ...toRequest() }));
  for (let tries = 0; tries < 200; tries++) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (Table?.TableStatus === 'ACTIVE') return { client, table, endpoint, stop };
    await sleep(5);
  }
  throw new Error('the table does not become active');
}

/** Another client of the same DynamoDB, whose calls are kept, and may be cut off, or held up before they are sent. */
export async function watch(
  { client, table }: Table,
  { cut, hold }: { readonly cut?: Cut; readonly hold?: (call: Call) => Promise<unknown> } = {},
): Promise<Table & { readonly calls: readonly Call[] }> {
  const endpoint = await client.config.endpoint?.();
  if (endpoint === undefined) throw new Error('the client has no endpoint');
  const watched = createClient(`http://${endpoint.hostname}:${endpoint.port}`);
  atEnd(() => watched.destroy());
  const calls: Call[] = [];
  watched.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context['commandName']).replace(/Command$/, '');
      const call: Call = { operation, input: { ...args.input } };
      calls.push(call);
      const number = calls.length;
      await hold?.(call);
      if (cut === undefined || number < cut.call) return next(args);
      if (number === cut.call && cut.when === 'after') await next(args);
      throw new Error('the connection was cut');
    },
    { step: 'initialize', name: 'watch' },
  );
  return { client: watched, table, calls };
}

/**
 * A client that loses the answer to the nth call of an operation after it was done; the SDK then sends it again.
 * `meanwhile` happens in between.
 */
export async function loseAnswerOnce(
  { client, table }: Table,
  operation: string,
  nth: number,
  meanwhile?: () => Promise<unknown>,
): Promise<Table & { readonly sent: () => number }> {
  const endpoint = await client.config.endpoint?.();
  if (endpoint === undefined) throw new Error('the client has no endpoint');
  const losing = createClient(`http://${endpoint.hostname}:${endpoint.port}`);
  atEnd(() => losing.destroy());
  let sent = 0;
  losing.middlewareStack.add(
    (next, context) => async (args) => {
      if (context['commandName'] !== `${operation}Command`) return next(args);
      const number = ++sent;
      const answer = await next(args);
      if (number !== nth) return answer;
      await meanwhile?.();
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    // Nearer to the wire than what tries again.
    { step: 'finalizeRequest', priority: 'low', name: 'loseAnswer' },
  );
  return { client: losing, table, sent: () => sent };
}

/** Every item of a table. */
export async function allItems({ client, table }: Table): Promise<readonly Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ...(from && { ExclusiveStartKey: from }),
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}

async function startDynamo(): Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }> {
  const endpoint = process.env['SIGNALBOX_MOTO'];
  if (endpoint !== undefined) return { endpoint, close: async () => {} };
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 3,
  });
}

/** The SDK wants lists that it may change. */
function toRequest() {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = tableDefinition;
  return {
    AttributeDefinitions: AttributeDefinitions.map((each) => ({ ...each })),
    KeySchema: KeySchema.map((each) => ({ ...each })),
    GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ KeySchema: keys, ...index }) => ({
      ...index,
      KeySchema: keys.map((each) => ({ ...each })),
    })),
    BillingMode,
  };
}
