import { describe, expect, it } from 'vitest';
import { createStoredLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import type { Item, Store } from '../../shared/ledgers/dynamodb/store.ts';
import { createFolderPayloadStore } from '../../shared/payloads/folder.ts';
import { testLedger } from '../contract/ledger.ts';
import { createClock } from '../support/clock.ts';
import { makeFolder } from '../support/folder.ts';
import { createTable, type Table } from './table.ts';

/** The table as a store that is always there, and whose indexes follow at once. */
function toStore(table: Table): Store {
  return {
    get: async (key) => table.get(key),
    put: async (item, condition) => table.put(item, condition),
    update: async (key, expression, condition) => table.update(key, expression, condition),
    remove: async (key, condition) => table.remove(key, condition),
    async *query(query) {
      yield* table.query(query);
    },
    getAll: async (keys) => keys.map((key) => table.get(key)).filter((item) => item !== undefined),
  };
}

testLedger('in the table of the simulation', (now) => {
  const table = createTable(
    now,
    () => 0,
    () => {},
  );
  return createStoredLedger({
    store: toStore(table),
    payloads: createFolderPayloadStore(makeFolder()),
    now,
  });
});

describe('the table of the simulation', () => {
  const clock = createClock();
  const open = (lagMs = 0) =>
    createTable(
      clock.now,
      () => lagMs,
      () => {},
    );
  const item = (pk: string, more: Item = {}): Item => ({ pk: { S: pk }, sk: { S: 'a' }, ...more });

  it('refuses an expression that it does not know', () => {
    const condition = { that: 'contains(pk, :part)', values: { ':part': { S: 'x' } } };
    expect(() => open().put(item('x'), condition)).toThrow(`doesn't know the expression`);
  });

  it('refuses values that an expression does not mention, and mentions that have no value', () => {
    const unused = { that: 'attribute_exists(pk)', values: { ':part': { S: 'x' } } };
    expect(() => open().put(item('x'), unused)).toThrow('are not those of');
    expect(() => open().put(item('x'), { that: 'pk = :part' })).toThrow('are not those of');
  });

  it('refuses an item of more than 400 KB', () => {
    expect(() => open().put(item('x', { event: { S: 'x'.repeat(409_601) } }))).toThrow('Item size');
  });

  it('shows a change in an index only when it has followed', () => {
    const table = open(1000);
    const keys = { statusPk: { S: 'queued#1' }, statusSk: { S: '1' } };
    const query = {
      index: 'by-status',
      where: { that: 'statusPk = :pk', values: { ':pk': { S: 'queued#1' } } },
    };
    table.put(item('run', keys));
    expect(table.query(query)).toEqual([]);
    clock.pass(1);
    expect(table.query(query)).toEqual([item('run', keys)]);
    table.remove({ pk: { S: 'run' }, sk: { S: 'a' } }, { that: 'attribute_exists(pk)' });
    expect(table.query(query)).toHaveLength(1);
    clock.pass(1);
    expect(table.query(query)).toEqual([]);
  });
});
