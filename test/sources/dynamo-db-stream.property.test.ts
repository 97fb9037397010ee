import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../shared/events/trigger-event.ts';
import { dynamoDbStream } from '../../shared/sources/dynamo-db-stream.ts';
import { invocation } from '../contract/source.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

/** A value as DynamoDB writes it, and what a job is to get. */
type Pair = { readonly typed: Json; readonly plain: Json };

describe('what DynamoDB writes', () => {
  it('comes back equal, with every digit', () => {
    fc.assert(
      fc.property(items(), items(), ({ typed: keys, plain: plainKeys }, { typed, plain }) => {
        // By way of a text, as Lambda does it.
        const payload: unknown = JSON.parse(JSON.stringify(toPayload(keys, typed)));
        const [record] = dynamoDbStream.parse(payload, invocation).records;
        const data = record !== undefined && 'events' in record ? record.events[0]?.data : undefined;
        expect(JSON.stringify([data?.['keys'], data?.['newImage']])).toBe(JSON.stringify([plainKeys, plain]));
      }),
      { numRuns },
    );
  });

  it('has numbers that JavaScript holds as numbers, and others digit for digit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), decimals(), (double, decimal) => {
        expect(plainOf({ N: String(double) })).toBe(double === 0 ? 0 : double);
        const found = plainOf({ N: decimal });
        expect(sameDecimal(String(found), decimal), `${decimal} came as ${found}`).toBe(true);
      }),
      { numRuns },
    );
  });
});

function toPayload(keys: Json, image: Json) {
  const dynamodb = {
    ApproximateCreationDateTime: 1795168800,
    Keys: keys,
    NewImage: image,
    SequenceNumber: '100000000000000000000001',
  };
  const eventSourceARN = 'arn:aws:dynamodb:eu-west-1:123456789012:table/a/stream/2026-11-01T08:00:00.000';
  const record = {
    eventID: '1f',
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    eventSourceARN,
    dynamodb,
  };
  return { Records: [record] };
}

function plainOf(typed: Json): Json | undefined {
  const [record] = dynamoDbStream.parse(toPayload({ a: typed }, null), invocation).records;
  const keys = record !== undefined && 'events' in record ? record.events[0]?.data['keys'] : undefined;
  return Object.values(keys ?? {})[0];
}

function items(): fc.Arbitrary<Pair> {
  return fc.letrec<{ value: Pair; item: Pair }>((tie) => ({
    item: fc.array(fc.tuple(names(), tie('value')), { maxLength: 6 }).map((entries) => ({
      typed: Object.fromEntries(entries.map(([name, { typed }]) => [name, typed])),
      plain: Object.fromEntries(entries.map(([name, { plain }]) => [name, plain])),
    })),
    value: fc.oneof(
      { maxDepth: 5 },
      texts().map((text) => ({ typed: { S: text }, plain: text })),
      decimals().map((text) => ({ typed: { N: text }, plain: held(text) })),
      binaries().map((base64) => ({ typed: { B: base64 }, plain: { base64 } })),
      fc.boolean().map((flag) => ({ typed: { BOOL: flag }, plain: flag })),
      fc.constant({ typed: { NULL: true }, plain: null }),
      fc.array(texts()).map((set) => ({ typed: { SS: set }, plain: set })),
      fc.array(decimals()).map((set) => ({ typed: { NS: set }, plain: set.map(held) })),
      fc.array(binaries()).map((set) => ({ typed: { BS: set }, plain: set.map((base64) => ({ base64 })) })),
      tie('item').map(({ typed, plain }) => ({ typed: { M: typed }, plain })),
      fc.array(tie('value'), { maxLength: 4 }).map((list) => ({
        typed: { L: list.map(({ typed }) => typed) },
        plain: list.map(({ plain }) => plain),
      })),
    ),
  })).item;
}

function names(): fc.Arbitrary<string> {
  return fc.oneof(texts(), fc.constantFrom('__proto__', 'constructor', 'toString', 'S', 'N', 'base64', '0'));
}

function texts(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', maxLength: 12 });
}

function binaries(): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64'));
}

/** Up to 38 digits between 10^-130 and 10^126, without zeros that say nothing, as DynamoDB writes them. */
function decimals(): fc.Arbitrary<string> {
  const digits = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 37 }))
    .map(([first, others]) => `${first}${others.join('')}`.replace(/0+$/, ''));
  const number = fc.tuple(digits, fc.integer({ min: -40, max: 40 }), fc.boolean());
  return fc.oneof(
    number.map(([text, point, isNegative]) => `${isNegative ? '-' : ''}${withPoint(text, point)}`),
    fc.integer().map(String),
    fc.constantFrom('0', '9007199254740991', '9007199254740993', '0.1', '1E-130', '9.9E+125'),
  );
}

/** Digits with the decimal point behind the first `point` of them; zeros fill in. */
function withPoint(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The number that says the same, when there is one. */
function held(text: string): number | string {
  const number = Number(text);
  return sameDecimal(String(number), text) ? number : text;
}

/** Compares values exactly, as fractions of whole numbers. */
function sameDecimal(a: string, b: string): boolean {
  const [left, right] = [toFraction(a), toFraction(b)];
  return left.over * right.under === right.over * left.under;
}

function toFraction(text: string): { readonly over: bigint; readonly under: bigint } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(`${whole}${fraction}`);
  return power >= 0
    ? { over: digits * 10n ** BigInt(power), under: 1n }
    : { over: digits, under: 10n ** BigInt(-power) };
}
