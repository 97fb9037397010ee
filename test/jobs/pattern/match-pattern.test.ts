import { describe, expect, it } from 'vitest';
import type { Json } from '../../../shared/events/trigger-event.ts';
import { findMismatch, toSentence } from '../../../shared/jobs/pattern/match-pattern.ts';
import { parsePattern } from '../../../shared/jobs/pattern/parse-pattern.ts';
import { mismatchOf } from './sentences.ts';

const stopped = {
  source: 'acme.fleet',
  resources: ['arn:one', 'arn:two'],
  detail: { status: 'STOPPED', code: 137, tags: { team: 'blue' } },
};

describe('a pattern', () => {
  it('matches when every field has one of its values, and ignores the others', () => {
    const pattern = {
      source: ['acme.fleet', 'acme.depot'],
      detail: { status: ['STOPPED'], tags: { team: ['blue'] } },
    };

    expect(mismatchOf(pattern, stopped)).toBeUndefined();
    expect(mismatchOf({ ...pattern, source: ['acme.depot'] }, stopped)).toBe(
      'source is "acme.fleet", expected "acme.depot"',
    );
    expect(mismatchOf({ resources: ['arn:two', 'arn:three'] }, stopped)).toBeUndefined();
  });

  it('can have several conditions for a field, also that it is missing', () => {
    const pattern = { a: [{ exists: false }, 'x', { prefix: 'y' }] };

    expect(
      [{}, { a: [] }, { a: 'x' }, { a: 'yes' }, { a: ['no', 'x'] }].map((event) =>
        mismatchOf(pattern, event),
      ),
    ).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(mismatchOf(pattern, { a: 'no' })).toBe(
      'a is "no", expected it to be missing, "x" or text that starts with "y"',
    );
    expect(mismatchOf(pattern, { a: null })).toBe(
      'a is null, expected it to be missing, "x" or text that starts with "y"',
    );
  });

  it('takes no name for another: dots, prototypes and own names are what they are', () => {
    expect(mismatchOf({ 'a.b': [1] }, { a: { b: 1 } })).toBe('a.b is missing, expected 1');
    expect(mismatchOf({ a: { b: [1] } }, { 'a.b': 1 })).toBe('a.b is missing, expected 1');
    expect(mismatchOf({ constructor: { name: ['Object'] } }, {})).toBe(
      'constructor.name is missing, expected "Object"',
    );
    expect(mismatchOf({ toString: [{ exists: true }] }, {})).toBe('toString is missing, expected any value');
    expect(mismatchOf({ length: [2] }, { a: [1, 2] })).toBe('length is missing, expected 2');
    expect(mismatchOf({ a: { length: [2] } }, { a: 'xy' })).toBe('a.length is missing, expected 2');
  });

  it('reads __proto__ as any other name', () => {
    const pattern: unknown = JSON.parse('{ "__proto__": { "x": [1] } }');
    const event = (text: string): Json => JSON.parse(text);

    expect(mismatchOf(pattern, event('{ "__proto__": { "x": 1 } }'))).toBeUndefined();
    expect(mismatchOf(pattern, event('{ "x": 1 }'))).toBe('__proto__.x is missing, expected 1');
  });

  it.each([null, 7, 'text', [{ a: 1 }]])('never matches the event %j', (event) => {
    expect(mismatchOf({ a: [{ exists: false }] }, event)).toBe('the event is no object');
  });
});

