import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../shared/events/trigger-event.ts';
import { kinesisStream } from '../../shared/sources/kinesis-stream.ts';
import { invocation } from '../contract/source.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';

describe('what is put into a Kinesis stream', () => {
  it('comes back equal, record by record', () => {
    const bytes = fc.oneof(anyBytes(), texts().map(Buffer.from), packed(), fc.constant(Buffer.alloc(0)));
    const records = fc.array(fc.record({ partitionKey: names(), bytes }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(records, (sent) => {
        const data = dataOf(sent);
        for (const [position, { partitionKey, bytes }] of sent.entries()) {
          const { data: found = null, ...others } = data[position] ?? {};
          expect(others).toEqual({ partitionKey, sequenceNumber: `${position + 1}` });
          expect(toBytes(found).equals(bytes)).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('comes back as JSON when it was an object or a list, by gzip or not', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: -1e14, max: 1e14 }),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.array(fc.oneof(leaf, tie('tree')), { maxLength: 4 }),
        fc.dictionary(names(), fc.oneof(leaf, tie('tree')), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (sent, isPacked) => {
        const text = JSON.stringify(sent);
        const bytes = isPacked ? gzipSync(text) : Buffer.from(text);
        const [found] = dataOf([{ partitionKey: 'a', bytes }]);
        expect(JSON.stringify(found?.['data'])).toBe(text);
      }),
      { numRuns },
    );
  });

  it('comes back as text when it was text in a gzip', () => {
    fc.assert(
      fc.property(texts(), (sent) => {
        const [found] = dataOf([{ partitionKey: 'a', bytes: gzipSync(sent) }]);
        expect(found?.['data']).toBe(sent);
      }),
      { numRuns },
    );
  });
});

function dataOf(sent: readonly { readonly partitionKey: string; readonly bytes: Buffer }[]) {
  const payload: unknown = JSON.parse(
    JSON.stringify({
      Records: sent.map(({ partitionKey, bytes }, position) => ({
        eventID: `shardId-000000000007:${position + 1}`,
        eventSource: 'aws:kinesis',
        eventSourceARN: streamArn,
        kinesis: {
          partitionKey,
          sequenceNumber: `${position + 1}`,
          data: bytes.toString('base64'),
          approximateArrivalTimestamp: 1795168800.125,
        },
      })),
    }),
  );
  return kinesisStream.parse(payload, invocation).records.map((record) => {
    if ('error' in record) throw new Error(record.error);
    return record.events[0]?.data;
  });
}

/** Of a document too, in case that random bytes are one. */
function toBytes(data: Json): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  const base64 = data !== null && typeof data === 'object' && 'base64' in data ? data.base64 : undefined;
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : Buffer.from(JSON.stringify(data));
}

function anyBytes(): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ size: 'medium' }).map((bytes) => Buffer.from(bytes));
}

/** Bytes that are no text, in a gzip. */
function packed(): fc.Arbitrary<Buffer> {
  return anyBytes().map((bytes) => gzipSync(Buffer.concat([bytes, Buffer.from([0xff])])));
}

/** Without what would make them a document. */
function texts(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', size: 'medium' }).filter((text) => !/^\s*[[{]/.test(text));
}

function names(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
}
