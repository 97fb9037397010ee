import { describe, expect, it } from 'vitest';
import { PatternError, parsePattern } from '../../../shared/jobs/pattern/parse-pattern.ts';
import { problemsOf } from './sentences.ts';

const list = 'expected a list of what it may be, such as [created]';
const names =
  'expected one of prefix, suffix, equals-ignore-case, anything-but, numeric, cidr, exists, wildcard';
const numbers = 'expected a number from -5000000000 to 5000000000 with at most 6 decimals';
const comparison = 'expected ["=", 5], ["<", 5] or a range such as [">", 0, "<=", 5]';
const range = 'expected a range of addresses such as 10.0.0.0/24 or 2001:db8::/32';

describe('parsePattern', () => {
  it.each([
    [null, 'nothing'],
    [undefined, 'nothing'],
    ['text', '"text"'],
    [[], 'an empty list'],
    [[{ a: [1] }], 'a list'],
    [new Date(), 'an empty mapping'],
  ])('refuses what is no mapping: %j', (raw, found) => {
    expect(problemsOf(raw)).toEqual([
      `: found ${found}, expected a mapping such as { source: [acme.orders] }`,
    ]);
  });

  it.each([{ a: [Number.NaN] }, { a: [1n] }, { a: [undefined] }, { a: [() => 1] }, toNested(300)])(
    'refuses what is not JSON, or too deep',
    (raw) => {
      expect(problemsOf(raw)).toEqual([
        `: found something that JSON can't hold or that has more than 256 levels, expected plain data`,
      ]);
    },
  );

  it.each<readonly [unknown, string]>([
    [{}, ': found an empty mapping, expected fields and what they may be'],
    [{ a: {} }, 'a: found an empty mapping, expected fields and what they may be'],
    [{ a: [] }, `a: found an empty list, ${list}`],
    [{ a: 'x' }, `a: found "x", ${list}`],
    [{ a: null }, `a: found nothing, ${list}`],
    [{ a: { b: 7 } }, `a/b: found 7, ${list}`],
    [{ a: { prefix: 'x' } }, `a/prefix: found "x", ${list}`],
    [{ a: [['x']] }, 'a/0: found a list, expected a value or a condition such as { prefix: img- }'],
    [{ a: ['x', {}] }, `a/1: found an empty mapping, ${names}`],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, `a/0: found 2 conditions in one mapping, ${names}`],
    [{ a: [{ exactly: 'x' }] }, `a/0/exactly: no condition has this name, ${names}`],
    [{ a: [JSON.parse('{ "__proto__": 1 }')] }, `a/0/__proto__: no condition has this name, ${names}`],
    [{ a: [{ constructor: 'x' }] }, `a/0/constructor: no condition has this name, ${names}`],
    [
      { a: [2 ** 53] },
      'a/0: found 9007199254740992, expected a number with at most 15 digits before the point',
    ],
    [{ a: [{ prefix: 7 }] }, 'a/0/prefix: found 7, expected text'],
    [{ a: [{ suffix: ['x', 'y'] }] }, 'a/0/suffix: found a list, expected text'],
    [
      { a: [{ prefix: {} }] },
      'a/0/prefix: found an empty mapping, expected text or { equals-ignore-case: … }',
    ],
    [
      { a: [{ prefix: { suffix: 'x' } }] },
      'a/0/prefix: found a mapping, expected text or { equals-ignore-case: … }',
    ],
    [
      { a: [{ suffix: { 'equals-ignore-case': 7 } }] },
      'a/0/suffix/equals-ignore-case: found 7, expected text',
    ],
    [{ a: [{ 'equals-ignore-case': null }] }, 'a/0/equals-ignore-case: found nothing, expected text'],
    [{ a: [{ wildcard: true }] }, 'a/0/wildcard: found true, expected text'],
    [{ a: [{ wildcard: 'a**b' }] }, 'a/0/wildcard: found "a**b", expected no two * side by side'],
    [{ a: [{ wildcard: 'a\\b' }] }, 'a/0/wildcard: found "a\\\\b", expected \\ only before * or another \\'],
    [{ a: [{ wildcard: 'a\\' }] }, 'a/0/wildcard: found "a\\\\", expected \\ only before * or another \\'],
    [{ a: [{ exists: 'no' }] }, 'a/0/exists: found "no", expected true or false'],
    [{ a: [{ exists: null }] }, 'a/0/exists: found nothing, expected true or false'],
    [{ a: [{ cidr: 7 }] }, `a/0/cidr: found 7, ${range}`],
    ...[
      '10.0.0.0',
      '10.0.0.0/',
      '10.0.0.0/32',
      '10.0.0/24',
      '10.0.0.256/8',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '::/128',
      ':::/8',
      'fe80::1%x/64',
      '::ffff:10.0.0.0/104',
      'x/8',
    ].map((text): readonly [unknown, string] => [
      { a: [{ cidr: text }] },
      `a/0/cidr: found "${text}", ${range}`,
    ]),
    [{ a: [{ numeric: 5 }] }, `a/0/numeric: found 5, ${comparison}`],
    [{ a: [{ numeric: [] }] }, `a/0/numeric: found an empty list, ${comparison}`],
    [{ a: [{ numeric: [5, '<'] }] }, `a/0/numeric: found [5, "<"], ${comparison}`],
    [{ a: [{ numeric: ['=='] }] }, `a/0/numeric: found ["=="], ${comparison}`],
    [{ a: [{ numeric: ['!=', 5] }] }, `a/0/numeric: found ["!=", 5], ${comparison}`],
    [{ a: [{ numeric: ['toString', 5] }] }, `a/0/numeric: found ["toString", 5], ${comparison}`],
    [{ a: [{ numeric: ['<', 5, '>', 0] }] }, `a/0/numeric: found ["<", 5, ">", 0], ${comparison}`],
    [{ a: [{ numeric: ['>', 0, '>', 5] }] }, `a/0/numeric: found [">", 0, ">", 5], ${comparison}`],
    [{ a: [{ numeric: ['>', 0, 5] }] }, `a/0/numeric: found [">", 0, 5], ${comparison}`],
    [
      { a: [{ numeric: ['>', 0, '<', 5, '<', 9] }] },
      `a/0/numeric: found [">", 0, "<", 5, "<", 9], ${comparison}`,
    ],
    [{ a: [{ numeric: ['>', 5, '<', 5] }] }, 'a/0/numeric/3: found 5, expected more than 5'],
    [{ a: [{ numeric: ['=', '5'] }] }, `a/0/numeric/1: found "5", ${numbers}`],
    [{ a: [{ numeric: ['<', 5_000_000_001] }] }, `a/0/numeric/1: found 5000000001, ${numbers}`],
    [{ a: [{ numeric: ['>', 0, '<', 0.0000001] }] }, `a/0/numeric/3: found 1e-7, ${numbers}`],
    [
      { a: [{ 'anything-but': null }] },
      'a/0/anything-but: found nothing, expected texts or numbers, one or a list',
    ],
    [
      { a: [{ 'anything-but': [] }] },
      'a/0/anything-but: found an empty list, expected texts or numbers, one or a list',
    ],
    [
      { a: [{ 'anything-but': [true] }] },
      'a/0/anything-but: found true, expected texts or numbers, one or a list',
    ],
    [
      { a: [{ 'anything-but': ['x', 7] }] },
      'a/0/anything-but: found a list of several types, expected texts or numbers, one or a list',
    ],
    [{ a: [{ 'anything-but': [7, 6e9] }] }, `a/0/anything-but/1: found 6000000000, ${numbers}`],
    [
      { a: [{ 'anything-but': {} }] },
      'a/0/anything-but: found an empty mapping, expected a value or one of prefix, suffix, equals-ignore-case, wildcard',
    ],
    [
      { a: [{ 'anything-but': { numeric: ['=', 5] } }] },
      'a/0/anything-but: found a mapping, expected a value or one of prefix, suffix, equals-ignore-case, wildcard',
    ],
    [
      { a: [{ 'anything-but': { prefix: '' } }] },
      'a/0/anything-but/prefix: found empty text, expected at least one character',
    ],
    [
      { a: [{ 'anything-but': { suffix: [] } }] },
      'a/0/anything-but/suffix: found an empty list, expected at least one text',
    ],
    [{ a: [{ 'anything-but': { suffix: ['x', 7] } }] }, 'a/0/anything-but/suffix/1: found 7, expected text'],
    [
      { a: [{ 'anything-but': { wildcard: ['**'] } }] },
      'a/0/anything-but/wildcard/0: found "**", expected no two * side by side',
    ],
    [
      { a: [{ prefix: { 'equals-ignore-case': 'x' } }], token: 'hush' },
      `token: found a value (not shown), ${list}`,
    ],
  ])('refuses %j', (raw, problem) => {
    expect(problemsOf(raw)).toEqual([problem]);
  });

  it.each<readonly [unknown, string]>([
    [{ $or: { a: [1] } }, '$or: found a mapping, expected a list of at least 2 patterns'],
    [{ $or: [] }, '$or: found an empty list, expected a list of at least 2 patterns'],
    [{ $or: [{ a: [1] }] }, '$or: found a list with one entry, expected a list of at least 2 patterns'],
    [{ $or: ['a', { a: [1] }] }, '$or/0: found "a", expected a pattern such as { state: [created] }'],
    [{ $or: [{ a: [1] }, {}] }, '$or/1: found an empty mapping, expected fields and what they may be'],
    [
      { $or: [{ a: [1] }, { b: { prefix: ['x'] } }] },
      '$or/1/b/prefix: this name means a condition inside $or, expected the name of a field',
    ],
    [
      { a: [1], $or: [{ a: [2] }, { b: [3] }] },
      '$or/0/a: found the field a second time, inside $or and beside it; AWS takes only the last, expected one',
    ],
    [
      {
        $or: [{ a: [1] }, { b: [1] }],
        detail: { $or: [{ a: [1] }, { a: [2], $or: [{ a: [3] }, { c: [1] }] }] },
      },
      'detail/$or/1/$or/0/a: found the field a second time, inside $or and beside it; AWS takes only the last, expected one',
    ],
  ])('refuses %j', (raw, problem) => {
    expect(problemsOf(raw)).toEqual([problem]);
  });

  it('says everything that is wrong at once', () => {
    const raw = {
      source: 'a',
      detail: { b: [{ prefx: 'x' }, { exists: 1 }], $or: [{ c: [{ numeric: ['<', '1'] }] }, { d: [] }] },
    };

    expect(problemsOf(raw)).toEqual([
      `source: found "a", ${list}`,
      `detail/b/0/prefx: no condition has this name, ${names}`,
      'detail/b/1/exists: found 1, expected true or false',
      `detail/$or/0/c/0/numeric/1: found "1", ${numbers}`,
      `detail/$or/1/d: found an empty list, ${list}`,
    ]);
    expect(() => parsePattern(raw, 'events')).toThrow(PatternError);
    expect(() => parsePattern({ detail: { 'a b': [{ exists: 1 }] }, c: 7 }, 'events')).toThrow(
      `detail."a b"[0].exists: found 1, expected true or false; c: found 7, ${list}`,
    );
  });

  it('takes the longest pattern and the most combinations that AWS takes', () => {
    const ofLength = (length: number) => ({ a: ['x'.repeat(length - '{"a":[""]}'.length)] });
    const either = (count: number) => Array.from({ length: count }, (_, index) => ({ [`x${index}`]: [1] }));

    expect(problemsOf(ofLength(4096), 'mapping')).toEqual([]);
    expect(problemsOf(ofLength(4097), 'mapping')).toEqual([
      ': found 4097 characters of JSON, expected at most 4096',
    ]);
    expect(problemsOf({ a: { $or: either(10) }, b: { $or: either(10) }, c: { $or: either(10) } })).toEqual(
      [],
    );
    expect(problemsOf({ a: { $or: either(10) }, b: { $or: either(10) }, c: { $or: either(11) } })).toEqual([
      ': found 1100 combinations, as the lengths of all $or multiply, expected at most 1000',
    ]);
  });
});

