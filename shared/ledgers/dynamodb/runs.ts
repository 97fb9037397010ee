import { randomUUID } from 'node:crypto';
import { isRunId } from '../../runs/identity.ts';
import type { EpochMs, Run } from '../../runs/run.ts';
import { toRunKey } from './keys.ts';
import { fromRunItem, optionalAttributes, toRunAttributes } from './run-item.ts';
import { type Item, isExpired, type Store, textIn } from './store.ts';

/** A run, and the origin of the event item that it was accepted from. */
export type Kept = { readonly run: Run; readonly origin: string | undefined };

export type RunItems = {
  load(id: string): Promise<Kept | undefined>;
  /** True when this call put it; else what is there. Undefined in the moment between the end of one and the next. */
  put(run: Run, origin: string): Promise<true | Kept | undefined>;
  /** Undefined when its revision is another. */
  save(run: Run): Promise<Run | undefined>;
};

/**
 * Every write carries a random name. When the answer to a write is lost, the SDK asks again, and the repeated write
 * fails by the change that the first one made: then the item has that name.
 */
export function createRunItems(store: Store, historyDays: number, now: () => EpochMs): RunItems {
  async function read(id: string): Promise<Item | undefined> {
    const item = await store.get(toRunKey(id));
    return item === undefined || isExpired(item, now()) ? undefined : item;
  }

  return {
    async load(id) {
      return isRunId(id) ? toKept(await read(id)) : undefined;
    },

    async put(run, origin) {
      const writer = randomUUID();
      const isPut = await store.put(
        { ...toRunKey(run.id), origin: { S: origin }, ...toRunAttributes(run, writer, historyDays) },
        {
          that: 'attribute_not_exists(pk) OR expires <= :now',
          values: { ':now': { N: String(Math.floor(now() / 1000)) } },
        },
      );
      if (isPut) return true;
      const item = await read(run.id);
      return textIn(item, 'writer') === writer ? true : toKept(item);
    },

    async save(run) {
      const writer = randomUUID();
      const saved = { ...run, revision: run.revision + 1 };
      const { expression, values } = toUpdate(toRunAttributes(saved, writer, historyDays));
      const isSaved = await store.update(toRunKey(run.id), expression, {
        that: 'revision = :old',
        values: { ...values, ':old': { N: String(run.revision) } },
      });
      if (isSaved) return saved;
      const item = await store.get(toRunKey(run.id), ['writer']);
      return textIn(item, 'writer') === writer ? saved : undefined;
    },
  };
}

/** What isn't among the attributes of every save stays, such as the origin. */
function toUpdate(attributes: Item): { expression: string; values: Item } {
  const names = Object.keys(attributes);
  const gone = optionalAttributes.filter((name) => attributes[name] === undefined);
  const set = `SET ${names.map((name) => `${name} = :${name}`).join(', ')}`;
  return {
    expression: gone.length === 0 ? set : `${set} REMOVE ${gone.join(', ')}`,
    values: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
  };
}

function toKept(item: Item | undefined): Kept | undefined {
  const run = item && fromRunItem(item);
  return run && { run, origin: textIn(item, 'origin') };
}
