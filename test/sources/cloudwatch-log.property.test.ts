import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudwatchLog } from '../../shared/sources/cloudwatch-log.ts';
import { invocation } from '../contract/source.ts';

/** FC_RUNS=100000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

describe('what CloudWatch Logs packs', () => {
  it('comes back equal, line by line', () => {
    const line = fc.record({ id: names(), timestamp: timestamps(), message: messages() });
    const batch = fc.record({
      messageType: fc.constant('DATA_MESSAGE'),
      owner: fc.constant('123456789012'),
      logGroup: names(),
      logStream: names(),
      subscriptionFilters: fc.array(names(), { maxLength: 2 }),
      logEvents: fc.array(line, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(batch, fc.constantFrom(gzipSync, deflateSync), (sent, pack) => {
        const data = pack(JSON.stringify(sent)).toString('base64');
        const { records, addressed, sourceArn } = cloudwatchLog.parse({ awslogs: { data } }, invocation);
        const { logGroup, logStream, subscriptionFilters } = sent;
        expect(addressed).toEqual({ source: 'cloudwatch-log', subscriptionFilters });
        expect(sourceArn).toBe(`arn:aws:logs:eu-west-1:123456789012:log-group:${logGroup}`);
        expect(records.map(({ recordId }) => recordId)).toEqual(sent.logEvents.map(({ id }) => id));
        for (const [position, { id, timestamp, message }] of sent.logEvents.entries()) {
          const record = records[position];
          if (record === undefined || 'error' in record) throw new Error(record?.error ?? 'no record');
          expect(record.text).toBe(message);
          const [event] = record.events;
          expect(event).toMatchObject({ id, time: new Date(timestamp).toISOString(), subject: logStream });
          const { message: found, ...others } = event?.data ?? {};
          expect(others).toEqual({ logGroup, logStream, timestamp });
          expect(typeof found === 'string' ? found : JSON.stringify(found)).toBe(message);
        }
      }),
      { numRuns },
    );
  });
});

function names(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
}

function timestamps(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: Date.UTC(10_000, 0) - 1 });
}

/** Lines, JSON documents as JSON.stringify writes them, and what looks like one and is none. */
function messages(): fc.Arbitrary<string> {
  const numbers = fc.integer({ min: -1e14, max: 1e14 });
  const leaf = fc.oneof(fc.string({ unit: 'binary' }), numbers, fc.boolean(), fc.constant(null));
  const document = fc.oneof(fc.array(leaf), fc.dictionary(fc.string({ unit: 'binary' }), leaf));
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }).map((text) => `{${text}`),
    document.map((value) => JSON.stringify(value)),
  );
}
