import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaceClaim } from '../../events/claim.ts';
import { compareDigits } from '../../events/number.ts';
import { inParallel } from '../../in-parallel.ts';
import { LedgerError } from '../../runs/ledger.ts';
import type { EpochMs } from '../../runs/run.ts';
import { covers, type HeldRange, toExtent, toGaps } from './ranges.ts';
import { mostNewRanges, type Shard } from './shard.ts';

/**
 * Places in a stream's shard, claimed as ranges or alone, so that each place is one run's.
 *
 * The shard's head item orders everything: it has the newest ranges, and two counters. A claim of a range counts from
 * when the head that has it is written, on the condition that neither counter has changed since the head was read. A
 * place that is claimed alone has an item, put unless another run has it; it counts from when `alone` is raised, on the
 * condition that `revision`, which counts the changes to the ranges, has not changed since. So places that are claimed
 * alone don't hold each other up; their items tell them apart.
 *
 * Whoever claims reads the head first, then what that head makes known: ranges in items of their own, and places alone
 * that were committed in it. If a range is committed between the reading and the commit of a place, the place's commit
 * fails, and its claimant reads again; if a place is committed between the reading and the commit of a range, the
 * range's does. Hence the two rules of who has a place: the range that covers it, else the run in its item. A range
 * never covers a place whose item its claimant saw, so it is claimed as the gaps between what others have, and ranges
 * never overlap. An item under a range is what is left of a claim that came too late: it means nothing.
 *
 * Ranges are moved to items of their own before the head forgets them, and only after the head had them; the head keeps
 * the highest end that was moved. A place beyond everything therefore costs one read and one write, and no query.
 *
 * All of it can be done again by anybody for the same run, at any time: what the run has is found, and nothing is
 * claimed a second time. That is how an answer that was lost is made good, too.
 */
export async function claimTogether(
  shard: Shard,
  runId: string,
  claims: readonly PlaceClaim[],
  now: EpochMs,
): Promise<Holders> {
  const until = toUntil(claims, now);
  const wanted = claims.map(({ sequenceNumber }) => sequenceNumber);
  return persist(async () => {
    const { head, ranges, places, holders } = await look(shard, wanted, now);
    const won = toExtent(wanted.filter((place) => !holders.has(place)));
    if (won === undefined) return holders;
    const taken = [...ranges, ...places.map(({ place }) => ({ first: place, last: place }))];
    const gaps = toGaps(won, taken).map((gap): HeldRange => ({ ...gap, runId, until }));
    const isAll = gaps.length <= mostNewRanges;
    const isCommitted = await shard.commitRanges(head, gaps.slice(0, mostNewRanges), now);
    if (!isCommitted || !isAll) return isCommitted ? 'more' : 'again';
    return new Map(wanted.map((place) => [place, holders.get(place) ?? runId]));
  });
}

/** The same, for places that others may lie between. */
export async function claimAlone(
  shard: Shard,
  runId: string,
  claims: readonly PlaceClaim[],
  now: EpochMs,
): Promise<Holders> {
  const until = toUntil(claims, now);
  const wanted = claims.map(({ sequenceNumber }) => sequenceNumber);
  const items = new Map<string, string>();
  return persist(async () => {
    const head = await shard.readHead();
    const covered = await toCovered(shard, head, wanted, now);
    const open = wanted.filter((place) => !covered.has(place));
    const unasked = open.filter((place) => !items.has(place));
    const answers = await inParallel(unasked, (place) => putPlace(shard, { place, runId, until }, now));
    for (const [index, place] of unasked.entries()) items.set(place, answers[index] ?? '');
    const holders = new Map([...open.map((place) => [place, items.get(place) ?? ''] as const), ...covered]);
    const mine = toExtent(open.filter((place) => items.get(place) === runId));
    if (mine === undefined) return holders;
    return (await shard.commitPlaces(head, mine.last, until)) ? holders : 'again';
  });
}

/** Who has each of these places now; those that nobody has are not in it. */
export async function placeHolders(shard: Shard, wanted: readonly string[], now: EpochMs): Promise<Holders> {
  return (await look(shard, wanted, now)).holders;
}

/** Run ids, by the places they have. */
export type Holders = ReadonlyMap<string, string>;

const mostTries = 40;

/** A claim that others come before is made again, later each time. */
async function persist(work: () => Promise<Holders | 'more' | 'again'>): Promise<Holders> {
  for (let tries = 0; tries < mostTries; ) {
    const done = await work();
    if (done === 'more') continue;
    if (done !== 'again') return done;
    tries++;
    await sleep(Math.random() * Math.min(5 * tries, 100));
  }
  throw new LedgerError(`places in a shard could not be claimed: others came first ${mostTries} times`, {
    reason: 'throttled',
  });
}

async function look(shard: Shard, wanted: readonly string[], now: EpochMs) {
  const head = await shard.readHead();
  const extent = toExtent(wanted);
  const ranges = extent ? await shard.rangesIn(head, extent, now) : [];
  const places = extent ? await shard.placesIn(head, extent, now) : [];
  const alone = new Map(places.map(({ place, runId }) => [place, runId]));
  const holders = new Map<string, string>();
  for (const [place, holder] of toCoveredBy(ranges, wanted)) holders.set(place, holder);
  for (const place of wanted) {
    const holder = holders.get(place) ?? alone.get(place);
    if (holder !== undefined) holders.set(place, holder);
  }
  return { head, ranges, places, holders };
}

async function toCovered(
  shard: Shard,
  head: Awaited<ReturnType<Shard['readHead']>>,
  wanted: readonly string[],
  now: EpochMs,
): Promise<Holders> {
  const extent = toExtent(wanted);
  return toCoveredBy(extent ? await shard.rangesIn(head, extent, now) : [], wanted);
}

/** In one go over both, each sorted: ranges don't overlap. */
function toCoveredBy(ranges: readonly HeldRange[], wanted: readonly string[]): Holders {
  const sorted = [...ranges].sort((one, other) => compareDigits(one.last, other.last));
  const holders = new Map<string, string>();
  let next = 0;
  for (const place of [...wanted].sort(compareDigits)) {
    let range = sorted[next];
    while (range !== undefined && compareDigits(range.last, place) < 0) range = sorted[++next];
    if (range !== undefined && covers(range, place)) holders.set(place, range.runId);
  }
  return holders;
}

/** Gives the run that has the place's item then. */
async function putPlace(
  shard: Shard,
  wanted: { readonly place: string; readonly runId: string; readonly until: EpochMs },
  now: EpochMs,
): Promise<string> {
  if (await shard.putPlace(wanted, now)) return wanted.runId;
  const held = await shard.readPlace(wanted.place, now);
  if (held === undefined) {
    throw new LedgerError('the item of a place was removed while it was read', { reason: 'unavailable' });
  }
  return held.runId;
}

function toUntil(claims: readonly PlaceClaim[], now: EpochMs): EpochMs {
  return now + Math.max(...claims.map(({ seconds }) => seconds)) * 1000;
}