describe('a list of objects', () => {
  const order = {
    items: [
      { sku: 'tea', count: 2, options: [{ name: 'bio', on: true }] },
      {
        sku: 'jam',
        count: 1,
        options: [
          { name: 'bio', on: false },
          { name: 'gift', on: true },
        ],
      },
    ],
    notes: [{ text: 'hello' }],
  };

  it('has to have all fields in one of them', () => {
    expect(mismatchOf({ items: { sku: ['jam'], count: [1] } }, order)).toBeUndefined();
    expect(mismatchOf({ items: { sku: ['tea'], count: [1] } }, order)).toBe(
      'items has no item in which count and sku all match',
    );
    expect(mismatchOf({ items: { sku: ['tea'] }, notes: { text: ['hello'] } }, order)).toBeUndefined();
  });

  it('may be inside another', () => {
    const pattern = (sku: string, name: string, on: boolean) => ({
      items: { sku: [sku], options: { name: [name], on: [on] } },
    });

    expect(mismatchOf(pattern('jam', 'gift', true), order)).toBeUndefined();
    expect(mismatchOf(pattern('jam', 'bio', false), order)).toBeUndefined();
    expect(mismatchOf(pattern('jam', 'bio', true), order)).toBe(
      'items has no item in which options.name, options.on and sku all match',
    );
    expect(mismatchOf(pattern('tea', 'gift', true), order)).toContain('items has no item');
    expect(
      mismatchOf({ items: { sku: ['jam'] } }, { items: [[{ sku: 'tea' }], [{ sku: 'jam' }]] }),
    ).toBeUndefined();
  });

  it('holds for fields that stand in different places of the pattern', () => {
    const pattern = {
      items: { sku: ['tea'] },
      $or: [{ items: { count: [1] } }, { notes: { text: ['bye'] } }],
    };

    expect(mismatchOf(pattern, order)).toBe(
      'items has no item in which count and sku all match; or else notes.text is "hello", expected "bye"',
    );
    expect(mismatchOf({ ...pattern, items: { sku: ['jam'] } }, order)).toBeUndefined();
  });

  it('may have other things beside objects', () => {
    expect(mismatchOf({ a: { b: [1] } }, { a: [7, null, [], { b: 1 }] })).toBeUndefined();
    expect(mismatchOf({ a: ['x'] }, { a: [{ b: 'x' }, 'x'] })).toBeUndefined();
    expect(mismatchOf({ a: { b: [{ exists: false }] } }, { a: 'text' })).toBeUndefined();
    expect(mismatchOf({ a: { b: [{ exists: false }] } }, { a: [] })).toBeUndefined();
  });

  it('is without a field when none of them has it', () => {
    const without = { items: { gift: [{ exists: false }] } };

    expect(mismatchOf(without, { items: [{ a: 1 }, { b: 1 }] })).toBeUndefined();
    expect(mismatchOf(without, { items: [{ a: 1 }, { gift: 1 }] })).toBe(
      'items.gift is 1, expected it to be missing',
    );
  });

  it('is looked at in the order of whole paths, where "-" comes before "."', () => {
    const event = { a: [{ 'b-': 1 }, { b: { c: 1 } }] };

    expect(mismatchOf({ a: { b: { c: [{ exists: false }] }, 'b-': [1] } }, event)).toBeUndefined();
    expect(mismatchOf({ a: { b: { c: [1] }, 'b-': [{ exists: false }] } }, event)).toBe(
      'a.b- is 1, expected it to be missing',
    );
  });

  it('is without a field when the one that a field before it settled on is without it, as in event-ruler', () => {
    const people = {
      people: [
        { first: 'Ann', age: 7 },
        { first: 'Bob', middle: 'X' },
      ],
    };

    expect(mismatchOf({ people: { first: ['Ann'], middle: [{ exists: false }] } }, people)).toBeUndefined();
    expect(mismatchOf({ people: { first: ['Bob'], middle: [{ exists: false }] } }, people)).toBe(
      'people.middle is "X", expected it to be missing',
    );
    expect(mismatchOf({ people: { age: [{ exists: false }], first: ['Bob'] } }, people)).toBe(
      'people.age is 7, expected it to be missing',
    );
    expect(mismatchOf({ people: { age: [{ exists: false }, 7], first: ['Ann'] } }, people)).toBeUndefined();
    expect(mismatchOf({ people: { age: [{ exists: false }, 7], first: ['Bob'] } }, people)).toBe(
      'people has no item in which age and first all match',
    );
  });
});

