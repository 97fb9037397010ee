import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLogMismatch, parseLogFilter } from '../../../shared/jobs/log-filter/log-filter.ts';
import { LogFilterError } from '../../../shared/jobs/log-filter/pattern-reader.ts';
import { matchesWildcard, toWildcard } from '../../../shared/jobs/wildcard.ts';
import { mismatchOf } from './mismatch-of.ts';

/** FC_RUNS=20000 for a long run. */
const numRuns = Math.max(Number(process.env['FC_RUNS'] ?? 1000), 1000);

const word = fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/);
const words = fc.array(word, { minLength: 1, maxLength: 8 });

/** Texts that come near to a filter pattern: its own tokens, in any order, among anything else. */
const tokens = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '$',
    '.',
    '$.a',
    "['b c']",
    '[0]',
    '[*]',
    '*',
    '...',
    ',',
    ' ',
    '\n',
    '"',
    '%',
  ],
  ...[
    '=',
    '!=',
    '<',
    '>=',
    '&&',
    '||',
    'IS',
    'NULL',
    'TRUE',
    'NOT',
    'EXISTS',
    '-',
    '?',
    '\\',
    '^',
    '|',
    '{1,3}',
  ],
  ...['"x"', '%a.[b-d]+\\d%', '1e3', '-0.5', '4*', 'ERROR', '__proto__', 'null', '😀', '\u0000', '\ud800'],
  ...['{ $.a = 1', '{ ($.a.b != x', '[a, b = 4*', '%x', '{ $.a[*] = "x" }', '[..., a > 1]', '?a -b "c d"'],
];
const pattern = fc.oneof(
  fc.array(fc.constantFrom(...tokens), { maxLength: 14 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...tokens), { maxLength: 14 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary' }),
);
const message = fc.oneof(
  fc.string({ unit: 'binary' }),
  words.map((parts) => parts.join(' ')),
  fc.json(),
  fc.constantFrom(
    '{"a":1}',
    '{"a":{"b":"x"}}',
    '{"a":["x",2]}',
    'x "y z" [a b] 404',
    '[ " [',
    '{"__proto__":1}',
  ),
);

describe('any filter pattern and any message', () => {
  it('are a filter or a LogFilterError, and then a reason or none', () => {
    const met = { refused: 0, matched: 0, unmatched: 0 };
    fc.assert(
      fc.property(pattern, message, (text, line) => {
        try {
          const reason = findLogMismatch(parseLogFilter(text), line);
          if (reason !== undefined) expect(reason).not.toBe('');
          met[reason === undefined ? 'matched' : 'unmatched'] += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(LogFilterError);
          expect(String(error)).toMatch(/found .* at character \d+, expected ./s);
          met.refused += 1;
        }
      }),
      { numRuns },
    );
    // Else the texts above say little.
    expect(Object.values(met).every((count) => count > numRuns / 200)).toBe(true);
  });
});

describe('a filter made of a message', () => {
  it('matches it, as terms in any order and as phrases', () => {
    fc.assert(
      fc.property(words, (parts) => {
        const line = parts.join(' ');
        expect(mismatchOf(parts.toReversed().join(' '), line)).toBeUndefined();
        expect(mismatchOf(parts.map((part) => `?${part}`).join(' '), line)).toBeUndefined();
        expect(mismatchOf(`"${line}"`, `x ${line} x`)).toBeUndefined();
      }),
      { numRuns },
    );
  });

  it('never matches it when one of the terms is excluded', () => {
    fc.assert(
      fc.property(words, fc.nat(), (parts, nth) => {
        const excluded = parts[nth % parts.length] ?? '';
        expect(mismatchOf(`${parts.join(' ')} -${excluded}`, parts.join(' '))).toBe(`has "${excluded}"`);
        expect(mismatchOf(`-"${excluded}"`, parts.join(' '))).toBe(`has "${excluded}"`);
      }),
      { numRuns },
    );
  });

  it('matches it field by field, and with an ellipsis in place of any run of fields', () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (parts, a, b) => {
        const [from = 0, to = 0] = [a % (parts.length + 1), b % (parts.length + 1)].sort((x, y) => x - y);
        const fields = parts.map((part, at) => `f${at} = "${part}"`);
        const shortened = [...fields.slice(0, from), '...', ...fields.slice(to)];
        expect(mismatchOf(`[${fields.join(', ')}]`, parts.join(' '))).toBeUndefined();
        expect(mismatchOf(`[${shortened.join(', ')}]`, parts.join('\t '))).toBeUndefined();
        expect(mismatchOf(`[${fields.join(', ')}, one_more]`, parts.join(' '))).toMatch(/expected at least/);
      }),
      { numRuns },
    );
  });

  it('matches a JSON message by any of its texts, also under names such as __proto__', () => {
    const name = fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'toString', 'a b', 'a.b'),
      fc.string({ minLength: 1 }).filter((text) => !/['\\\p{C}]/u.test(text)),
    );
    fc.assert(
      fc.property(name, fc.string({ unit: 'grapheme' }), (property, text) => {
        const json = JSON.stringify(Object.fromEntries([[property, text]]));
        const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
        expect(mismatchOf(`{ $.['${property}'] = ${quoted} }`, json)).toBeUndefined();
        expect(mismatchOf(`{ $.['${property}'] NOT EXISTS }`, json)).toMatch(/expected it not to exist$/);
        expect(mismatchOf(`{ $.['${property}x'] NOT EXISTS }`, json)).toBeUndefined();
        if (!text.includes('*')) expect(mismatchOf(`{ $.* != ${quoted} }`, json)).toMatch(/^none of/);
      }),
      { numRuns },
    );
  });
});

