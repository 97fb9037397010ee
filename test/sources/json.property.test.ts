import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventBus } from '../../shared/sources/event-bus.ts';
import { manual } from '../../shared/sources/manual.ts';
import { schedule } from '../../shared/sources/schedule.ts';
import type { Source } from '../../shared/sources/source.ts';
import { invocation } from '../contract/source.ts';

const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

/** As it comes out of JSON, so that -0 is 0. */
const json = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)));
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const seconds = fc.integer({ min: 0, max: 4_102_444_800 });

/** The data of the one record, written down and read again. */
function dataOf(source: Source, payload: unknown): unknown {
  const [record] = source.parse(JSON.parse(JSON.stringify(payload)), invocation).records;
  if (record === undefined || 'error' in record) throw new Error('it was not read');
  return JSON.parse(JSON.stringify(record.events[0]?.data));
}

describe('what JSON says comes out of its source as it went in', () => {
  it('as an event of a bus, with our marker and without', () => {
    fc.assert(
      fc.property(
        json,
        text,
        text,
        fc.array(text),
        fc.boolean(),
        (detail, name, type, resources, isMarked) => {
          const event = {
            version: '0',
            id: '17793124-05d4-b198-2fde-7ededc63b103',
            'detail-type': type,
            source: name,
            account: '123456789012',
            time: '2026-11-20T10:00:00Z',
            region: 'eu-west-1',
            resources,
            detail,
          };
          // Only these two are ticks.
          fc.pre(type !== 'Scheduled Event');
          const payload = isMarked ? { signalbox: { rule: 'a-12345678' }, event } : event;
          expect(dataOf(eventBus, payload)).toEqual({
            source: name,
            detailType: type,
            account: '123456789012',
            region: 'eu-west-1',
            resources,
            detail,
          });
        },
      ),
      { numRuns },
    );
  });

  it('as the time of a schedule', () => {
    fc.assert(
      fc.property(seconds, fc.boolean(), (at, hasZone) => {
        const utc = new Date(at * 1000).toISOString();
        const scheduledTime = hasZone ? utc.replace('.000Z', '+00:00') : utc.replace('.000Z', 'Z');
        const data = dataOf(schedule, { signalbox: { rule: 'a-12345678', scheduledTime } });
        expect(data).toEqual({ scheduledTime: utc, input: null });
      }),
      { numRuns },
    );
  });

  it('as the input of a run that is started by hand', () => {
    fc.assert(
      fc.property(json, (input) => {
        expect(dataOf(manual, { job: 'a', input })).toEqual({ input });
      }),
      { numRuns },
    );
  });
});
