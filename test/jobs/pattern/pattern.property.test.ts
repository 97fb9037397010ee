import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../shared/events/trigger-event.ts';
import { findMismatch, toSentence } from '../../../shared/jobs/pattern/match-pattern.ts';
import { PatternError, parsePattern } from '../../../shared/jobs/pattern/parse-pattern.ts';
import type { Dialect, Pattern } from '../../../shared/jobs/pattern/pattern.ts';
import { hasBoth, hasRepeated, matchesFlat, type SmallCondition, type SmallPattern } from './flat-matcher.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

const dialect = fc.constantFrom<Dialect>('events', 'mapping', 'sns');
const names = fc.constantFrom('a', 'b', 'detail', 'a.b', '$or', '__proto__', 'constructor', 'length', '');

/** Parsed, or `undefined` when it's refused as it should be; anything else fails the test. */
function parseOrRefuse(raw: unknown, of: Dialect): Pattern | undefined {
  try {
    return parsePattern(raw, of);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { path, problem } of error.problems) {
      expect(path.every((step) => typeof step === 'string' || typeof step === 'number')).toBe(true);
      expect(problem).toMatch(/^(found|no condition|this name) .*expected /);
      expect(problem.length).toBeLessThan(400);
    }
    return undefined;
  }
}

/** What looks like a pattern, and is one now and then. */
const patternLike = fc.letrec((tie) => ({
  mapping: fc.dictionary(names, tie('part'), { maxKeys: 3 }),
  part: fc.oneof(
    { depthSize: 'small' },
    tie('conditions'),
    tie('mapping'),
    fc.array(tie('mapping'), { maxLength: 3 }),
    fc.jsonValue(),
  ),
  conditions: fc.array(fc.oneof(fc.constantFrom('x', 7, null, true, ''), tie('condition')), { maxLength: 3 }),
  condition: fc.dictionary(
    fc.constantFrom(
      'prefix',
      'suffix',
      'equals-ignore-case',
      'anything-but',
      'numeric',
      'cidr',
      'exists',
      'wildcard',
      'exactly',
    ),
    fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(
        'x',
        'a*b',
        '**',
        '10.0.0.0/8',
        true,
        false,
        7,
        ['>', 1],
        ['>', 1, '<', 9],
        ['x', 'y'],
        [1, 2],
        [],
      ),
      tie('condition'),
    ),
    { minKeys: 1, maxKeys: 2 },
  ),
}));

/** What is one, unless it's for SNS. */
const rightPattern = fc.letrec((tie) => ({
  mapping: fc.dictionary(
    fc.constantFrom('a', 'b', '__proto__'),
    fc.oneof({ depthSize: 'small' }, tie('conditions'), tie('mapping')),
    {
      minKeys: 1,
      maxKeys: 2,
    },
  ),
  conditions: fc.array(
    fc.constantFrom<unknown>(
      ...[
        'x',
        7,
        null,
        true,
        { prefix: 'x' },
        { suffix: '' },
        { 'equals-ignore-case': 'X' },
        { exists: true },
        { exists: false },
      ],
      ...[{ numeric: ['>', 1] }, { cidr: '10.0.0.0/8' }, { 'anything-but': ['x'] }, { wildcard: 'x*' }],
    ),
    { minLength: 1, maxLength: 3 },
  ),
}));

const json: fc.Arbitrary<Json> = fc.letrec<{ json: Json; list: Json; object: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>('x', '', 7, null, true, 1e300, '10.0.0.1', '\ud800'),
    fc.string(),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('json'), { maxLength: 4 }),
  object: fc.dictionary(names, tie('json'), { maxKeys: 4 }),
})).json;

describe('parsePattern, with anything', () => {
  it('parses it or says what is wrong', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue(), patternLike.mapping, json), dialect, (raw, of) => {
        parseOrRefuse(raw, of);
      }),
      { numRuns },
    );
  });
});

