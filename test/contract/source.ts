import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../shared/events/json.ts';
import { EventParseError, type Invocation, type Source } from '../../shared/sources/source.ts';

export const invocation: Invocation = {
  requestId: '6f0e2b1c-9d3a-4c55-8a77-0c1d2e3f4a5b',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:media-trigger',
};

/** What every source owes the handlers; `payloads` are valid ones, by name. */
export function testSource(source: Source, payloads: { readonly [name: string]: unknown }): void {
  describe(`the source ${source.name}`, () => {
    describe.each(Object.entries(payloads))('given %s', (_name, payload) => {
      it('gives the same ids each time', () => {
        expect(idsOf(source, payload)).toEqual(idsOf(source, structuredClone(payload)));
      });

      it('does not change the payload, and passes it on; only our own marker is taken off', () => {
        const before = structuredClone(payload);
        const delivery = source.parse(deepFreeze(payload), invocation);
        expect(payload).toEqual(before);
        expect(delivery.payload).toEqual(isMarked(before) ? before.event : before);
      });

      it('gives one record for each that came, with an id of its own', () => {
        const { records } = source.parse(payload, invocation);
        expect(new Set(records.map(({ recordId }) => recordId)).size).toBe(records.length);
        const came = isRecords(payload) ? payload.Records.length : undefined;
        expect(records.length).toBe(came ?? records.length);
      });

      it('tells of each record what became of it, and of no other', () => {
        const delivery = source.parse(payload, invocation);
        for (const position of delivery.records.keys()) {
          const error = new Error('the ledger is down');
          const routed = { dispatched: [], unrecorded: [{ job: 'a', records: [position], error }] };
          const answer = () => source.answer(delivery, routed);
          expect(isSuccess(answer), `record ${position} is not acknowledged`).toBe(false);
        }
        const run = { job: 'a', runId: 'r', status: 'queued', outcome: 'accepted' } as const;
        expect(isSuccess(() => source.answer(delivery, { dispatched: [run], unrecorded: [] }))).toBe(true);
      });

      it('gives valid CloudEvents that survive JSON', () => {
        const { records, time, sourceArn } = source.parse(payload, invocation);
        expect(sourceArn).toMatch(/^arn:/);
        expect(new Date(time).toISOString()).toBe(time);
        for (const record of records) {
          if ('error' in record) throw new Error(record.error);
          for (const event of record.events) {
            expect(event).toMatchObject({
              specversion: '1.0',
              id: expect.stringMatching(/./),
              source: expect.stringMatching(/^arn:/),
              type: expect.stringMatching(/./),
              datacontenttype: 'application/json',
            });
            expect(new Date(event.time).toISOString()).toBe(event.time);
            expect(JSON.parse(JSON.stringify(event))).toEqual(event);
          }
        }
      });

      it('refuses the same payload with a part of it swapped for junk, or takes it; nothing else', () => {
        const paths = pathsIn(payload);
        fc.assert(
          fc.property(fc.constantFrom(...paths), junk(), (path, value) => {
            parseOrRefuse(source, replaced(payload, path, value));
          }),
          { numRuns: 300 },
        );
      });
    });

    it('refuses junk with an EventParseError that names the source', () => {
      fc.assert(
        fc.property(junk(), (value) => {
          const error = parseOrRefuse(source, value);
          expect(error?.source).toBe(source.name);
          expect(error?.message).toMatch(new RegExp(`^${source.name}: .`));
        }),
        { numRuns: 300 },
      );
    });
  });
}

/** The refusal, if it was one. Any other error is thrown. */
function parseOrRefuse(source: Source, payload: unknown): EventParseError | undefined {
  try {
    source.parse(payload, invocation);
    return undefined;
  } catch (error) {
    if (error instanceof EventParseError) return error;
    throw error;
  }
}

function idsOf(source: Source, payload: unknown) {
  const { id, sourceArn, records, claimed } = source.parse(payload, invocation);
  const events = records.flatMap((record) => ('events' in record ? record.events : []));
  return {
    id,
    sourceArn,
    claimed,
    recordIds: records.map(({ recordId }) => recordId),
    eventIds: events.map((event) => [event.source, event.id]),
  };
}

/** Whether whoever sent the payload would take the answer for a success of all of it. */
function isSuccess(answer: () => unknown): boolean {
  try {
    const given: unknown = answer();
    if (!isObject(given)) return true;
    if (Array.isArray(given['batchItemFailures'])) return given['batchItemFailures'].length === 0;
    return typeof given['statusCode'] !== 'number' || given['statusCode'] < 400;
  } catch {
    return false;
  }
}

function isMarked(payload: unknown): payload is { readonly event: unknown } {
  return isObject(payload) && isObject(payload['signalbox']) && payload['event'] !== undefined;
}

function isRecords(payload: unknown): payload is { readonly Records: readonly unknown[] } {
  return isObject(payload) && Array.isArray(payload['Records']);
}

function junk(): fc.Arbitrary<unknown> {
  const deep = fc
    .integer({ min: 1, max: 20_000 })
    .map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)));
  return fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud800', JSON.parse('{"__proto__":{"toString":1}}'), Number.MAX_VALUE, ''),
    deep,
  );
}

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, found]) => pathsIn(found, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function replaced(value: unknown, [key, ...rest]: Path, junk: unknown): unknown {
  if (key === undefined) return junk;
  if (Array.isArray(value))
    return value.map((item, at) => (`${at}` === `${key}` ? replaced(item, rest, junk) : item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, found]) => [
    name,
    name === key ? replaced(found, rest, junk) : found,
  ]);
  return Object.fromEntries(entries);
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
