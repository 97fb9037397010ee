/**
 * A decimal number as a number, when JavaScript can hold it so that it's written the same way again; else as text in
 * plain digits: 12345678901234567890 stays what it is. `undefined` when the text is no number.
 */
export function toExactNumber(text: string): number | string | undefined {
  // At most fifteen digits, which are always held; minus nought is written as nought.
  if (text.length <= 15 && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text) || 0;
  const exact = toDecimal(text);
  if (exact === undefined) return undefined;
  if (exact.digits === '') return 0;
  const number = Number(text);
  const held = Number.isFinite(number) ? toDecimal(String(number)) : undefined;
  const isHeld = held?.digits === exact.digits && held.exponent === exact.exponent;
  return isHeld ? number : text;
}

/** Its value is 0.DIGITS × 10^exponent; no zeros at either end of the digits. */
type Decimal = { readonly digits: string; readonly exponent: number };

function toDecimal(text: string): Decimal | undefined {
  const match = /^[-+]?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`;
  // Loops, as a pattern for the zeros at the end takes a time that grows with the square of the length.
  let first = 0;
  while (digits[first] === '0') first++;
  let end = digits.length;
  while (end > first && digits[end - 1] === '0') end--;
  return { digits: digits.slice(first, end), exponent: whole.length - first + Number(exponent) };
}

/** Orders whole numbers of any length, as digits without leading zeros, by their value. */
export function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