describe('parsePattern, of an SNS filter policy', () => {
  const snsNames = 'expected one of prefix, suffix, equals-ignore-case, anything-but, numeric, cidr, exists';

  it.each<readonly [unknown, string]>([
    [{ a: { b: ['x'] } }, `a: found a mapping, ${list}`],
    [{ $or: [{ a: { b: ['x'] } }, { c: ['x'] }] }, `$or/0/a: found a mapping, ${list}`],
    [{ a: [{ wildcard: 'x*' }] }, `a/0/wildcard: no condition has this name, ${snsNames}`],
    [{ a: [{ prefix: { 'equals-ignore-case': 'x' } }] }, 'a/0/prefix: found a mapping, expected text'],
    [
      { a: [{ 'anything-but': { suffix: 'x' } }] },
      'a/0/anything-but: found a mapping, expected a value or one of prefix',
    ],
    [
      { a: [{ 'anything-but': { prefix: ['x', 'y'] } }] },
      'a/0/anything-but/prefix: found a list, expected text',
    ],
    [
      { a: [{ numeric: ['<', 1_000_000_001] }] },
      'a/0/numeric/1: found 1000000001, expected a number from -1000000000 to 1000000000 with at most 5 decimals',
    ],
    [
      { a: [{ numeric: ['<', 0.000001] }] },
      'a/0/numeric/1: found 0.000001, expected a number from -1000000000 to 1000000000 with at most 5 decimals',
    ],
    [{ a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }, ': found 6 names, expected at most 5'],
    [{ a: range0(15), b: range0(11) }, ': found 165 combinations of values, expected at most 150'],
    [
      { a: range0(10), $or: [{ b: range0(8) }, { c: range0(8) }] },
      ': found 160 combinations of values, expected at most 150',
    ],
    [{ a: ['x'.repeat(262_144)] }, ': found 262154 bytes of JSON, expected at most 262144'],
  ])('refuses %j', (raw, problem) => {
    expect(problemsOf(raw, 'sns')).toEqual([problem]);
  });

  it('takes what SNS takes', () => {
    expect(problemsOf({ a: range0(15), $or: [{ b: range0(4) }, { c: range0(6) }] }, 'sns')).toEqual([]);
    expect(problemsOf({ a: ['x'.repeat(200_000)], b: [null, true, 7] }, 'sns')).toEqual([]);
  });
});

function range0(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

function toNested(depth: number): unknown {
  let nested: unknown = ['x'];
  for (let level = 0; level < depth; level += 1) nested = { a: nested };
  return nested;
}
