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

describe('numbers that JavaScript would not write the same way', () => {
  it.each([
    ['12345678901234567890', '12345678901234567890'],
    ['-9007199254740993', '-9007199254740993'],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['1e400', '1e400'],
    ['1E-400', '1E-400'],
    ['9007199254740993.0', '9007199254740993.0'],
  ])('come as text: %s', (text, expected) => {
    expect(parseJson(`{"a":${text}}`)).toEqual({ a: expected });
    expect(parseJson(`[${' '.repeat(7)}${text},1]`)).toEqual([expected, 1]);
  });

  it.each([
    ['9007199254740992', 9007199254740992],
    ['1.50', 1.5],
    ['1e5', 100_000],
    ['-0', -0],
    ['0.30000000000000000', 0.3],
    ['123456789012345', 123_456_789_012_345],
  ])('are the others: %s stays a number', (text, expected) => {
    expect(parseJson(`{"a":${text}}`)).toEqual({ a: expected });
  });

  it('are found wherever they stand in a text', () => {
    for (let before = 0; before < 40; before++) {
      const text = `{"a":"${'x'.repeat(before)}","b":1234567890123456789}`;
      expect(parseJson(text)).toEqual({ a: 'x'.repeat(before), b: '1234567890123456789' });
    }
  });

  it('never leave a number that is written with another value, whatever the text', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,24})?([eE][-+]?\d{1,3})?$/);
    fc.assert(
      fc.property(fc.array(digits, { minLength: 1, maxLength: 5 }), (numbers) => {
        const parsed = parseJson(`[${numbers.join(',')}]`);
        const isSame = (found: unknown, index: number) =>
          typeof found === 'string' ? found === numbers[index] : isEqual(String(found), numbers[index] ?? '');
        expect(Array.isArray(parsed) && parsed.every(isSame)).toBe(true);
      }),
    );
  });

  it('take no time that grows with the square of their length', () => {
    expect(parseJson(`{"a":0.1${'0'.repeat(2_000_000)}1}`)).toMatchObject({
      a: expect.stringMatching(/^0\.10/),
    });
  });
});

/** As whole numbers of any size, over the same power of ten. */
function isEqual(a: string, b: string): boolean {
  const [left, right] = [toScaled(a), toScaled(b)];
  const power = Math.min(left.power, right.power);
  return (
    left.digits * 10n ** BigInt(left.power - power) === right.digits * 10n ** BigInt(right.power - power)
  );
}

function toScaled(text: string): { digits: bigint; power: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return {
    digits: BigInt(`${whole}${fraction}`.replace(/^-0*(?=\d)/, '-')),
    power: Number(exponent) - fraction.length,
  };
}