describe('$or', () => {
  const pattern = {
    source: ['cloudwatch'],
    $or: [
      { metric: ['cpu'] },
      { type: ['m'], space: ['ec2'], $or: [{ id: [1] }, { id: [2] }] },
      { scope: ['all'] },
    ],
  };

  it.each<Json>([
    { source: 'cloudwatch', metric: 'cpu' },
    { source: 'cloudwatch', type: 'm', space: 'ec2', id: 2 },
    { source: 'cloudwatch', scope: 'all', metric: 'disk' },
  ])('takes one of its patterns with what stands beside it: %j', (event) => {
    expect(mismatchOf(pattern, event)).toBeUndefined();
  });

  it('says what is wrong with each of them', () => {
    expect(mismatchOf(pattern, { source: 'other', metric: 'cpu' })).toBe(
      'source is "other", expected "cloudwatch"',
    );
    expect(mismatchOf(pattern, { source: 'cloudwatch', type: 'm', space: 'ec2', id: 3 })).toBe(
      'metric is missing, expected "cpu"; or else id is 3, expected 1; or else id is 3, expected 2; or else …',
    );
    expect(mismatchOf({ $or: [{ a: ['x'] }, { b: [{ exists: false }] }] }, { b: 1 })).toBe(
      'a is missing, expected "x"; or else b is 1, expected it to be missing',
    );
  });

  it('may be anywhere in the pattern, also twice', () => {
    const twice = { $or: [{ a: [1] }, { b: [1] }], detail: { $or: [{ a: [1] }, { b: [1] }] } };

    expect(mismatchOf(twice, { a: 1, detail: { b: 1 } })).toBeUndefined();
    expect(mismatchOf(twice, { b: 1, detail: { a: 1 } })).toBeUndefined();
    expect(mismatchOf(twice, { a: 1, b: 1, detail: {} })).toBe(
      'detail.a is missing, expected 1; or else detail.b is missing, expected 1',
    );
  });
});

describe('a mismatch', () => {
  it('is put into words only when asked for', () => {
    const pattern = parsePattern({ detail: { status: ['RUNNING', 'STOPPING'] } }, 'events');

    expect(findMismatch(pattern, stopped)).toEqual({ pattern, event: stopped });
    expect(toSentence({ pattern, event: stopped })).toBe(
      'detail.status is "STOPPED", expected "RUNNING" or "STOPPING"',
    );
  });

  it('names the first wrong field in the order of the pattern', () => {
    expect(mismatchOf({ z: [1], detail: { status: ['RUNNING'] }, a: [1] }, { ...stopped, z: 1 })).toBe(
      'detail.status is "STOPPED", expected "RUNNING"',
    );
  });

  it.each<readonly [unknown, Json, string]>([
    [{ a: ['x'] }, {}, 'a is missing, expected "x"'],
    [{ a: ['x'] }, { a: { x: 1 } }, 'a is an object, expected "x"'],
    [{ a: ['x'] }, { a: [] }, 'a is an empty list, expected "x"'],
    [{ a: ['x'] }, { a: [{}, []] }, 'a is a list without values, expected "x"'],
    [{ a: ['7'] }, { a: 7 }, 'a is 7, expected "7"'],
    [{ a: [7] }, { a: ['7', 8, true] }, 'a has "7", 8 and true, expected 7'],
    [{ a: [null] }, { a: ['', 1, 2, 3, 4, 5, 6] }, 'a has "", 1, 2, 3 and 3 more, expected null'],
    [{ a: [1, 2, 3, 4, 5, 6] }, { a: 0 }, 'a is 0, expected 1, 2, 3, 4 or 2 more'],
    [{ 'a b': { c: [true] } }, {}, '"a b".c is missing, expected true'],
    [{ a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 9 }, 'a is 9, expected a number > 0 and <= 5'],
    [{ a: [{ cidr: '10.0.0.0/8' }] }, { a: '1.1.1.1' }, 'a is "1.1.1.1", expected an address in 10.0.0.0/8'],
    [
      { a: [{ suffix: { 'equals-ignore-case': '.Png' } }] },
      { a: 'x' },
      'a is "x", expected text that ends with ".Png" in any case',
    ],
    [
      { a: [{ 'equals-ignore-case': 'On' }, { wildcard: 'a*' }] },
      { a: 'x' },
      'a is "x", expected "On" in any case or text like "a*"',
    ],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'x' }, 'a is "x", expected anything but "x" or "y"'],
    [
      { a: [{ 'anything-but': { prefix: 'x' } }] },
      { a: 'xy' },
      'a is "xy", expected anything but text that starts with "x"',
    ],
    [{ a: ['x'] }, { a: 'é'.repeat(500) }, `a is "${'é'.repeat(60)}…", expected "x"`],
    [{ a: ['x'] }, { a: '\u001b[31m' }, 'a is "\\u001b[31m", expected "x"'],
  ])('%j against %j', (pattern, event, sentence) => {
    expect(mismatchOf(pattern, event)).toBe(sentence);
  });

  it('shows no secrets', () => {
    expect(mismatchOf({ detail: { apiKey: ['abc'] } }, { detail: { apiKey: 'hush' } })).toBe(
      'detail.apiKey is a value (not shown), expected a value (not shown)',
    );
    expect(
      mismatchOf(
        { headers: { authorization: [{ prefix: 'Basic' }] } },
        { headers: { authorization: 'Bearer x' } },
      ),
    ).toBe(
      'headers.authorization is a value (not shown), expected text that starts with a value (not shown)',
    );
  });
});

