import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { call } from '../../aws/call.ts';
import { inParallel } from '../../in-parallel.ts';
import { LedgerError } from '../../runs/ledger.ts';
import { isConditionFailed, toLedgerError } from './errors.ts';

export type Item = Readonly<Record<string, AttributeValue>>;
export type Key = { readonly pk: AttributeValue; readonly sk: AttributeValue };

/** A condition of DynamoDB's, with the values of its `:names`. */
export type Condition = { readonly that: string; readonly values?: Item };

export type Query = {
  readonly index?: string;
  readonly where: Condition;
  readonly isDescending?: boolean;
  readonly attributes?: readonly string[];
  /** Items in one answer. */
  readonly pageSize?: number;
};

/** The ledger's table. Reads are consistent, but those of an index. What fails throws LedgerError. */
export type Store = {
  get(key: Key, attributes?: readonly string[]): Promise<Item | undefined>;
  /** Writes the whole item; false when the condition does not hold. */
  put(item: Item, condition?: Condition): Promise<boolean>;
  /** Gives the item as it is then; undefined when the condition does not hold. */
  update(key: Key, expression: string, condition: Condition, gives?: 'item'): Promise<Item | undefined>;
  /** Whether it is gone by this call. */
  remove(key: Key, condition: Condition): Promise<boolean>;
  query(query: Query): AsyncGenerator<Item, void, undefined>;
  /** Those that are there, in no order. */
  getAll(keys: readonly Key[]): Promise<readonly Item[]>;
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const mostKeys = 100;
const batchTries = 8;

export function createStore(client: DynamoDBClient, table: string): Store {
  const common = { TableName: table };

  async function ask<T>(send: Parameters<typeof call<T>>[0]): Promise<T> {
    try {
      return await call(send);
    } catch (error) {
      throw isConditionFailed(error) ? error : toLedgerError(error, table);
    }
  }

  /** Undefined when the condition of a write does not hold. */
  async function tryTo<T>(send: Parameters<typeof call<T>>[0]): Promise<T | undefined> {
    try {
      return await ask(send);
    } catch (error) {
      if (isConditionFailed(error)) return undefined;
      throw error;
    }
  }

  async function getSome(keys: readonly Key[]): Promise<readonly Item[]> {
    const found: Item[] = [];
    let missing: readonly Key[] = keys;
    for (let tries = 0; tries < batchTries; tries++) {
      if (tries > 0) await sleep(Math.random() * 25 * 2 ** tries);
      const RequestItems = { [table]: { Keys: missing.map((key) => ({ ...key })), ConsistentRead: true } };
      const answer = await ask((options) => client.send(new BatchGetItemCommand({ RequestItems }), options));
      found.push(...(answer.Responses?.[table] ?? []));
      missing = (answer.UnprocessedKeys?.[table]?.Keys ?? []).flatMap(({ pk, sk }) =>
        pk && sk ? [{ pk, sk }] : [],
      );
      if (missing.length === 0) return found;
    }
    throw new LedgerError(`the ledger's table ${table} gave only a part of what was asked for`, {
      reason: 'throttled',
    });
  }

  return {
    async get(key, attributes) {
      const command = new GetItemCommand({
        ...common,
        Key: { ...key },
        ConsistentRead: true,
        ...(attributes && { ProjectionExpression: attributes.join(', ') }),
      });
      return (await ask((options) => client.send(command, options))).Item;
    },

    async put(item, condition) {
      const command = new PutItemCommand({ ...common, Item: { ...item }, ...toConditional(condition) });
      return (await tryTo((options) => client.send(command, options))) !== undefined;
    },

    async update(key, expression, condition, gives) {
      const command = new UpdateItemCommand({
        ...common,
        Key: { ...key },
        UpdateExpression: expression,
        ...toConditional(condition),
        ...(gives && { ReturnValues: 'ALL_NEW' }),
      });
      const answer = await tryTo((options) => client.send(command, options));
      return answer && (answer.Attributes ?? {});
    },

    async remove(key, condition) {
      const command = new DeleteItemCommand({ ...common, Key: { ...key }, ...toConditional(condition) });
      return (await tryTo((options) => client.send(command, options))) !== undefined;
    },

    async *query({ index, where, isDescending, attributes, pageSize }) {
      let from: Record<string, AttributeValue> | undefined;
      do {
        const command: QueryCommand = new QueryCommand({
          ...common,
          ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
          KeyConditionExpression: where.that,
          ...(where.values && { ExpressionAttributeValues: { ...where.values } }),
          ...(attributes && { ProjectionExpression: attributes.join(', ') }),
          ...(isDescending && { ScanIndexForward: false }),
          ...(pageSize !== undefined && { Limit: pageSize }),
          ...(from && { ExclusiveStartKey: from }),
        });
        const answer = await ask((options) => client.send(command, options));
        yield* answer.Items ?? [];
        from = answer.LastEvaluatedKey;
      } while (from !== undefined);
    },

    async getAll(keys) {
      const chunks = Array.from({ length: Math.ceil(keys.length / mostKeys) }, (_, chunk) =>
        keys.slice(chunk * mostKeys, (chunk + 1) * mostKeys),
      );
      return (await inParallel(chunks, getSome)).flat();
    },
  };
}

/** The first so many, and no more pages than they take. */
export async function take<T>(items: AsyncGenerator<T, void, undefined>, count: number): Promise<T[]> {
  const taken: T[] = [];
  if (count <= 0) return taken;
  for await (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

export function textIn(item: Item | undefined, name: string): string | undefined {
  return item?.[name]?.S;
}

export function numberIn(item: Item | undefined, name: string): number | undefined {
  const digits = item?.[name]?.N;
  return digits === undefined ? undefined : Number(digits);
}

/** Whether an item is over although DynamoDB has not removed it yet. `nowMs` in milliseconds. */
export function isExpired(item: Item, nowMs: number): boolean {
  const expires = numberIn(item, 'expires');
  return expires !== undefined && expires * 1000 <= nowMs;
}

function toConditional(condition: Condition | undefined) {
  if (condition === undefined) return {};
  const { that, values } = condition;
  return {
    ConditionExpression: that,
    ...(values && Object.keys(values).length > 0 && { ExpressionAttributeValues: { ...values } }),
  };
}
