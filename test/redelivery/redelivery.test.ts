import { describe, expect, it } from 'vitest';
import { parseJson } from '../../shared/events/json.ts';
import { createSqliteLedger } from '../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../shared/ledgers/sqlite-schema.ts';
import { toContext } from '../../shared/local/server/invoke-api.ts';
import { createRouter } from '../../shared/router/router.ts';
import { createTrigger } from '../../shared/router/trigger.ts';
import { createEngine } from '../../shared/runs/engine.ts';
import type { Ledger } from '../../shared/runs/ledger.ts';
import { recognise } from '../../shared/sources/recognise.ts';
import { sources } from '../../shared/sources/sources.ts';
import { createRouterWorld } from '../router/world.ts';
import { start } from '../support/draft.ts';
import { atEnd } from '../support/folder.ts';
import { type Deliveries, deliveries } from './deliveries.ts';

/** In which batches records come, and come again. */
const courses: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'each one twice': [
    [1, 2, 3],
    [1, 2, 3],
  ],
  reordered: [
    [1, 2, 3],
    [3, 1, 2],
  ],
  split: [
    [1, 2, 3, 4],
    [1, 2],
    [3, 4],
  ],
  merged: [[1, 2], [3], [1, 2, 3]],
  'partly overlapping': [
    [1, 2, 3],
    [2, 3, 4],
    [4, 5, 1],
  ],
  'retried from the middle, then from before it': [
    [1, 2, 3, 4, 5],
    [3, 4, 5],
    [2, 3],
    [1, 2, 3, 4, 5],
  ],
};

/** What goes wrong with the nth run that is recorded. */
const accidents = {
  'nothing goes wrong': undefined,
  'the ledger fails before it stored the run': { acts: false, dies: false },
  'the ledger fails although it stored the run': { acts: true, dies: false },
  'the router dies before the run was stored': { acts: false, dies: true },
  'the router dies after the run was stored': { acts: true, dies: true },
} as const;

type Accident = (typeof accidents)[keyof typeof accidents];

const jobKinds = {
  'one run for a delivery': { batching: 'delivery', eventFormat: 'normalized' },
  'one run for each record': { batching: 'record', eventFormat: 'normalized' },
  'one run for a delivery, native': { batching: 'delivery', eventFormat: 'native' },
} as const;

/** Which recorded run the accident befalls: each in `test:crash`, the first and another one otherwise. */
const accidentsAt =
  process.env['CRASH_TABLE_ROWS'] === undefined
    ? [1, 2 + (Number(process.env['FC_SEED'] ?? Date.now()) % 5)]
    : [1, 2, 3, 4, 5, 6];

describe.each(deliveries)('records of $source', (delivered) => {
  describe.each(Object.entries(courses))('%s', (_name, batches) => {
    it.each(Object.entries(accidents))(
      'start each job once and none is lost, when %s',
      async (_what, accident) => {
        const nths = accident === undefined ? [0] : accidentsAt;
        for (const nth of nths) {
          const { started, expected } = await deliver(delivered, batches, nth, accident);
          for (const [job, records] of started) {
            expect(records.toSorted(), `${job}, accident ${nth}`).toEqual(expected);
          }
          expect(started.size).toBe(delivered.isForOneJob ? 1 : 3);
        }
      },
    );
  });
});

