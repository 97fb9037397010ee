import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import { createFolderPayloadStore } from '../../../shared/payloads/folder.ts';
import { PayloadGoneError, type PayloadStore } from '../../../shared/payloads/payload-store.ts';
import type { Attempt, Run, StoredPayload } from '../../../shared/runs/run.ts';
import { createClock } from '../../support/clock.ts';
import { runId, start, toDraft } from '../../support/draft.ts';
import { allItems, makeTable, type Table } from '../../support/dynamo.ts';
import { makeFolder } from '../../support/folder.ts';
import { queue, toDelivery } from './deliveries.ts';

const { now } = createClock();
const tenThousand = Array.from({ length: 10_000 }, (_, index) => index);

/** As DynamoDB counts it: names and values. */
async function sizesOf(table: Table): Promise<number[]> {
  return (await allItems(table)).map((item) =>
    Object.entries(item)
      .map(([name, { S, N, B }]) => name.length + (B?.length ?? Buffer.byteLength(S ?? N ?? '')))
      .reduce((sum, size) => sum + size, 0),
  );
}

/** Without repetition, which would be compressed away. */
function toReason(seed: number): string {
  let state = seed + 1;
  return Array.from({ length: 1000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(32 + (state % 95));
  }).join('');
}

function toAttempt(number: number): Attempt {
  const token = `${runId}-${number}-1`;
  return {
    number,
    askedAt: start,
    startBy: start,
    start: {
      number: 1,
      token,
      askedAt: start,
      deadlineAt: start,
      unknownAnswers: 0,
      externalId: toReason(0).slice(0, 150),
    },
    refusals: 7,
    interruptions: 2,
    lastSetback: { class: 'no-capacity', reason: toReason(number) },
    startedAt: start,
    endedAt: start,
    failure: { class: 'exit-code', reason: toReason(1000 + number), exitCode: 1 },
  };
}

describe('the size of an item', () => {
  it('is below 300 KB for a run with 100 attempts, two long reasons in each, and 10,000 lost records', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const big: Run = {
      ...toDraft().run,
      status: 'running',
      attempts: Array.from({ length: 100 }, (_, index) => toAttempt(index + 1)),
      lostRecords: tenThousand,
    };
    expect(Buffer.byteLength(JSON.stringify(big))).toBeGreaterThan(300_000);
    await ledger.accept(toDraft(), queue);
    expect(await ledger.save(big)).toEqual({ ...big, revision: 1 });
    expect(Math.max(...(await sizesOf(table)))).toBeLessThan(300_000);
    expect(await ledger.load(runId)).toEqual({ ...big, revision: 1 });
    // And back to a body that is kept as it is.
    const small = { ...big, revision: 1, attempts: [], lostRecords: [] };
    await ledger.save(small);
    expect(await ledger.load(runId)).toEqual({ ...small, revision: 2 });
  });

  it('is small for an event of a megabyte, which goes to the payload store', async () => {
    const table = await makeTable();
    const payloads = createFolderPayloadStore(makeFolder());
    const ledger = createDynamoLedger({ ...table, payloads, now });
    const event = JSON.stringify({ text: 'é'.repeat(500_000) });
    await ledger.accept(toDraft({}, { event }), queue);
    expect(Math.max(...(await sizesOf(table)))).toBeLessThan(3000);
    expect(await ledger.loadEvent(runId)).toBe(event);
  });

  it('that went to the payload store is known to be gone once it is not there any more', async () => {
    const payloads = createFolderPayloadStore(makeFolder());
    const stored: StoredPayload[] = [];
    const noting: PayloadStore = {
      ...payloads,
      async put(...told) {
        const payload = await payloads.put(...told);
        stored.push(payload);
        return payload;
      },
    };
    const ledger = createDynamoLedger({ ...(await makeTable()), payloads: noting, now });
    await ledger.accept(toDraft({}, { event: JSON.stringify('x'.repeat(400_000)) }), queue);
    for (const payload of stored) await payloads.remove(payload);
    await expect(ledger.loadEvent(runId)).rejects.toThrow(PayloadGoneError);
  });

  it('is below the limit for the largest event that is kept in the table', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const draft = toDraft();
    const room = 300 * 1024 - Buffer.byteLength(JSON.stringify({ run: draft.run, claims: [] }));
    await ledger.accept({ ...draft, event: 'x'.repeat(room) }, queue);
    expect(await ledger.loadEvent(runId)).toHaveLength(room);
    const more = {
      ...draft,
      event: 'x'.repeat(room + 1),
      run: { ...draft.run, id: runId.replace('0', '1') },
    };
    await expect(ledger.accept(more, queue)).rejects.toMatchObject({ reason: 'too-large' });
  });

  it('is below the limit with the claims of 10,000 records', async () => {
    const table = await makeTable();
    const payloads = createFolderPayloadStore(makeFolder());
    const ledger = createDynamoLedger({ ...table, payloads, now });
    const records = tenThousand.map((index) => index + 1);
    const accepted = await ledger.accept(toDelivery(records, 'range'), queue);
    expect(accepted).toMatchObject({ outcome: 'accepted', run: { lostRecords: [] } });
    expect(Math.max(...(await sizesOf(table)))).toBeLessThan(3000);
    const more = await ledger.accept(toDelivery([...records, 10_001], 'range'), queue);
    expect(more.run?.lostRecords).toHaveLength(10_000);
    expect(await ledger.load(more.run?.id ?? '')).toEqual(more.run);
  });
});

describe('an event that is too large where there is no payload store', () => {
  it('is refused in words that say what is missing, without its content, and nothing is stored', async () => {
    const table = await makeTable();
    const ledger = createDynamoLedger({ ...table, now });
    const refused = ledger.accept(toDraft({}, { event: 'secret'.repeat(100_000) }), queue);
    await expect(refused).rejects.toMatchObject({
      name: 'LedgerError',
      reason: 'too-large',
      message: expect.stringMatching(/^the event of run \w+ has 600\d{3} bytes .* needs a payload store$/),
    });
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(await allItems(table)).toEqual([]);
  });
});

describe('claims of many records by name', () => {
  it('are won and lost one by one', { timeout: 120_000 }, async () => {
    const table = await makeTable();
    const payloads = createFolderPayloadStore(makeFolder());
    const ledger = createDynamoLedger({ ...table, payloads, now });
    await ledger.accept(toDelivery(tenThousand.slice(0, 400), 'names'), queue);
    const second = await ledger.accept(toDelivery(tenThousand.slice(200, 600), 'names'), queue);
    expect(second.run?.lostRecords).toEqual(tenThousand.slice(0, 200));
  });
});