describe('an SNS filter policy', () => {
  it('has to match all attributes that it names', () => {
    const policy = {
      store: ['example'],
      price: [{ numeric: ['>=', 100] }],
      $or: [{ event: ['paid'] }, { vip: [{ exists: true }] }],
    };

    expect(mismatchOf(policy, { store: 'example', price: 100, vip: 'yes' }, 'sns')).toBeUndefined();
    expect(mismatchOf(policy, { store: 'example', price: '100', vip: 'yes' }, 'sns')).toBe(
      'price is "100", expected a number >= 100',
    );
  });

  it('never matches a message without attributes', () => {
    expect(mismatchOf({ store: [{ exists: false }] }, {}, 'sns')).toBe('the message has no attributes');
    expect(mismatchOf({ store: [{ exists: false }] }, { other: 'x' }, 'sns')).toBeUndefined();
  });
});

describe('time', () => {
  const isQuick = (run: () => void) => {
    const start = performance.now();
    run();
    return performance.now() - start < 2000;
  };

  it('does not run away on a wildcard that nearly fits', () => {
    const pattern = parsePattern({ a: [{ wildcard: `${'*a'.repeat(1000)}*b` }] }, 'events');

    expect(isQuick(() => expect(findMismatch(pattern, { a: 'a'.repeat(200_000) })).toBeDefined())).toBe(true);
  });

  it('does not run away on lists in which no item has it all', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const fields = Object.fromEntries(names.map((name) => [name, [1]]));
    const items = (name: string) => Array.from({ length: 2000 }, () => ({ [name]: 1 }));
    const pattern = parsePattern(Object.fromEntries(names.map((name) => [name, fields])), 'mapping');
    const event = Object.fromEntries(names.map((name) => [name, names.flatMap(items)]));

    expect(isQuick(() => expect(findMismatch(pattern, event)).toBeDefined())).toBe(true);
  });

  it('does not run away on lists in lists', () => {
    let nested: Json = { b: 1 };
    for (let depth = 0; depth < 250; depth += 1) nested = [{}, nested];
    const pattern = parsePattern(
      { a: { a: [{ exists: false }, 1], b: [2], c: [{ exists: false }] } },
      'events',
    );

    expect(isQuick(() => expect(findMismatch(pattern, { a: nested })).toBeDefined())).toBe(true);
  });
});
