import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http, raw, shell, startTestDev, type TestDev } from '../dev.ts';

let dev: TestDev;
let open: TestDev;

beforeAll(async () => {
  const jobs = { order: shell('true', { events: [http('POST', '/orders')] }) };
  [dev, open] = await Promise.all([
    startTestDev({ jobs }),
    startTestDev({ jobs, httpApis: { shop: { cors: true } } }),
  ]);
});
afterAll(() => Promise.all([dev.remove(), open.remove()]));

describe('a request from elsewhere', () => {
  it.each([
    ['attacker.example'],
    ['attacker.example:4400'],
    ['127.0.0.1.attacker.example'],
    ['localhost.attacker.example'],
    ['127.0.0.1@attacker.example'],
    ['0.0.0.0'],
    ['192.168.1.7'],
    ['[::ffff:192.168.1.7]'],
    [''],
  ])('is refused by its Host %j', async (host) => {
    for (const path of ['/orders', '/_signalbox/runs', '/2015-03-31/functions/manual/invocations']) {
      const answer = await raw(dev.url, { method: 'POST', path, headers: ['Host', host] });
      expect([403, 400]).toContain(answer.status);
    }
    expect(await dev.list()).toEqual([]);
  });

  it.each([
    ['https://attacker.example'],
    ['http://127.0.0.1.attacker.example'],
    ['http://localhost.attacker.example:4400'],
    ['null'],
    ['file://'],
    [''],
  ])('is refused by its Origin %j, also where CORS is allowed', async (origin) => {
    for (const { url } of [dev, open]) {
      const answer = await raw(url, {
        method: 'POST',
        path: '/orders',
        headers: { host: new URL(url).host, origin },
      });
      expect(answer.status).toBe(403);
    }
    expect(await dev.list()).toEqual([]);
  });
});

describe('a request from this machine', () => {
  it.each([['localhost'], ['127.0.0.1:80'], ['[::1]:4400'], ['shop.localhost:4400']])(
    'may name it %s',
    async (host) => {
      const answer = await raw(dev.url, { path: '/_signalbox', headers: { host } });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toEqual({
        service: 'shop',
        pid: process.pid,
        home: `${dev.folder}/.signalbox`,
        jobs: ['order'],
      });
    },
  );

  it('may come from a page of this machine, which sees the answer only where CORS is allowed', async () => {
    const origin = 'http://localhost:5173';
    const send = (url: string) => fetch(`${url}/orders`, { method: 'POST', headers: { origin } });
    const [closed, opened] = await Promise.all([send(dev.url), send(open.url)]);
    expect([closed.status, closed.headers.get('access-control-allow-origin')]).toEqual([202, null]);
    expect([opened.status, opened.headers.get('access-control-allow-origin')]).toEqual([202, '*']);
  });

  it('may ask beforehand, where CORS is allowed', async () => {
    const headers = {
      origin: 'http://localhost:5173',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const ask = (url: string) => fetch(`${url}/orders`, { method: 'OPTIONS', headers });
    const [closed, opened] = await Promise.all([ask(dev.url), ask(open.url)]);
    expect(closed.status).toBe(405);
    expect(opened.status).toBe(204);
    expect(opened.headers.get('access-control-allow-methods')).toContain('POST');
    expect(opened.headers.get('access-control-allow-headers')).toBe('content-type');
  });

  it('gets no CORS headers from the runs API', async () => {
    const answer = await fetch(`${open.url}/_signalbox/runs`, {
      headers: { origin: 'http://localhost:5173' },
    });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});
