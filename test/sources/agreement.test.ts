import { describe, expect, it } from 'vitest';
import { isObject } from '../../shared/events/json.ts';
import { type SourceName, sourceNames } from '../../shared/events/trigger-event.ts';
import { recognise } from '../../shared/sources/recognise.ts';
import { EventParseError } from '../../shared/sources/source.ts';
import { sources } from '../../shared/sources/sources.ts';
import { invocation } from '../contract/source.ts';
import { payloads } from '../fixtures/payloads/payloads.ts';

const each = sourceNames.flatMap((source) =>
  Object.entries(payloads[source]).map(([name, payload]): readonly [SourceName, string, unknown] => [
    source,
    name,
    payload,
  ]),
);

describe.each(each)('a payload of %s, %s,', (source, _name, payload) => {
  it('is recognised as that, and no other source takes it', () => {
    expect(recognise(payload)).toEqual({ source });
    expect(takersOf(payload)).toEqual([source]);
  });

  it('is taken by no other source than the one that is recognised, with the keys of any other in it', () => {
    const wrong = each.flatMap(([ofOther, nameOfOther, other]) => {
      if (!isObject(payload) || !isObject(other)) throw new Error('all payloads are objects');
      const mixed = { ...payload, ...other };
      const takers = takersOf(mixed);
      const recognised = recognise(mixed);
      const expected = 'source' in recognised ? [recognised.source] : [];
      const isRight = takers.every((taker) => expected.includes(taker));
      return isRight ? [] : [{ ofOther, nameOfOther, takers, recognised }];
    });
    expect(wrong).toEqual([]);
  });
});

function takersOf(payload: unknown): readonly SourceName[] {
  return sourceNames.filter((name) => isTaken(name, payload));
}

function isTaken(name: SourceName, payload: unknown): boolean {
  try {
    return sources[name].parse(payload, invocation).source === name;
  } catch (error) {
    if (error instanceof EventParseError) return false;
    throw error;
  }
}
