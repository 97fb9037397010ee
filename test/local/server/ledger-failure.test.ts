import type { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqliteLedger } from '../../../shared/ledgers/sqlite.ts';
import { openDatabase } from '../../../shared/ledgers/sqlite-schema.ts';
import { LedgerError } from '../../../shared/runs/ledger.ts';
import { http, makeFolder, shell, startTestDev, type TestDev } from '../dev.ts';

const jobs = { order: shell('true', { events: [http('POST', '/orders'), { type: 'manual' }] }) };
const note = 'n'.repeat(200_000);
const started: string[] = [];
let database: DatabaseSync;
let isUnreadable = false;
let dev: TestDev;

beforeAll(async () => {
  const folder = makeFolder({ jobs });
  database = openDatabase(`${folder}/full.db`);
  const ledger = createSqliteLedger(database, Date.now);
  dev = await startTestDev(
    { jobs },
    {
      folder,
      wrap: ({ targets }) => ({
        ledger: {
          ...ledger,
          async list(filter) {
            if (isUnreadable)
              throw new LedgerError('the ledger could not be read or written: disk I/O error');
            return ledger.list(filter);
          },
        },
        targets: Object.fromEntries(
          Object.entries(targets).map(([name, target]) => [
            name,
            {
              ...target,
              async start(order, event) {
                started.push(order.runId);
                return target.start(order, event);
              },
            },
          ]),
        ),
      }),
    },
  );
  // As on a full disk: SQLite gets no page more than it has.
  database.exec('PRAGMA max_page_count = 1');
});
afterAll(async () => {
  await dev.remove();
  database.close();
});

describe('while the ledger takes nothing', () => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'k' };
  const send = () => dev.post('/orders', JSON.stringify({ note }), headers);
  const invoke = (more: Record<string, string> = {}) =>
    dev.post(
      '/2015-03-31/functions/manual/invocations',
      JSON.stringify({ job: 'order', input: { note } }),
      more,
    );

  it('a request is refused with 503, to be sent again, and nothing is said of why', async () => {
    const answer = await send();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.headers.get('location')).toBeNull();
    const text = await answer.text();
    expect(text).not.toContain('full');
    expect(JSON.parse(text).detail).toBe(
      'The request was not recorded, and no job was started. Send it again.',
    );
  });

  it('an invocation fails, and one that nobody waits for is not acknowledged', async () => {
    const waited = await invoke();
    expect([waited.status, waited.headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
    expect(await waited.text()).toContain('no run was recorded and no job was started');
    const unwaited = await invoke({ 'x-amz-invocation-type': 'Event' });
    expect([unwaited.status, unwaited.headers.get('x-amzn-errortype')]).toEqual([500, 'ServiceException']);
  });

  it('the log has the reason, nothing was started, and nothing was left in the ledger', async () => {
    expect(dev.logged.join('')).toContain('database or disk is full');
    expect(started).toEqual([]);
    expect(await dev.list()).toEqual([]);
  });

  it('a request is taken again as soon as there is room', async () => {
    database.exec('PRAGMA max_page_count = 100000');
    const answer = await send();
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([202, null]);
    expect(await dev.list()).toHaveLength(1);
  });
});

describe('while the ledger cannot be read', () => {
  it('the runs API says so with 503, and the log has the reason', async () => {
    isUnreadable = true;
    const answer = await dev.get('/_signalbox/runs');
    isUnreadable = false;
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).not.toContain('I/O');
    expect(dev.logged.join('')).toContain('disk I/O error');
  });
});
