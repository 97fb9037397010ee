import type { DatabaseSync } from 'node:sqlite';
import type { Claim, NamedClaim, PlaceClaim } from '../events/claim.ts';
import { toRanges } from '../runs/claimed-range.ts';
import type { EpochMs, Run } from '../runs/run.ts';

/** A claim, by its position, that is not the run's; `runId` has it. */
export type Held = { readonly position: number; readonly runId: string };

export function prepareClaims(database: DatabaseSync) {
  return {
    // A claim whose time is over is free again.
    claim: database.prepare(
      `INSERT INTO claims (id, run_id, until) VALUES (?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET run_id = ?2, until = ?3 WHERE until <= ?4`,
    ),
    holder: database.prepare('SELECT run_id FROM claims WHERE id = ?'),
    // New places are beyond all others, so that this finds nothing to look through.
    rangeWith: database.prepare(
      'SELECT run_id FROM ranges WHERE shard = ?1 AND last >= ?2 AND first <= ?2 AND until > ?3 LIMIT 1',
    ),
    forget: database.prepare('DELETE FROM ranges WHERE shard = ? AND until <= ?'),
    claimRange: database.prepare(
      'INSERT OR REPLACE INTO ranges (shard, last, first, run_id, until) VALUES (?, ?, ?, ?, ?)',
    ),
  };
}

export type ClaimStatements = ReturnType<typeof prepareClaims>;

/** Claims what is free for the run, and gives the rest. */
export function claimAll(
  sql: ClaimStatements,
  run: Run,
  claims: readonly Claim[],
  now: EpochMs,
): readonly Held[] {
  const names = claims.flatMap((claim, position) => ('id' in claim ? [{ claim, position }] : []));
  const places = claims.flatMap((claim, position) => ('shard' in claim ? [{ claim, position }] : []));
  return [...claimNames(sql, run, names, now), ...claimPlaces(sql, run, places, now)];
}

type Positioned<C> = readonly { readonly claim: C; readonly position: number }[];

function claimNames(sql: ClaimStatements, run: Run, names: Positioned<NamedClaim>, now: EpochMs): Held[] {
  return names.flatMap(({ claim, position }) => {
    const id = `${run.job}/${claim.id}`;
    const { changes } = sql.claim.run(id, run.id, now + claim.seconds * 1000, now);
    return changes === 1 ? [] : [{ position, runId: toRunId(sql.holder.get(id)) }];
  });
}

function claimPlaces(sql: ClaimStatements, run: Run, places: Positioned<PlaceClaim>, now: EpochMs): Held[] {
  const held: Held[] = [];
  const won = new Map<string, PlaceClaim>();
  for (const { claim, position } of places) {
    const shard = `${run.job}/${claim.shard}`;
    const place = toSortable(claim.sequenceNumber);
    const range = sql.rangeWith.get(shard, place, now);
    const key = `${shard} ${place}`;
    if (range) held.push({ position, runId: toRunId(range) });
    else if (won.has(key)) held.push({ position, runId: run.id });
    else won.set(key, { ...claim, shard });
  }
  for (const { shard, first, last, seconds } of toRanges([...won.values()])) {
    sql.forget.run(shard, now);
    sql.claimRange.run(shard, toSortable(last), toSortable(first), run.id, now + seconds * 1000);
  }
  return held;
}

/** Digits that sort as text as their numbers do: their count comes first. */
function toSortable(digits: string): string {
  return `${String(digits.length).padStart(3, '0')}:${digits}`;
}

function toRunId(row: Readonly<Record<string, unknown>> | undefined): string {
  return String(row?.['run_id'] ?? '');
}
