import { describe, expect, it } from 'vitest';
import { createDynamoLedger } from '../../../shared/ledgers/dynamodb/ledger.ts';
import type { LedgerError } from '../../../shared/runs/ledger.ts';
import { createClock } from '../../support/clock.ts';
import { runId, toDraft } from '../../support/draft.ts';
import { makeTable, watch } from '../../support/dynamo.ts';
import { queue } from './deliveries.ts';

const { now } = createClock();

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

describe('what DynamoDB refuses', () => {
  it.each([
    [
      'ProvisionedThroughputExceededException',
      'The level of configured throughput was exceeded',
      'throttled',
    ],
    ['ThrottlingException', 'Throughput exceeds the current capacity of your table', 'throttled'],
    ['RequestLimitExceeded', 'Throughput exceeds the current throughput limit', 'throttled'],
    ['ValidationException', 'Item size has exceeded the maximum allowed size', 'too-large'],
    ['AccessDeniedException', 'User: arn:aws:sts::123456789012:… is not authorized', 'unavailable'],
    ['InternalServerError', 'Internal server error', 'unavailable'],
  ] satisfies [string, string, LedgerError['reason']][])('as %s is %s: %s', async (name, message, reason) => {
    const { client, table } = await watch(await makeTable(), {
      hold: () => Promise.reject(named(name, message)),
    });
    const ledger = createDynamoLedger({ client, table, now });
    await expect(ledger.accept(toDraft(), queue)).rejects.toMatchObject({ name: 'LedgerError', reason });
    await expect(ledger.load(runId)).rejects.toMatchObject({ name: 'LedgerError', reason });
  });

  it('is told with the table’s name, and never with what was to be stored', async () => {
    const { client, table } = await watch(await makeTable(), {
      hold: () => Promise.reject(named('ValidationException', 'cannot take "secret"')),
    });
    const ledger = createDynamoLedger({ client, table, now });
    const error = await ledger.accept(toDraft(), queue).catch((caught: unknown) => caught);
    expect(String(error)).toBe(
      `LedgerError: the ledger's table ${table} could not be read or written: ValidationException`,
    );
    expect(error).not.toHaveProperty('cause.message');
  });

  it('is a table that is not there', async () => {
    const { client } = await makeTable();
    const ledger = createDynamoLedger({ client, table: 'not-there', now });
    await expect(ledger.accept(toDraft(), queue)).rejects.toMatchObject({
      name: 'LedgerError',
      reason: 'unavailable',
      message: expect.stringContaining('not-there'),
    });
    await expect(ledger.list({ limit: 1 })).rejects.toMatchObject({ name: 'LedgerError' });
  });
});

describe('ids that are none', () => {
  it.each(['', 'x', 'run#1', `${runId}0`, '../../etc'])('such as "%s" are not there', async (id) => {
    const ledger = createDynamoLedger({ ...(await makeTable()), now });
    expect(await ledger.load(id)).toBeUndefined();
    expect(await ledger.loadEvent(id)).toBeUndefined();
  });
});
