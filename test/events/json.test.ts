import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJson, isObject, parseJson } from '../../shared/events/json.ts';

describe('parseJson', () => {
  it('gives the JSON in a text, or nothing', () => {
    expect(parseJson('{"a":[1,"x",null]}')).toEqual({ a: [1, 'x', null] });
    expect(parseJson('null')).toBeNull();
    expect(parseJson('')).toBeUndefined();
    expect(parseJson('{a:1}')).toBeUndefined();
  });

  it('gives nothing for JSON nested deeper than 256 levels', () => {
    expect(parseJson('['.repeat(256) + ']'.repeat(256))).toBeDefined();
    expect(parseJson('['.repeat(257) + ']'.repeat(257))).toBeUndefined();
    expect(parseJson(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).toBeUndefined();
  });
});

describe('isJson', () => {
  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['undefined in a list', [undefined]],
    ['a list with a hole', new Array(1)],
    ['undefined in an object', { a: undefined }],
  ])('is false for %s', (_name, value) => {
    expect(isJson(value)).toBe(false);
  });

  it('is true for all that JSON can say', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => isJson(value)));
  });
});

describe('isObject', () => {
  it('is true for plain objects only', () => {
    expect([{}, Object.create(null)].map(isObject)).toEqual([true, true]);
    expect([null, [], 'x', new Date(0), new Map()].map(isObject)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
