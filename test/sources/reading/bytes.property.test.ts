import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBase64, parseContent, textOf } from '../../../shared/sources/reading/bytes.ts';
import { FieldError } from '../../../shared/sources/reading/fields.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

describe('parseBase64', () => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ size: 'medium' }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(parseBase64(buffer.toString('base64'), 'data')).toEqual(buffer);
      }),
      { numRuns },
    );
  });

  it('takes just the texts that RFC 4648 calls base64, with padding', () => {
    const character = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(...'AZaz09+/Qg') },
      { weight: 2, arbitrary: fc.constantFrom('=', '-', '_', ' ', '\n', '*', '\u0141', 'é', '\0') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1 }) },
    );
    const padded = fc
      .tuple(fc.array(character, { maxLength: 12 }), fc.constantFrom('', '=', '==', '==='))
      .map(([characters, padding]) => `${characters.join('')}${padding}`);
    fc.assert(
      fc.property(padded, (text) => {
        expect(isTaken(text)).toBe(base64Text.test(text));
      }),
      { numRuns: numRuns * 5 },
    );
  });

  it('names what is wrong, without showing it', () => {
    expect(() => parseBase64('secret!', 'kinesis.data')).toThrow(
      new FieldError('kinesis.data is a text of 7 characters, expected base64'),
    );
  });
});

describe('textOf', () => {
  it('gives back any text, with a byte order mark, nulls and replacement characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const marked = `\ufeff${text}\0\ufffd`;
        expect(textOf(Buffer.from(marked))).toBe(marked);
      }),
      { numRuns },
    );
  });

  it('gives a text only when its bytes are those that were given', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = textOf(Buffer.from(bytes));
        expect(text === undefined || Buffer.from(text).equals(bytes)).toBe(true);
      }),
      { numRuns },
    );
  });

  it.each([
    ['a byte that starts nothing', [0x61, 0xff]],
    ['half of a character', [0xc3]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a slash that is longer than it need be', [0xc0, 0xaf]],
    ['a replacement character beside a wrong byte', [0xef, 0xbf, 0xbd, 0x80]],
  ])('gives nothing for %s', (_name, bytes) => {
    expect(textOf(Buffer.from(bytes))).toBeUndefined();
  });
});

describe('parseContent', () => {
  it.each([
    ['an object', '{"a":[1]}', { a: [1] }],
    ['a list', ' [null]', [null]],
    [
      'an object with a number that would lose digits',
      '{"a":12345678901234567890}',
      { a: '12345678901234567890' },
    ],
    ['a number', '7', '7'],
    ['a JSON text', '"a"', '"a"'],
    ['half of an object', '{"a":', '{"a":'],
    ['nothing', '', ''],
  ])('of the text of %s', (_name, text, expected) => {
    expect(parseContent(Buffer.from(text), 'unused')).toEqual(expected);
  });

  it('of bytes that are no text is what they came as', () => {
    expect(parseContent(Buffer.from([0xff]), '/w==')).toEqual({ base64: '/w==' });
  });
});

const base64Text = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function isTaken(text: string): boolean {
  try {
    parseBase64(text, 'data');
    return true;
  } catch (error) {
    if (error instanceof FieldError) return false;
    throw error;
  }
}