describe('findMismatch, with any pattern and any event', () => {
  const given = fc.tuple(fc.oneof(patternLike.mapping, rightPattern.mapping), dialect, json);

  /** What came of it. */
  function look([raw, of, event]: [unknown, Dialect, Json]): 'refused' | 'match' | 'mismatch' {
    const pattern = parseOrRefuse(raw, of);
    if (pattern === undefined) return 'refused';
    const mismatch = findMismatch(pattern, event);
    if (mismatch === undefined) return 'match';
    const sentence = toSentence(mismatch);
    expect(sentence).toMatch(/^the event is |^the message has | (is|has) /);
    expect(sentence.length).toBeLessThan(8000);
    return 'mismatch';
  }

  it('says that it matches, or why it does not', () => {
    fc.assert(
      fc.property(given, (one) => void look(one)),
      { numRuns },
    );
  });

  it('meets patterns that are refused, that match and that do not', () => {
    const seen = new Set(fc.sample(given, { numRuns: 1000, seed: 7 }).map(look));

    expect([...seen].sort()).toEqual(['match', 'mismatch', 'refused']);
  });
});

describe('a pattern made of the values of an event', () => {
  const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ž', '__proto__', 'a.b'), json, {
    minKeys: 1,
    maxKeys: 4,
  });

  it('matches it', () => {
    fc.assert(
      fc.property(objects, fc.nat({ max: 3 }), (event, at) => {
        const raw = toOwnPattern(event, at);
        fc.pre(raw !== undefined && JSON.stringify(raw).length <= 4096);
        expect(findMismatch(parsePattern(raw, 'mapping'), event)).toBeUndefined();
      }),
      { numRuns },
    );
  });
});

describe('findMismatch, compared with trying every choice of values', () => {
  const value = fc.constantFrom<Json>('x', 'xy', 1, 2, null);
  const event = fc.letrec<{ part: Json; object: { [name: string]: Json } }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      value,
      fc.array(tie('part'), { maxLength: 3 }),
      tie('object'),
      fc.array(tie('object'), { maxLength: 3 }),
    ),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'a-'), tie('part'), { minKeys: 1, maxKeys: 3 }),
  })).object;
  const condition = fc.constantFrom<SmallCondition>(
    'x',
    'xy',
    1,
    null,
    { prefix: 'x' },
    { exists: true },
    { exists: false },
    { 'anything-but': 'x' },
    { numeric: ['>', 1] },
  );
  const pattern = fc.letrec<{ mapping: SmallPattern; plain: SmallPattern; or: SmallPattern }>((tie) => {
    const conditions = fc.array(condition, { minLength: 1, maxLength: 4 });
    const part = fc.oneof({ depthSize: 'small', maxDepth: 3 }, conditions, tie('mapping'));
    const plain = fc.dictionary(fc.constantFrom('a', 'b', 'a-'), part, { minKeys: 1, maxKeys: 3 });
    const choice = plain.filter((mapping) => 'a' in mapping || 'b' in mapping);
    return {
      mapping: fc.oneof({ depthSize: 'small', maxDepth: 3 }, tie('plain'), tie('plain'), tie('or')),
      plain,
      or: fc
        .tuple(fc.option(plain, { nil: {} }), fc.array(choice, { minLength: 2, maxLength: 3 }))
        .map(([beside, choices]) => ({ ...beside, $or: choices })),
    };
  }).mapping;

  const given = fc.tuple(pattern, event).filter(([raw]) => !hasRepeated(raw) && !hasBoth(raw));

  it('finds one exactly when no choice fits', () => {
    fc.assert(
      fc.property(given, ([raw, one]) => {
        const mismatch = findMismatch(parsePattern(raw, 'events'), one);
        expect(mismatch === undefined).toBe(matchesFlat(raw, one));
      }),
      { numRuns },
    );
  });

  it('meets enough of both', () => {
    const matching = fc
      .sample(given, { numRuns: 500, seed: 7 })
      .filter(([raw, one]) => matchesFlat(raw, one));

    expect(matching.length).toBeGreaterThan(50);
    expect(matching.length).toBeLessThan(450);
  });
});

/** Of each list one item, the same one everywhere it's possible; `undefined` when nothing in it can be asked for. */
function toOwnPattern(value: Json, at: number): unknown {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? undefined : [value];
  }
  if (Array.isArray(value)) {
    const parts = value.map((item: Json) => toOwnPattern(item, at)).filter((part) => part !== undefined);
    return parts[at % Math.max(1, parts.length)];
  }
  const entries = Object.entries(value).flatMap(([name, part]) => {
    const own = name === '$or' ? undefined : toOwnPattern(part, at);
    return own === undefined ? [] : [[name, own] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
