import { describe, expect, it } from 'vitest';
import { settle } from '../../shared/runs/due.ts';
import { type DueQuery, type Ledger, PlaceError } from '../../shared/runs/ledger.ts';
import type { EpochMs, Run, RunStatus } from '../../shared/runs/run.ts';
import { createClock } from '../support/clock.ts';
import { runId, start, toDraft, toRun, toRunId } from '../support/draft.ts';

export type OpenLedger = (now: () => EpochMs) => Ledger | Promise<Ledger>;

const monthSeconds = 2_592_000;

/** What every ledger owes the engine. `open` gives an empty one each time. */
export function testLedger(name: string, open: OpenLedger): void {
  const clock = createClock();
  const opened = () => open(clock.now);
  const keep = (run: Run) => run;
  const queue = (run: Run, lostRecords: readonly number[]): Run =>
    settle({ ...run, status: 'queued', lostRecords, next: { attempt: 1, start: 1, at: start } }, start);
  const claimed = (...ids: string[]) => ({ claims: ids.map((id) => ({ id, seconds: monthSeconds })) });

  /** A run in some status with some date, accepted as it is. */
  async function put(ledger: Ledger, change: Partial<Run>): Promise<Run> {
    const accepted = await ledger.accept(toDraft(change), keep);
    if (accepted.outcome !== 'accepted') throw new Error(`run ${change.id} is there already`);
    return accepted.run;
  }

  describe(`the ledger ${name}`, () => {
    describe('accepting a run', () => {
      it('stores it as it was settled, with its event', async () => {
        const ledger = await opened();
        const draft = toDraft({}, { event: '{"id":"event-1"}' });
        const accepted = await ledger.accept(draft, queue);
        expect(accepted).toEqual({ outcome: 'accepted', run: queue(draft.run, []) });
        expect(await ledger.load(runId)).toEqual(queue(draft.run, []));
        expect(await ledger.loadEvent(runId)).toBe('{"id":"event-1"}');
      });

      it('is a duplicate when its id is known, and changes nothing then', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({}, { event: '1' }), queue);
        const again = await ledger.accept(toDraft({ eventId: 'event-2' }, { event: '2' }), queue);
        expect(again).toEqual({ outcome: 'duplicate', run: queue(toRun(), []) });
        expect(await ledger.loadEvent(runId)).toBe('1');
      });

      it('is a duplicate that shows how far the run has come', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft(), queue);
        const run = await ledger.load(runId);
        if (run) await ledger.save({ ...run, status: 'running' });
        expect(await ledger.accept(toDraft(), queue)).toMatchObject({
          outcome: 'duplicate',
          run: { status: 'running', revision: 1 },
        });
      });

      it('stores nothing when settling it throws', async () => {
        const ledger = await opened();
        const draft = toDraft({}, claimed('a'));
        await expect(
          ledger.accept(draft, () => {
            throw new Error('no');
          }),
        ).rejects.toThrow('no');
        expect(await ledger.load(runId)).toBeUndefined();
        expect(await ledger.loadEvent(runId)).toBeUndefined();
        expect(await ledger.accept(draft, queue)).toMatchObject({
          outcome: 'accepted',
          run: { lostRecords: [] },
        });
      });

      it('stores one of many that come at once', async () => {
        const ledger = await opened();
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, () => ledger.accept(toDraft({}, claimed('a', 'b')), queue)),
        );
        expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
        expect(outcomes.map(({ run }) => run?.id)).toEqual(Array.from({ length: 10 }, () => runId));
      });

      it('keeps events of a megabyte, and every character', async () => {
        const ledger = await opened();
        const event = JSON.stringify({ text: `${'é🚀\u2028"\\'.repeat(90_000)}\ud83d`, nul: 'a\0b' });
        expect(Buffer.byteLength(event)).toBeGreaterThan(1_000_000);
        await ledger.accept(
          toDraft({ job: 'word-index', eventId: "o'clock; -- größe-🚀" }, { event }),
          queue,
        );
        expect(await ledger.loadEvent(runId)).toBe(event);
        expect(await ledger.load(runId)).toMatchObject({
          job: 'word-index',
          eventId: "o'clock; -- größe-🚀",
        });
      });
    });

    describe('claims', () => {
      it('tell a run which of its records belong to another', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1) }, claimed('a', 'c')), queue);
        const second = await ledger.accept(toDraft({ id: toRunId(2) }, claimed('a', 'b', 'c', 'd')), queue);
        expect(second).toMatchObject({ outcome: 'accepted', run: { lostRecords: [0, 2] } });
        const third = await ledger.accept(toDraft({ id: toRunId(3) }, claimed('e', 'd')), queue);
        expect(third).toMatchObject({ outcome: 'accepted', run: { lostRecords: [1] } });
      });

      it('make a run that wins none a duplicate of the one that has them, and nothing of it is stored', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1) }, claimed('a', 'b', 'c')), queue);
        const again = await ledger.accept(toDraft({ id: toRunId(2) }, claimed('b', 'c')), queue);
        expect(again).toMatchObject({ outcome: 'duplicate', run: { id: toRunId(1) } });
        expect(await ledger.load(toRunId(2))).toBeUndefined();
        expect(await ledger.loadEvent(toRunId(2))).toBeUndefined();
        expect((await ledger.list({ limit: 10 })).runs).toHaveLength(1);
      });

      it('are over after their seconds, and can be won again', async () => {
        const ledger = await opened();
        const brief = { claims: [{ id: 'a', seconds: 60 }] };
        await ledger.accept(toDraft({ id: toRunId(1) }, brief), queue);
        clock.pass(59);
        expect((await ledger.accept(toDraft({ id: toRunId(2) }, brief), queue)).outcome).toBe('duplicate');
        clock.pass(1);
        expect((await ledger.accept(toDraft({ id: toRunId(3) }, brief), queue)).outcome).toBe('accepted');
        expect((await ledger.accept(toDraft({ id: toRunId(4) }, brief), queue)).outcome).toBe('duplicate');
      });

      it('are of one job: another job has its own for the same records', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1), job: 'thumbnail' }, claimed('a')), queue);
        const other = await ledger.accept(toDraft({ id: toRunId(2), job: 'archive' }, claimed('a')), queue);
        expect(other).toMatchObject({ outcome: 'accepted', run: { lostRecords: [] } });
      });

      it('give each record once, also when one delivery brings it twice', async () => {
        const ledger = await opened();
        const accepted = await ledger.accept(toDraft({}, claimed('a', 'b', 'a')), queue);
        expect(accepted).toMatchObject({ outcome: 'accepted', run: { lostRecords: [2] } });
      });

      it('share records out among runs that come at once, each to one run', async () => {
        const ledger = await opened();
        const outcomes = await Promise.all(
          [
            ['a', 'b'],
            ['b', 'c'],
            ['c', 'a'],
          ].map((ids, index) => ledger.accept(toDraft({ id: toRunId(index) }, claimed(...ids)), queue)),
        );
        // One that was slower may have been accepted by another that ran into its claims.
        const accepted = outcomes.flatMap(({ outcome, run, recovered = [] }) => [
          ...recovered,
          ...(outcome === 'accepted' && run ? [run] : []),
        ]);
        expect(new Set(accepted.map(({ id }) => id)).size).toBe(accepted.length);
        const won = accepted.map(({ lostRecords }) => 2 - lostRecords.length);
        expect(won.reduce((sum, count) => sum + count, 0)).toBe(3);
      });
    });

    describe('claims of places in a shard', () => {
      const stream = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
      const places = (shard: string, isAlone: boolean, ...sequenceNumbers: string[]) => ({
        claims: sequenceNumbers.map((sequenceNumber) => ({
          shard: `${stream}/${shard}`,
          sequenceNumber,
          isAlone,
          seconds: monthSeconds,
        })),
      });
      const range = (...numbers: string[]) => places('shardId-0', false, ...numbers);
      const alone = (...numbers: string[]) => places('shardId-0', true, ...numbers);

      it('hold everything from the first to the last, so that a bisected or longer delivery is trimmed', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1) }, range('7', '9', '12')), queue);
        const longer = await ledger.accept(toDraft({ id: toRunId(2) }, range('9', '12', '13', '20')), queue);
        expect(longer).toMatchObject({ outcome: 'accepted', run: { lostRecords: [0, 1] } });
        const half = await ledger.accept(toDraft({ id: toRunId(3) }, range('7', '9')), queue);
        expect(half).toMatchObject({ outcome: 'duplicate', run: { id: toRunId(1) } });
        const before = await ledger.accept(toDraft({ id: toRunId(4) }, range('5', '6', '7')), queue);
        expect(before).toMatchObject({ outcome: 'accepted', run: { lostRecords: [2] } });
      });

      it('compare numbers of any length as numbers', async () => {
        const ledger = await opened();
        const big = '49590338271490256608559692538361571095921575989136588898';
        await ledger.accept(toDraft({ id: toRunId(1) }, range('9', '100')), queue);
        const among = await ledger.accept(toDraft({ id: toRunId(2) }, range('8', '10', '99', big)), queue);
        expect(among).toMatchObject({ outcome: 'accepted', run: { lostRecords: [1, 2] } });
        const again = await ledger.accept(toDraft({ id: toRunId(3) }, range(big)), queue);
        expect(again).toMatchObject({ outcome: 'duplicate', run: { id: toRunId(2) } });
      });

      it('are of one shard and one job', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1), job: 'count' }, range('1', '9')), queue);
        const drafts = [
          toDraft({ id: toRunId(2), job: 'count' }, places('shardId-1', false, '5')),
          toDraft({ id: toRunId(3), job: 'archive' }, range('5')),
        ];
        for (const draft of drafts) {
          expect(await ledger.accept(draft, queue)).toMatchObject({
            outcome: 'accepted',
            run: { lostRecords: [] },
          });
        }
      });

      it('hold nothing between them when they are claimed alone', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1) }, alone('1', '9')), queue);
        const between = await ledger.accept(toDraft({ id: toRunId(2) }, alone('1', '5', '9')), queue);
        expect(between).toMatchObject({ outcome: 'accepted', run: { lostRecords: [0, 2] } });
      });

      it('know each other, claimed alone or not: a deploy that changes the one for the other doubles nothing', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1) }, range('1', '5')), queue);
        const then = await ledger.accept(toDraft({ id: toRunId(2) }, alone('3', '6')), queue);
        expect(then).toMatchObject({ outcome: 'accepted', run: { lostRecords: [0] } });
        const back = await ledger.accept(toDraft({ id: toRunId(3) }, range('4', '6', '7')), queue);
        expect(back).toMatchObject({ outcome: 'accepted', run: { lostRecords: [0, 1] } });
      });

      it('give each place once, also when one delivery brings it twice', async () => {
        const ledger = await opened();
        const accepted = await ledger.accept(toDraft({}, range('1', '2', '1')), queue);
        expect(accepted).toMatchObject({ outcome: 'accepted', run: { lostRecords: [2] } });
      });

      it('are over after their seconds', async () => {
        const ledger = await opened();
        await ledger.accept(toDraft({ id: toRunId(1) }, range('1', '5')), queue);
        clock.pass(monthSeconds);
        const later = await ledger.accept(toDraft({ id: toRunId(2) }, range('1', '5')), queue);
        expect(later).toMatchObject({ outcome: 'accepted', run: { lostRecords: [] } });
      });
    });

    describe('saving a run', () => {
      it('raises its revision by one, and gives what is stored', async () => {
        const ledger = await opened();
        const run = await put(ledger, { status: 'queued' });
        const saved = await ledger.save({ ...run, status: 'running' });
        expect(saved).toEqual({ ...run, status: 'running', revision: 1 });
        expect(await ledger.load(runId)).toEqual(saved);
      });

      it('is refused when it was saved by another since it was loaded', async () => {
        const ledger = await opened();
        const run = await put(ledger, { status: 'queued' });
        await ledger.save({ ...run, status: 'running' });
        expect(await ledger.save({ ...run, status: 'cancelled' })).toBeUndefined();
        expect(await ledger.load(runId)).toMatchObject({ status: 'running', revision: 1 });
      });

      it('succeeds for one of many at once', async () => {
        const ledger = await opened();
        const run = await put(ledger, { status: 'queued' });
        const saved = await Promise.all(Array.from({ length: 10 }, () => ledger.save(run)));
        expect(saved.filter(Boolean)).toHaveLength(1);
      });

      it('is refused for a run that is not there', async () => {
        const ledger = await opened();
        expect(await ledger.save(toRun())).toBeUndefined();
        expect(await ledger.load(runId)).toBeUndefined();
      });
    });

    describe('what is not there', () => {
      it('is undefined', async () => {
        const ledger = await opened();
        expect(await ledger.load(runId)).toBeUndefined();
        expect(await ledger.loadEvent(runId)).toBeUndefined();
        expect(await ledger.nextDue('line')).toBeUndefined();
        expect(await idsDue(ledger, { now: start, limit: 10, of: 'rest' })).toEqual([]);
        expect(await ledger.list({ limit: 10 })).toEqual({ runs: [] });
        expect(await ledger.find('0', 10)).toEqual([]);
      });
    });

    describe('the runs of a job of which so many may begin in an hour', () => {
      const hour = 3_600_000;
      /** On the hour. */
      const noon = start + 2 * hour;
      const takeAll = async (ledger: Ledger, count: number, most: number, now: EpochMs) => {
        const taken: (EpochMs | undefined)[] = [];
        for (let next = 0; next < count; next++) taken.push(await ledger.takePlace('resize', most, now));
        return taken;
      };

      it('take the places of this hour, then those of the next ones, in the order in which they ask', async () => {
        const ledger = await opened();
        const taken = await takeAll(ledger, 7, 3, noon + 1000);
        expect(taken).toEqual([noon, noon, noon, noon + hour, noon + hour, noon + hour, noon + 2 * hour]);
      });

      it('take places in the hour that has begun since, when there are any', async () => {
        const ledger = await opened();
        await takeAll(ledger, 3, 2, noon);
        expect(await takeAll(ledger, 2, 2, noon + hour)).toEqual([noon + hour, noon + 2 * hour]);
        expect(await takeAll(ledger, 3, 2, noon + 9 * hour - 1)).toEqual([
          noon + 8 * hour,
          noon + 8 * hour,
          noon + 9 * hour,
        ]);
      });

      it('never have a place before one that was given earlier, also by another clock that is behind', async () => {
        const ledger = await opened();
        await takeAll(ledger, 1, 2, noon);
        expect(await takeAll(ledger, 2, 2, noon - 1)).toEqual([noon, noon + hour]);
      });

      it('are as many as may, also when that changes while some wait', async () => {
        const ledger = await opened();
        expect(await takeAll(ledger, 3, 2, noon)).toEqual([noon, noon, noon + hour]);
        expect(await takeAll(ledger, 3, 3, noon)).toEqual([noon + hour, noon + hour, noon + 2 * hour]);
        expect(await takeAll(ledger, 2, 1, noon)).toEqual([noon + 3 * hour, noon + 4 * hour]);
      });

      it('are never more than may when many ask at once, and have the first places', async () => {
        const ledger = await opened();
        await takeAll(ledger, 1, 7, noon - hour);
        const taken = await Promise.all(
          Array.from({ length: 20 }, () => ledger.takePlace('resize', 7, noon)),
        );
        const first = Array.from({ length: 7 }, () => noon);
        const second = first.map((at) => at + hour);
        expect(taken.sort()).toEqual([...first, ...second, ...second.slice(1).map((at) => at + hour)]);
      });

      it('have no place beyond seven days, and those that come then take none', async () => {
        const ledger = await opened();
        await takeAll(ledger, 1, 1, noon + 166 * hour);
        expect(await takeAll(ledger, 2, 1, noon)).toEqual([noon + 167 * hour, undefined]);
        expect(await takeAll(ledger, 2, 1, noon + hour)).toEqual([noon + 168 * hour, undefined]);
      });

      it('share no places with another job', async () => {
        const ledger = await opened();
        await takeAll(ledger, 1, 1, noon);
        expect(await ledger.takePlace('report', 1, noon)).toBe(noon);
        expect(await ledger.takePlace('resize', 1, noon)).toBe(noon + hour);
      });
    });

    describe('what is due', () => {
      const dated = (number: number, status: RunStatus, dueAt: number) => ({
        id: toRunId(number),
        status,
        dueAt,
      });

      it('comes in the order of its dates, those of one date in the order they were made', async () => {
        const ledger = await opened();
        for (const [index, [number, seconds]] of (
          [
            [7, 2],
            [5, 1],
            [3, 2],
            [9, 0],
          ] as const
        ).entries()) {
          const createdAt = start + index;
          await put(ledger, { ...dated(number, 'queued', start + seconds * 1000), createdAt });
        }
        const [first] = await ledger.due({ now: start + 2000, limit: 1, of: 'line' });
        expect(first?.at).toBe((await ledger.load(first?.id ?? ''))?.dueAt);
        const ids = await idsDue(ledger, { now: start + 2000, limit: 10, of: 'line' });
        expect(ids).toEqual([toRunId(9), toRunId(5), toRunId(7), toRunId(3)]);
      });

      it('comes when its date has come, to the millisecond, and no more of it than asked for', async () => {
        const ledger = await opened();
        await put(ledger, dated(1, 'running', start));
        await put(ledger, dated(2, 'running', start + 1));
        expect(await idsDue(ledger, { now: start - 1, limit: 10, of: 'rest' })).toEqual([]);
        expect(await idsDue(ledger, { now: start, limit: 10, of: 'rest' })).toEqual([toRunId(1)]);
        expect(await idsDue(ledger, { now: start + 1, limit: 1, of: 'rest' })).toEqual([toRunId(1)]);
        expect(await idsDue(ledger, { now: start + 1, limit: 10, of: 'rest' })).toEqual([
          toRunId(1),
          toRunId(2),
        ]);
      });

      it('comes from after a time on when that is asked for, to the millisecond, and no more than asked for', async () => {
        const ledger = await opened();
        for (const number of [1, 2, 3, 4]) await put(ledger, dated(number, 'queued', start + number));
        const idsAfter = (after: number, now: number, limit = 10) =>
          idsDue(ledger, { of: 'line', after, now, limit });
        expect(await idsAfter(start + 1, start + 3)).toEqual([2, 3].map(toRunId));
        expect(await idsAfter(start + 1, start + 3, 1)).toEqual([toRunId(2)]);
        expect(await idsAfter(start, start + 10)).toEqual([1, 2, 3, 4].map(toRunId));
        expect(await idsAfter(-1, start + 1)).toEqual([toRunId(1)]);
        expect(await idsAfter(start + 4, start + 10)).toEqual([]);
        expect(await idsAfter(start + 3, start + 3)).toEqual([]);
        expect(await idsAfter(start + 3, start + 1)).toEqual([]);
        expect(await idsDue(ledger, { of: 'rest', after: start, now: start + 10, limit: 10 })).toEqual([]);
      });

      it('is a line of those that want to start, the news of those that have ended, and the rest', async () => {
        const ledger = await opened();
        const statuses = [
          'collecting',
          'queued',
          'starting',
          'running',
          'waiting',
          'stopping',
          'succeeded',
          'failed',
        ] as const;
        for (const [index, status] of statuses.entries()) {
          await put(ledger, dated(index, status, start + index));
        }
        const now = start + 100;
        expect(await idsDue(ledger, { now, limit: 10, of: 'line' })).toEqual([1, 4].map(toRunId));
        expect(await idsDue(ledger, { now, limit: 10, of: 'rest' })).toEqual([0, 2, 3, 5].map(toRunId));
        expect(await idsDue(ledger, { now, limit: 10, of: 'news' })).toEqual([6, 7].map(toRunId));
      });

      it('is no news as long as something is to be stopped', async () => {
        const ledger = await opened();
        const stop = { kind: 'stop', key: 'stop:a', token: 'a', notBefore: start } as const;
        await put(ledger, { ...dated(1, 'failed', start), outbox: [stop] });
        expect(await idsDue(ledger, { now: start, limit: 10, of: 'rest' })).toEqual([toRunId(1)]);
      });

      it('is never a run without a date', async () => {
        const ledger = await opened();
        await put(ledger, { id: toRunId(1), status: 'succeeded' });
        expect(await idsDue(ledger, { now: start * 2, limit: 10, of: 'rest' })).toEqual([]);
        expect(await ledger.nextDue('rest')).toBeUndefined();
      });

      it('follows the run as it is saved', async () => {
        const ledger = await opened();
        const run = await put(ledger, dated(1, 'queued', start));
        const running = await ledger.save({ ...run, status: 'running', dueAt: start + 5 });
        expect(await idsDue(ledger, { now: start + 5, limit: 10, of: 'line' })).toEqual([]);
        expect(await idsDue(ledger, { now: start + 5, limit: 10, of: 'rest' })).toEqual([toRunId(1)]);
        if (running === undefined) throw new Error('it was not saved');
        const { dueAt: _, ...done } = running;
        await ledger.save({ ...done, status: 'succeeded' });
        expect(await idsDue(ledger, { now: start + 5, limit: 10, of: 'rest' })).toEqual([]);
      });

      it('has an earliest date, of each part', async () => {
        const ledger = await opened();
        await put(ledger, dated(1, 'queued', start + 9));
        await put(ledger, dated(2, 'waiting', start + 7));
        await put(ledger, dated(3, 'running', start + 8));
        await put(ledger, dated(4, 'failed', start + 6));
        expect(await ledger.nextDue('line')).toBe(start + 7);
        expect(await ledger.nextDue('rest')).toBe(start + 8);
        expect(await ledger.nextDue('news')).toBe(start + 6);
      });
    });

    describe('listing runs', () => {
      async function withTwelve() {
        const ledger = await opened();
        for (let number = 1; number <= 12; number++) {
          await put(ledger, {
            id: toRunId(number),
            job: number % 3 === 0 ? 'archive' : number % 3 === 1 ? 'thumbnail' : 'word-index',
            status: number % 2 === 0 ? 'failed' : 'running',
            createdAt: start + number * 1000,
          });
        }
        return ledger;
      }
      const idsOf = (runs: readonly Run[]) => runs.map(({ id }) => Number.parseInt(id, 36));

      it('gives the newest first', async () => {
        const ledger = await withTwelve();
        const { runs, next } = await ledger.list({ limit: 100 });
        expect(idsOf(runs)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
        expect(next).toBeUndefined();
        expect(runs[0]).toEqual(await ledger.load(toRunId(12)));
      });

      it('gives those of some jobs, in some statuses, since a time, and of all of these at once', async () => {
        const ledger = await withTwelve();
        const found = async (filter: object) => idsOf((await ledger.list({ limit: 100, ...filter })).runs);
        expect(await found({ jobs: ['archive'] })).toEqual([12, 9, 6, 3]);
        expect(await found({ jobs: ['archive', 'thumbnail'] })).toEqual([12, 10, 9, 7, 6, 4, 3, 1]);
        expect(await found({ statuses: ['failed'] })).toEqual([12, 10, 8, 6, 4, 2]);
        expect(await found({ statuses: ['failed', 'running'], since: start + 11_000 })).toEqual([12, 11]);
        expect(await found({ jobs: ['archive'], statuses: ['failed'], since: start + 7000 })).toEqual([12]);
        expect(await found({ jobs: [] })).toEqual([]);
        expect(await found({ jobs: ["archive'; DROP TABLE runs; --"] })).toEqual([]);
      });

      it('gives pages without gaps or repeats, and says when there are no more', async () => {
        const ledger = await withTwelve();
        const pages: number[][] = [];
        let after: string | undefined;
        do {
          const page = await ledger.list({
            statuses: ['failed'],
            limit: 2,
            ...(after === undefined ? {} : { after }),
          });
          pages.push(idsOf(page.runs));
          after = page.next;
        } while (after !== undefined && pages.length < 10);
        expect(pages).toEqual([
          [12, 10],
          [8, 6],
          [4, 2],
        ]);
      });

      it('refuses to go on after what no page gave', async () => {
        const ledger = await withTwelve();
        for (const after of ['', 'x', '-1', '1e3', '12 OR 1', '1'.repeat(40), '~', '12#34', '🚦']) {
          await expect(ledger.list({ limit: 3, after }), after).rejects.toBeInstanceOf(PlaceError);
        }
      });

      it('ends where the time begins that it was asked for, also when a page before went beyond', async () => {
        const ledger = await withTwelve();
        const { next = '' } = await ledger.list({ limit: 3 });
        expect(await ledger.list({ limit: 3, after: next, since: start + 11_000 })).toEqual({ runs: [] });
        expect(await ledger.list({ limit: 3, after: next, since: 8.64e15 })).toEqual({ runs: [] });
      });

      it('goes on where a page ended although runs were accepted and saved meanwhile', async () => {
        const ledger = await withTwelve();
        const first = await ledger.list({ limit: 3 });
        await put(ledger, { id: toRunId(13), createdAt: start + 13_000 });
        const old = await ledger.load(toRunId(9));
        if (old) await ledger.save({ ...old, status: 'succeeded' });
        const { runs } = await ledger.list({ limit: 3, after: first.next ?? '' });
        expect(idsOf(first.runs)).toEqual([12, 11, 10]);
        expect(idsOf(runs)).toEqual([9, 8, 7]);
      });
    });

    describe('finding ids by how they begin', () => {
      it('gives those that do, in order, and no more than asked for', async () => {
        const ledger = await opened();
        const ids = ['0b', '0a', 'zz', '1a', 'zy'].map((stem) => stem.padEnd(26, '7'));
        for (const id of ids) await put(ledger, { id });
        expect(await ledger.find('0', 10)).toEqual([ids[1], ids[0]]);
        expect(await ledger.find('0', 1)).toEqual([ids[1]]);
        expect(await ledger.find('z', 10)).toEqual([ids[4], ids[2]]);
        expect(await ledger.find(ids[3] ?? '', 10)).toEqual([ids[3]]);
      });

      it('takes a prefix as it is, whatever it holds', async () => {
        const ledger = await opened();
        await put(ledger, { id: toRunId(1) });
        for (const prefix of ['%', '_', '*', '0%', "'", '{', '\u{10ffff}', '0'.repeat(27)]) {
          expect(await ledger.find(prefix, 10), prefix).toEqual([]);
        }
        expect(await ledger.find('', 10)).toEqual([toRunId(1)]);
      });
    });
  });
}

async function idsDue(ledger: Ledger, query: DueQuery): Promise<readonly string[]> {
  return (await ledger.due(query)).map(({ id }) => id);
}
