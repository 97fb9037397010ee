import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http, readRun, shell, startTestDev, type TestDev } from '../dev.ts';

let dev: TestDev;

beforeAll(async () => {
  const both = { events: [http('POST', '/orders'), http('POST', '/orders-1', '1.0')] };
  dev = await startTestDev({ jobs: { order: shell('true', both) } });
});
afterAll(() => dev.remove());

describe('an Idempotency-Key', () => {
  it.each([['/orders'], ['/orders-1']])('of %s gives the first run, however often it comes', async (path) => {
    const headers = { 'idempotency-key': `key of ${path}`, 'content-type': 'application/json' };
    const answers = await Promise.all([1, 2, 3].map(() => dev.post(path, '{"sku":7}', headers)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    const replayed = answers.map((answer) => answer.headers.get('idempotency-replayed'));
    expect(replayed.toSorted()).toEqual([null, 'true', 'true'].toSorted());
    const runs = await Promise.all(answers.map(readRun));
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.headers.get('location')))).toEqual(
      new Set([`/runs/${runs[0]?.runId}`]),
    );

    const other = await dev.post(path, '{"sku":8}', headers);
    expect(other.status).toBe(422);
    expect(other.headers.get('location')).toBeNull();
    expect(JSON.parse(await other.text())).toMatchObject({
      title: 'Unprocessable Content',
      detail: 'This Idempotency-Key was used before, for another request.',
    });
    const otherQuery = await dev.post(`${path}?dry=run`, '{"sku":7}', headers);
    expect(otherQuery.status).toBe(422);
  });

  it('is left alone by other routes, and by requests without one', async () => {
    const before = (await dev.list()).length;
    const headers = { 'idempotency-key': 'shared' };
    for (const path of ['/orders', '/orders-1']) await dev.post(path, 'a', headers);
    for (const _ of [1, 2]) await dev.post('/orders', 'a');
    expect(await dev.list()).toHaveLength(before + 4);
  });

  it.each([
    ['empty', ''],
    ['longer than 255 characters', 'k'.repeat(256)],
  ])('that is %s is refused', async (_what, key) => {
    expect((await dev.post('/orders', 'a', { 'idempotency-key': key })).status).toBe(400);
  });
});
