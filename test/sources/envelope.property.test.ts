import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sns } from '../../shared/sources/sns.ts';
import type { Source } from '../../shared/sources/source.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invocation } from '../contract/source.ts';
import {
  testEvent,
  toBusEvent,
  toChange,
  toNotification,
  toQueueMessage,
  toTopicRecord,
} from '../support/aws-messages.ts';
import { objectKeys, toEncodedKey } from '../support/object-keys.ts';

/** FC_RUNS=20000 for a long run. */
const numRuns = Number(process.env['FC_RUNS'] ?? 1000);

/** What is put into a message, and what of it has to come out. */
type Sent = { readonly text: string; readonly type: string; readonly found: readonly unknown[] };

function changes(): fc.Arbitrary<Sent> {
  return fc.array(objectKeys(), { minLength: 1, maxLength: 5 }).map((keys) => ({
    text: JSON.stringify({ Records: keys.map((key) => toChange(toEncodedKey(key))) }),
    type: 'aws.s3.ObjectCreated:Put',
    found: keys,
  }));
}

function busEvents(): fc.Arbitrary<Sent> {
  return fc.jsonValue().map((detail) => ({
    text: JSON.stringify(toBusEvent(detail)),
    type: 'aws.events.event',
    found: [written(detail)],
  }));
}

/** Documents come parsed, and anything else as the text that it is. */
function bodies(type: string): fc.Arbitrary<Sent> {
  const documents = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  const texts = fc.string({ unit: 'binary' }).filter((text) => !/^\s*[[{]/.test(text));
  return fc.oneof(
    documents.map((document) => ({ text: JSON.stringify(document), type, found: [written(document)] })),
    texts.map((text) => ({ text, type, found: [text] })),
  );
}

function written(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function envelopes(): fc.Arbitrary<Sent> {
  const notified = bodies('aws.sns.notification').map((sent) => ({ ...sent, text: notify(sent.text) }));
  return fc
    .tuple(fc.oneof(changes(), busEvents(), notified), fc.integer({ min: 0, max: 2 }))
    .map(([sent, times]) => ({ ...sent, text: Array(times).fill(notify).reduce(apply, sent.text) }));
}

function apply(text: string, wrap: (text: string) => string): string {
  return wrap(text);
}

function notify(text: string): string {
  return JSON.stringify(toNotification(text));
}

function eventsOf(source: Source, record: unknown) {
  const [parsed] = source.parse({ Records: [record] }, invocation).records;
  if (parsed === undefined || 'error' in parsed) throw new Error(parsed?.error ?? 'there is no record');
  return parsed.events;
}

const partFound: { readonly [type: string]: string } = {
  'aws.sqs.message': 'body',
  'aws.sns.notification': 'message',
  'aws.events.event': 'detail',
};

function expectFound(source: Source, record: unknown, { type, found }: Sent): void {
  const events = eventsOf(source, record);
  expect(events.map((event) => event.type)).toEqual(found.map(() => type));
  const seen = events.map(({ data }) => data[partFound[type] ?? 'key']);
  expect(JSON.stringify(seen)).toBe(JSON.stringify(found));
}

describe('what was put into a message', () => {
  it('comes out of the queue as it was', () => {
    const sent = fc.oneof(bodies('aws.sqs.message'), envelopes());
    fc.assert(
      fc.property(sent, (each) => expectFound(sqs, toQueueMessage(each.text), each)),
      { numRuns },
    );
  });

  it('comes out of the topic as it was', () => {
    const sent = fc.oneof(bodies('aws.sns.notification'), envelopes());
    fc.assert(
      fc.property(sent, (each) => expectFound(sns, toTopicRecord(each.text), each)),
      { numRuns },
    );
  });

  it('is a message still when it was cut or written over', () => {
    const cuts = fc.record({
      sent: fc.oneof(envelopes(), fc.constant({ text: JSON.stringify(testEvent) })),
      at: fc.nat(),
      length: fc.nat({ max: 12 }),
      put: fc.oneof(fc.string(), fc.constantFrom('null', '{}', '[]', '1e999', '"', '\ud800', '"__proto__":')),
    });
    fc.assert(
      fc.property(cuts, ({ sent: { text }, at, length, put }) => {
        const from = at % (text.length + 1);
        const hurt = text.slice(0, from) + put + text.slice(from + length);
        for (const event of eventsOf(sqs, toQueueMessage(hurt))) {
          expect(event.type).toMatch(/^aws\./);
          if (event.type === 'aws.sqs.message' && typeof event.data['body'] === 'string') {
            expect(event.data['body']).toBe(hurt);
          }
        }
      }),
      { numRuns },
    );
  });
});