async function deliver(
  { type, properties, toPayload, isRebatched, isForOneJob, toRequestId }: Deliveries,
  batches: readonly (readonly number[])[],
  nth: number,
  accident: Accident,
) {
  // A delivery of log lines is one compressed piece: a native run has all of it, and it always comes as it was.
  const isOnePiece = type === 'cloudwatch-log';
  const several = Object.fromEntries(
    Object.values(jobKinds).map(({ batching, eventFormat }) => [
      `${eventFormat}-${batching}`,
      {
        eventFormat: isOnePiece ? 'normalized' : eventFormat,
        events: [{ type, properties: { ...properties, ...(type !== 'event-bus' && { batching }) } }],
      },
    ]),
  );
  const world = createRouterWorld(isForOneJob ? { only: { events: [{ type, properties }] } } : several);
  const ruleId = world.parts.jobs[0]?.events[0]?.id ?? '';
  atEnd(world.remove);
  const database = openDatabase(':memory:');
  atEnd(() => database.close());
  const ledger = createSqliteLedger(database, () => start);
  const fragile = withAccident(ledger, nth, accident);
  const whole = isRebatched ? batches : batches.flatMap((batch) => batch.map((number) => [number]));
  for (const batch of whole) {
    let left: readonly number[] = batch;
    for (let tries = 0; left.length > 0; tries++) {
      if (tries > 20) throw new Error('it is never acknowledged');
      left = await invoke(fragile.next(), left);
    }
  }
  const started = new Map<string, string[]>();
  for (const { id, job, lostRecords } of (await ledger.list({ limit: 1000 })).runs) {
    const event = parseJson((await ledger.loadEvent(id)) ?? '');
    const records = recordsIn(event).filter((_, position) => !lostRecords.includes(position));
    const names = records.map(toName);
    started.set(job, [...(started.get(job) ?? []), ...names]);
  }
  const numbers = [...new Set(batches.flat())].sort();
  return { started, expected: numbers.map((number) => `record-${number}`) };

  /** What was not acknowledged, and comes again. */
  async function invoke(through: Ledger, numbers: readonly number[]): Promise<readonly number[]> {
    const engine = createEngine({
      ledger: through,
      targets: {},
      payloads: world.parts.payloads,
      announcers: { bus: { announce: async () => {} } },
      waker: { wake: async () => {} },
      now: () => start,
      warn: () => {},
    });
    const router = createRouter({ ...world.parts, engine, ledger: through });
    const payload = toPayload(numbers, ruleId);
    const recognised = recognise(payload);
    if ('refused' in recognised) throw new Error(recognised.refused);
    const log = { routed: () => {}, refused: () => {} };
    const trigger = createTrigger(sources[recognised.source], router, log);
    const death = fragile.death.then(() => 'dead' as const);
    const context = toContext(recognised.source, toRequestId?.(numbers) ?? `request-${Math.random()}`);
    const answer = await Promise.race([trigger(payload, context).catch(() => 'thrown' as const), death]);
    if (answer === 'thrown' || answer === 'dead') return numbers;
    return unacknowledged(payload, numbers, answer);
  }
}

/** As Lambda takes the answer: a queue's failures, or a shard from its checkpoint on. */
function unacknowledged(payload: unknown, numbers: readonly number[], answer: unknown): readonly number[] {
  const text = JSON.stringify(answer);
  // Its client sends a request again.
  if (/"statusCode":[45]\d\d/.test(text)) return numbers;
  const failed = [...text.matchAll(/"itemIdentifier":"([^"]+)"/g)].map(([, id]) => id);
  if (failed.length === 0) return [];
  const records = JSON.parse(JSON.stringify(payload)).Records as readonly unknown[];
  const has = (position: number) =>
    failed.some((id) => JSON.stringify(records[position]).includes(`"${id}"`));
  const isShard = !text.includes('059f36b4');
  const from = numbers.findIndex((_, position) => has(position));
  return numbers.filter((_, position) => (isShard ? position >= from : has(position)));
}

/** `record-3`; of a tick, by its minute. */
function toName(record: unknown): string {
  const text = JSON.stringify(record);
  const minute = /"scheduledTime":"2026-11-20T10:0(\d)/.exec(text)?.[1];
  return /record-\d/.exec(text)?.[0] ?? `record-${minute}`;
}

function recordsIn(event: unknown): readonly unknown[] {
  if (typeof event !== 'object' || event === null) return [];
  if ('records' in event && Array.isArray(event.records)) return event.records;
  if ('Records' in event && Array.isArray(event.Records)) return event.Records;
  return [event];
}

/** The ledger as each new router finds it; one thing goes wrong in all, and a dead router hears nothing more. */
function withAccident(ledger: Ledger, nth: number, accident: Accident) {
  let asked = 0;
  let death = Promise.withResolvers<void>();
  return {
    get death() {
      return death.promise;
    },
    next(): Ledger {
      death = Promise.withResolvers<void>();
      let isDead = false;
      const mine = death;
      return {
        ...ledger,
        async accept(...told) {
          asked += 1;
          if (accident === undefined || asked !== nth) {
            return isDead ? new Promise<never>(() => {}) : ledger.accept(...told);
          }
          if (accident.acts) await ledger.accept(...told);
          if (!accident.dies) throw new Error('it went wrong');
          isDead = true;
          mine.resolve();
          return new Promise<never>(() => {});
        },
      };
    },
  };
}
