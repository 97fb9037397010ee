import type { Item, Key, Query } from '../../shared/ledgers/dynamodb/store.ts';
import { tableDefinition } from '../../shared/ledgers/dynamodb/table.ts';
import type { EpochMs } from '../../shared/runs/run.ts';
import { checkValues, toChange, toTest } from './expressions.ts';

export type Table = ReturnType<typeof createTable>;

type Written = (key: string, before: Item | undefined, after: Item | undefined) => void;
type Entry = { readonly pk: string; readonly sk: string; readonly keys: Item };
type Index = {
  readonly pkName: string;
  readonly skName: string;
  /** By the item's own key. */
  readonly entries: Map<string, Entry>;
  /** How many there are in a partition: most have none. */
  readonly sizes: Map<string, number>;
};

/** Of an item. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const mostBytes = 409_600;

/** The item would be too large; DynamoDB's own words. */
export class TooLargeError extends Error {
  override readonly name = 'ValidationException';
}

/**
 * A table of DynamoDB: conditional writes of single items, consistent reads, and indexes that follow some time later,
 * each item's changes in their order. `lagMs` says how much later, for each write.
 */
export function createTable(now: () => EpochMs, lagMs: () => number, wrote: Written) {
  const partitions = new Map<string, Map<string, Item>>();
  const indexes = new Map<string, Index>(
    tableDefinition.GlobalSecondaryIndexes.map(({ IndexName, KeySchema }) => [
      IndexName,
      {
        pkName: KeySchema[0].AttributeName,
        skName: KeySchema[1].AttributeName,
        entries: new Map(),
        sizes: new Map(),
      },
    ]),
  );
  let coming: { readonly at: EpochMs; readonly key: string; readonly item: Item | undefined }[] = [];
  const seenAt = new Map<string, EpochMs>();

  const read = ({ pk, sk }: Key) => partitions.get(pk.S ?? '')?.get(sk.S ?? '');

  function write(key: Key, after: Item | undefined): void {
    const before = read(key);
    const pk = key.pk.S ?? '';
    const sk = key.sk.S ?? '';
    const partition = partitions.get(pk) ?? new Map<string, Item>();
    if (after === undefined) partition.delete(sk);
    else partition.set(sk, after);
    partitions.set(pk, partition);
    const name = `${pk} ${sk}`;
    if (isIndexed(before) || isIndexed(after)) {
      const at = Math.max(now() + lagMs(), seenAt.get(name) ?? 0);
      seenAt.set(name, at);
      coming.push({ at, key: name, item: after });
    }
    wrote(name, before, after);
  }

  function catchUp(): void {
    if (!coming.some(({ at }) => at <= now())) return;
    const due = coming.filter(({ at }) => at <= now()).sort((one, other) => one.at - other.at);
    coming = coming.filter(({ at }) => at > now());
    for (const { key, item } of due) {
      for (const index of indexes.values()) follow(index, key, item);
    }
  }

  function follow({ pkName, skName, entries, sizes }: Index, key: string, item: Item | undefined): void {
    const old = entries.get(key);
    if (old) sizes.set(old.pk, (sizes.get(old.pk) ?? 0) - 1);
    entries.delete(key);
    const { pk, sk, [pkName]: indexPk, [skName]: indexSk } = item ?? {};
    if (!pk || !sk || !indexPk?.S || !indexSk?.S) return;
    const keys = { pk, sk, [pkName]: indexPk, [skName]: indexSk };
    entries.set(key, { pk: indexPk.S, sk: indexSk.S, keys });
    sizes.set(indexPk.S, (sizes.get(indexPk.S) ?? 0) + 1);
  }

  return {
    get: read,

    put(item: Item, condition?: { readonly that: string; readonly values?: Item }): boolean {
      if (sizeOf(item) > mostBytes)
        throw new TooLargeError('Item size has exceeded the maximum allowed size');
      if (condition) checkValues(condition.that, condition.values);
      const key = keyOf(item);
      if (condition && !toTest(condition.that)(read(key) ?? {}, condition.values ?? {})) return false;
      write(key, item);
      return true;
    },

    update(
      key: Key,
      expression: string,
      condition: { readonly that: string; readonly values?: Item },
    ): Item | undefined {
      checkValues(`${expression} ${condition.that}`, condition.values);
      const before = read(key);
      if (!toTest(condition.that)(before ?? {}, condition.values ?? {})) return undefined;
      const after = toChange(expression)(before ?? { ...key }, condition.values ?? {});
      if (sizeOf(after) > mostBytes)
        throw new TooLargeError('Item size to update has exceeded the maximum allowed size');
      write(key, after);
      return after;
    },

    remove(key: Key, condition: { readonly that: string; readonly values?: Item }): boolean {
      checkValues(condition.that, condition.values);
      const before = read(key);
      if (!toTest(condition.that)(before ?? {}, condition.values ?? {})) return false;
      if (before !== undefined) write(key, undefined);
      return true;
    },

    /** All that match, in order; an index gives keys alone. */
    query({ index, where, isDescending }: Query): readonly Item[] {
      checkValues(where.that, where.values);
      const test = toTest(where.that);
      const values = where.values ?? {};
      const pk = values[':pk']?.S ?? '';
      let found: Item[];
      if (index === undefined) {
        found = [...(partitions.get(pk)?.values() ?? [])]
          .filter((item) => test(item, values))
          .sort((one, other) => compareText(one['sk']?.S, other['sk']?.S));
      } else {
        catchUp();
        const { entries, sizes } = indexOf(index);
        if (!sizes.get(pk)) return [];
        found = [...entries.values()]
          .filter((entry) => entry.pk === pk && test(entry.keys, values))
          .sort((one, other) => compareText(one.sk, other.sk))
          .map(({ keys }) => keys);
      }
      return isDescending ? found.reverse() : found;
    },

    /** Every item, by its key; what a test looks at. */
    *items(): Generator<Item> {
      for (const partition of partitions.values()) yield* partition.values();
    },
  };

  function indexOf(name: string): Index {
    const index = indexes.get(name);
    if (index === undefined) throw new Error(`the table has no index ${name}`);
    return index;
  }
}

function isIndexed(item: Item | undefined): boolean {
  return item?.['statusPk'] !== undefined;
}

function keyOf({ pk, sk }: Item): Key {
  if (pk === undefined || sk === undefined) throw new Error('the item has no key');
  return { pk, sk };
}

function compareText(one = '', other = ''): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function sizeOf(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    const text = value.S ?? value.N;
    bytes += name.length + (text === undefined ? (value.B?.byteLength ?? 0) : Buffer.byteLength(text));
  }
  return bytes;
}
