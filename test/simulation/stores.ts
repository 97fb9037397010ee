import { hash } from 'node:crypto';
import type { Item, Store } from '../../shared/ledgers/dynamodb/store.ts';
import { PayloadError, PayloadGoneError, type PayloadStore } from '../../shared/payloads/payload-store.ts';
import { LedgerError } from '../../shared/runs/ledger.ts';
import type { Host, Kernel } from './kernel.ts';
import { type Table, TooLargeError } from './table.ts';

/** The ledger's table as one host reaches it. */
export function createTableStore(kernel: Kernel, host: Host, table: Table): Store {
  let together: { readonly at: number; readonly sent: Promise<void> } | undefined;

  const ask = <T>(what: string, effect: () => T): Promise<T> =>
    kernel.call(
      host,
      `table ${what}`,
      () => {
        try {
          return effect();
        } catch (error) {
          if (error instanceof TooLargeError)
            throw new LedgerError('the item is too large', { reason: 'too-large', cause: error });
          throw error;
        }
      },
      (reason) =>
        new LedgerError(`the table: ${reason}`, {
          reason: kernel.random.chance(0.3) ? 'throttled' : 'unavailable',
        }),
    );

  /** What is asked of an index in one go: each answer is as good as the others, so they come together. */
  function askIndex(what: string): Promise<void> {
    if (together?.at === kernel.now()) return together.sent;
    together = { at: kernel.now(), sent: ask(what, () => {}) };
    return together.sent;
  }

  return {
    get: (key, attributes) =>
      ask(`get ${key.pk.S}`, () => {
        const item = table.get(key);
        return item && attributes ? project(item, attributes) : item;
      }),
    put: (item, condition) => ask(`put ${item['pk']?.S}`, () => table.put(item, condition)),
    update: (key, expression, condition) =>
      ask(`update ${key.pk.S}`, () => table.update(key, expression, condition)),
    remove: (key, condition) => ask(`remove ${key.pk.S}`, () => table.remove(key, condition)),
    async *query(query) {
      const { index, attributes, pageSize = 1000 } = query;
      if (index !== undefined) await askIndex(`query ${index}`);
      for (let from = 0; ; from += pageSize) {
        const page =
          index !== undefined && from === 0
            ? table.query(query).slice(0, pageSize)
            : await ask(`query ${index ?? query.where.values?.[':pk']?.S}`, () =>
                table.query(query).slice(from, from + pageSize),
              );
        yield* attributes ? page.map((item) => project(item, attributes)) : page;
        if (page.length < pageSize) return;
      }
    },
    getAll: (keys) =>
      ask('get several', () => keys.map((key) => table.get(key)).filter((item) => item !== undefined)),
  };
}

function project(item: Item, attributes: readonly string[]): Item {
  const projected: Record<string, Item[string]> = {};
  for (const name of attributes) {
    const value = item[name];
    if (value !== undefined) projected[name] = value;
  }
  return projected;
}

/** Objects of a bucket as one host reaches them. */
export function createObjectStore(kernel: Kernel, host: Host, objects: Map<string, string>): PayloadStore {
  const ask = <T>(what: string, effect: () => T): Promise<T> =>
    kernel.call(host, `bucket ${what}`, effect, (reason) => new PayloadError(`the bucket: ${reason}`));
  return {
    put({ job, id }, text, format = 'json') {
      const sha256 = hash('sha256', text);
      const uri = `s3://payloads/${job}/${id}/${sha256}.${format}`;
      return ask('put', () => {
        objects.set(uri, text);
        return { uri, sha256, sizeBytes: Buffer.byteLength(text) };
      });
    },
    get: ({ uri, sha256 }) =>
      ask('get', () => {
        const text = objects.get(uri);
        if (text === undefined || hash('sha256', text) !== sha256)
          throw new PayloadGoneError(`${uri} is not there`);
        return text;
      }),
    remove: ({ uri }) => ask('remove', () => void objects.delete(uri)),
  };
}