describe('numbers', () => {
  it('are compared by their value, however they are written', () => {
    const number = fc.oneof(
      fc.integer({ min: -50, max: 50 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => !/e/.test(String(value))),
    );
    const operators = ['=', '!=', '<', '<=', '>', '>='] as const;
    fc.assert(
      fc.property(number, number, fc.constantFrom(...operators), (found, asked, operator) => {
        const expected = {
          '=': found === asked,
          '!=': found !== asked,
          '<': found < asked,
          '<=': found <= asked,
          '>': found > asked,
          '>=': found >= asked,
        }[operator];
        const json = `{ $.n ${operator} ${asked} && $.n ${operator} ${asked}e0 }`;
        expect(mismatchOf(json, JSON.stringify({ n: found })) === undefined).toBe(expected);
        expect(mismatchOf(`[n ${operator} ${asked}]`, String(found)) === undefined).toBe(expected);
      }),
      { numRuns },
    );
  });
});

describe('wildcards', () => {
  it('agree with a matcher that tries everything', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const wild = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(wild, short, (text, found) => {
        expect(matchesWildcard(toWildcard(text), found)).toBe(matchesNaively(text, found));
      }),
      { numRuns },
    );
  });
});

describe('regular expressions', () => {
  it('agree with those of JavaScript', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '\\W', '[\\w-]', '\\x61', '\\.', ' ');
    const times = fc.constantFrom('', '', '?', '*', '+', '{2}', '{1,2}', '{2,}', '{0,1}');
    const item = fc.tuple(atom, times).map((parts) => parts.join(''));
    const branch = fc
      .tuple(
        fc.constantFrom('', '', '^'),
        fc.array(item, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('', '$'),
      )
      .map(([start, items, end]) => `${start}${items.join('')}${end}`);
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '1', '-', '.', ' ', '\n', 'é', '😀'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(branch, { minLength: 1, maxLength: 3 }), text, (branches, found) => {
        const regex = branches.join('|');
        expect(mismatchOf(`%${regex}%`, found) === undefined).toBe(toJavaScript(regex).test(found));
      }),
      { numRuns },
    );
  });
});

/** Its `s` lets a dot be a line end, its `u` lets a character be more than one UTF-16 unit. */
function toJavaScript(regex: string): RegExp {
  return new RegExp(regex, 'su');
}

function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first = '', rest] = [pattern[0], pattern.slice(1)];
  if (first === '*') {
    return matchesNaively(rest, text) || (text !== '' && matchesNaively(pattern, text.slice(1)));
  }
  return text[0] === first && matchesNaively(rest, text.slice(1));
}
