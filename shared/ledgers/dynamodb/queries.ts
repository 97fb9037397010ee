import { inParallel } from '../../in-parallel.ts';
import type { Due, DueQuery } from '../../runs/ledger.ts';
import type { EpochMs } from '../../runs/run.ts';
import { alphabet, shards, toRunPartition, toSortableTime } from './keys.ts';
import { type Item, isExpired, type Store, take, textIn } from './store.ts';

/** Reads of ids over all shards, merged. The index may lag behind what was saved a moment ago. */
export function createQueries(store: Store, now: () => EpochMs) {
  async function dueIn({ of, after = -1, now: until, limit }: DueQuery): Promise<readonly string[]> {
    if (after >= until) return [];
    const perShard = await inParallel(shards, (shard) =>
      take(
        store.query({
          index: 'by-due',
          where: {
            // A time alone sorts before the keys that begin with it, and is none.
            that: 'duePk = :pk AND dueSk BETWEEN :first AND :end',
            values: {
              ':pk': { S: `${of}#${shard}` },
              ':first': { S: toSortableTime(after + 1) },
              ':end': { S: toSortableTime(until + 1) },
            },
          },
          pageSize: limit,
        }),
        limit,
      ),
    );
    return perShard
      .flat()
      .map((item) => textIn(item, 'dueSk') ?? '')
      .sort()
      .slice(0, limit);
  }

  return {
    async due(query: DueQuery): Promise<readonly Due[]> {
      return (await dueIn(query)).map(toDue);
    },

    async nextDue(of: DueQuery['of']): Promise<EpochMs | undefined> {
      const [first] = await dueIn({ of, now: Number.MAX_SAFE_INTEGER, limit: 1 });
      return first === undefined ? undefined : toDue(first).at;
    },

    async find(prefix: string, limit: number): Promise<readonly string[]> {
      if (!/^[0-9a-z]{0,26}$/.test(prefix)) return [];
      const partitions = prefix === '' ? [...alphabet] : [prefix];
      const found = await inParallel(partitions, (start) =>
        take(idsIn(toRunPartition(start), prefix, limit), limit),
      );
      return found.flat().slice(0, limit);
    },
  };

  async function* idsIn(
    partition: string,
    prefix: string,
    limit: number,
  ): AsyncGenerator<string, void, undefined> {
    const items = store.query({
      where: {
        that: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        values: { ':pk': { S: partition }, ...(prefix !== '' && { ':prefix': { S: prefix } }) },
      },
      attributes: ['sk', 'expires'],
      pageSize: limit,
    });
    for await (const item of items) if (!isOver(item)) yield textIn(item, 'sk') ?? '';
  }

  function isOver(item: Item): boolean {
    return isExpired(item, now());
  }
}

/** Of a key `<time>#<seq>#<run id>`. */
function toDue(sortKey: string): Due {
  const [time, , id = ''] = sortKey.split('#');
  return { id, at: Number(time) };
}
