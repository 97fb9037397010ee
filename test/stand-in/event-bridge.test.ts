import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/folder.ts';
import { createEventBridge, type PutEvent } from './event-bridge.ts';
import { startStandIn } from './stand-in.ts';

async function put(...Entries: readonly PutEventsRequestEntry[]) {
  const taken: PutEvent[] = [];
  const { clients, close } = await startStandIn(createEventBridge({ taken }));
  atEnd(close);
  const client = await clients.eventBridge();
  return { taken, answer: await client.send(new PutEventsCommand({ Entries: [...Entries] })) };
}

const entry = { Source: 'acme', DetailType: 'News', Detail: '{"a":1}' };

describe('the stand-in of EventBridge', () => {
  it('takes events, for the default bus unless they name another', async () => {
    const { taken, answer } = await put(entry, { ...entry, EventBusName: 'runs' });
    expect(answer.FailedEntryCount).toBe(0);
    expect(answer.Entries?.map(({ EventId }) => EventId)).toEqual(taken.map(({ id }) => id));
    expect(taken.map(({ bus, detail }) => [bus, detail])).toEqual([
      ['default', { a: 1 }],
      ['runs', { a: 1 }],
    ]);
  });

  it.each([
    ['InvalidArgument', { Source: '' }],
    ['InvalidArgument', { DetailType: undefined }],
    ['InvalidArgument', { Detail: '' }],
    ['NotAuthorizedForSourceException', { Source: 'aws.ecs' }],
    ['MalformedDetail', { Detail: '{"a":' }],
    ['MalformedDetail', { Detail: '[1]' }],
    ['MalformedDetail', { Detail: '{"a":9223372036854775808}' }],
  ])('refuses one with %s, and takes its neighbours: %j', async (code, change) => {
    const { taken, answer } = await put(entry, { ...entry, ...change }, entry);
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, code, undefined]);
    expect(taken).toHaveLength(2);
  });

  it.each([
    ['no event', []],
    ['eleven events', Array.from({ length: 11 }, () => entry)],
    ['more than 256 KiB', [{ ...entry, Detail: JSON.stringify({ a: 'x'.repeat(262_144) }) }]],
    [
      '256 KiB together',
      Array.from({ length: 3 }, () => ({ ...entry, Detail: `{"a":"${'x'.repeat(90_000)}"}` })),
    ],
  ])('refuses a request of %s as a whole', async (_what, entries) => {
    await expect(put(...entries)).rejects.toThrow(/less than or equal to 10|over the limit/);
  });
});
