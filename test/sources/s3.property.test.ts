import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { s3 } from '../../shared/sources/s3.ts';
import { invocation } from '../contract/source.ts';
import { toChange } from '../support/aws-messages.ts';
import { objectKeys, toEncodedKey } from '../support/object-keys.ts';

/** FC_RUNS=20000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

function eventsOf(records: readonly unknown[]) {
  return s3.parse({ Records: records }, invocation).records.flatMap((record) => {
    if ('error' in record) throw new Error(record.error);
    return record.events;
  });
}

describe('the key of an object', () => {
  it('comes out as it was, whatever is in it', () => {
    fc.assert(
      fc.property(objectKeys(), (key) => {
        const [event] = eventsOf([toChange(toEncodedKey(key))]);
        expect(event?.subject).toBe(key);
        expect(event?.data['key']).toBe(key);
      }),
      { numRuns },
    );
  });

  it('may have every character of Unicode in it', () => {
    const characters = Array.from({ length: 0x110000 - 0x800 }, (_, at) =>
      String.fromCodePoint(at < 0xd800 ? at : at + 0x800),
    );
    const keys = Array.from({ length: Math.ceil(characters.length / 1000) }, (_, at) =>
      characters.slice(at * 1000, (at + 1) * 1000).join(''),
    );
    const events = eventsOf(keys.map((key) => toChange(toEncodedKey(key))));
    expect(events.map(({ subject }) => subject)).toEqual(keys);
  });
});

describe('the id of a change', () => {
  it('is the same only when bucket, key, version, sequencer and kind are', () => {
    const texts = fc.constantFrom('a', 'b', 'a,b', '"', 'null', '');
    const names = fc.record({
      bucket: texts,
      key: fc.constantFrom('a', 'b', 'a,b', '"a"', 'null'),
      versionId: fc.option(texts),
      sequencer: fc.constantFrom('a', 'b', '"', 'null'),
      eventName: fc.constantFrom('a', 'b', 'null'),
    });
    fc.assert(
      fc.property(names, names, (one, other) => {
        const [first, second] = eventsOf([one, other].map(toNamed));
        expect(first?.id === second?.id).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns },
    );
  });
});

function toNamed({
  bucket,
  key,
  versionId,
  sequencer,
  eventName,
}: {
  readonly [name: string]: string | null;
}) {
  const change = toChange(toEncodedKey(key ?? ''), { versionId, sequencer }, { eventName });
  return { ...change, s3: { ...change.s3, bucket: { name: bucket, arn: 'arn:aws:s3:::uploads' } } };
}
