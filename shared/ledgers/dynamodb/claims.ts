import type { Claim, NamedClaim, PlaceClaim } from '../../events/claim.ts';
import { inParallel } from '../../in-parallel.ts';
import { LedgerError } from '../../runs/ledger.ts';
import type { EpochMs, Run } from '../../runs/run.ts';
import { toClaimKey, toShardPartition } from './keys.ts';
import { claimAlone, claimTogether, type Holders, placeHolders } from './places.ts';
import { createShard, heldIn, toExpires } from './shard.ts';
import type { Store } from './store.ts';

/** A claim, by its position, that is not the run's; `runId` has it. */
export type Held = { readonly position: number; readonly runId: string };

export type Claims = {
  /** Claims what is free for the run, and gives the rest, by position. Claiming again finds the same. */
  claim(run: Run, claims: readonly Claim[]): Promise<readonly Held[]>;
  /** The runs that have these claims now. */
  holders(run: Run, claims: readonly Claim[]): Promise<readonly string[]>;
};

export function createClaims(store: Store, now: () => EpochMs): Claims {
  async function readName(job: string, id: string): Promise<string | undefined> {
    const item = await store.get(toClaimKey(job, id));
    const held = item && heldIn(item);
    return held && held.until > now() ? held.runId : undefined;
  }

  /** Gives the run that has it then. */
  async function claimName(run: Run, { id, seconds }: NamedClaim): Promise<string> {
    const at = now();
    const until = at + seconds * 1000;
    const isWon = await store.put(
      {
        ...toClaimKey(run.job, id),
        heldBy: { S: run.id },
        heldUntil: { N: String(until) },
        expires: { N: toExpires(until) },
      },
      {
        // A claim whose time is over is free; the run's own was won by whoever was accepting the run before.
        that: 'attribute_not_exists(pk) OR heldUntil <= :now OR heldBy = :me',
        values: { ':now': { N: String(at) }, ':me': { S: run.id } },
      },
    );
    if (isWon) return run.id;
    const holder = await readName(run.job, id);
    if (holder === undefined) {
      throw new LedgerError('a claim ended while it was read', { reason: 'unavailable' });
    }
    return holder;
  }

  const shardOf = (run: Run, shard: string) => createShard(store, toShardPartition(run.job, shard));

  async function claimPlaces(run: Run, shard: string, places: readonly PlaceClaim[]): Promise<Holders> {
    const opened = shardOf(run, shard);
    const { alone = [], together = [] } = Object.groupBy(places, ({ isAlone }) =>
      isAlone ? 'alone' : 'together',
    );
    return new Map([
      ...(alone.length > 0 ? await claimAlone(opened, run.id, alone, now()) : []),
      ...(together.length > 0 ? await claimTogether(opened, run.id, together, now()) : []),
    ]);
  }

  return {
    async claim(run, claims) {
      const { names, byShard, positions } = sortOut(claims);
      const nameHolders = await inParallel(names, (claim) => claimName(run, claim));
      const holders = new Map(names.map((claim, index) => [nameOf(claim), nameHolders[index] ?? '']));
      for (const [shard, places] of byShard) {
        const held = await claimPlaces(run, shard, places);
        for (const place of places) holders.set(nameOf(place), held.get(place.sequenceNumber) ?? '');
      }
      return claims.flatMap((claim, position) => {
        const runId = holders.get(nameOf(claim)) ?? '';
        const isFirst = positions.get(nameOf(claim)) === position;
        return runId === run.id && isFirst ? [] : [{ position, runId }];
      });
    },

    async holders(run, claims) {
      const { names, byShard } = sortOut(claims);
      const found = [...(await inParallel(names, ({ id }) => readName(run.job, id)))];
      for (const [shard, places] of byShard) {
        const wanted = places.map(({ sequenceNumber }) => sequenceNumber);
        found.push(...(await placeHolders(shardOf(run, shard), wanted, now())).values());
      }
      return [...new Set(found.filter((runId) => runId !== undefined))];
    },
  };
}

/** Each claim once, by kind, and where it is first. */
function sortOut(claims: readonly Claim[]) {
  const positions = new Map<string, number>();
  const once = claims.filter((claim, position) => {
    const name = nameOf(claim);
    if (positions.has(name)) return false;
    positions.set(name, position);
    return true;
  });
  const names = once.filter((claim) => 'id' in claim);
  const byShard = Map.groupBy(
    once.filter((claim) => 'shard' in claim),
    ({ shard }) => shard,
  );
  return { names, byShard, positions };
}

function nameOf(claim: Claim): string {
  return 'id' in claim ? `id ${claim.id}` : `place ${claim.shard} ${claim.sequenceNumber}`;
}
