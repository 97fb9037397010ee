import { it } from 'vitest';
import { createDynamoLedger } from '../../shared/ledgers/dynamodb/ledger.ts';
import { openTable } from '../support/dynamo.ts';

it('x', async () => {
  for (let i = 0; i < 10; i++) {
    const t0 = performance.now();
    const t = await openTable();
    const t1 = performance.now();
    const l = createDynamoLedger({ ...t, now: Date.now });
    await l.load('a'.repeat(26));
    const t2 = performance.now();
    await l.due({ now: Date.now(), limit: 10, of: 'line' });
    const t3 = performance.now();
    await l.load('a'.repeat(26));
    const t4 = performance.now();
    await t.stop();
    console.log(t1 - t0, t2 - t1, t3 - t2, t4 - t3, performance.now() - t4);
  }
});
