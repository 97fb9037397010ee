import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { http, outputOf, printEvent, raw, readRun, shell, startTestDev, type TestDev } from '../dev.ts';

const most = 6_291_456;
const json = { 'content-type': 'application/json' };
let dev: TestDev;

beforeAll(async () => {
  const route = (path: string, format: '1.0' | '2.0' = '2.0') => ({ events: [http('POST', path, format)] });
  dev = await startTestDev({
    jobs: {
      echo: shell(printEvent, route('/echo/{id}')),
      'echo-1': shell(printEvent, route('/echo-1/{id}', '1.0')),
      slow: shell('sleep 0.4', { events: [http('PUT', '/slow'), http('PATCH', '/slow')] }),
      big: shell('true', route('/big')),
      'own-runs': shell('true', { events: [http('GET', '/runs/today')] }),
    },
  });
});
afterAll(() => dev.remove());

describe('a request to a declared route', () => {
  it('is answered with 202 and where to look; that says 202 while it runs, then 200', async () => {
    const answer = await fetch(`${dev.url}/slow`, { method: 'PUT' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('content-type')).toBe('application/json');
    const told = await readRun(answer);
    expect(told).toEqual({ runId: expect.stringMatching(/^[0-9a-z]{26}$/), job: 'slow', status: 'queued' });
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe(`/runs/${told.runId}`);

    const early = await dev.get(location);
    expect([early.status, early.headers.get('retry-after')]).toEqual([202, '1']);
    await dev.waitFor(told.runId, 'running');
    expect((await dev.get(location)).status).toBe(202);
    await dev.waitFor(told.runId, 'succeeded');
    const late = await dev.get(location);
    expect([late.status, late.headers.get('retry-after')]).toEqual([200, null]);
    expect(await late.json()).toMatchObject({ runId: told.runId, job: 'slow', status: 'succeeded' });
  });

  it('gives the job a valid trigger event', async () => {
    const answer = await dev.post('/echo/caf%C3%A9?tag=a&tag=b&q=1', '{"sku":7}', {
      ...json,
      'user-agent': 'test',
    });
    const event = JSON.parse(await outputOf(dev, (await readRun(answer)).runId));
    const requestId = event.id;
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    const source = 'arn:aws:execute-api:local:000000000000:shop';
    expect(event).toMatchObject({ source: 'http-api-gateway', sourceArn: source });
    expect(event.records).toEqual([
      {
        specversion: '1.0',
        id: requestId,
        source,
        type: 'aws.http.request',
        subject: 'POST /echo/{id}',
        time: event.time,
        datacontenttype: 'application/json',
        data: {
          method: 'POST',
          path: '/echo/café',
          headers: expect.objectContaining({ 'content-type': 'application/json', 'user-agent': 'test' }),
          query: { tag: ['a', 'b'], q: '1' },
          pathParameters: { id: 'café' },
          cookies: [],
          body: { sku: 7 },
          sourceIp: '127.0.0.1',
          auth: null,
        },
      },
    ]);
    expect(new Date(event.time).toISOString()).toBe(event.time);
  });

  it('gives the job the same data in payload format 1.0 and 2.0', async () => {
    const dataOf = async (path: string) => {
      const answer = await dev.post(`${path}/7?a=1&a=2&b=%20`, '{"sku":7}', json);
      const event = JSON.parse(await outputOf(dev, (await readRun(answer)).runId));
      const { path: _, ...data } = event.records[0].data;
      return data;
    };
    const [one, two] = await Promise.all([dataOf('/echo-1'), dataOf('/echo')]);
    expect(two).toEqual(one);
    expect(one).toMatchObject({ query: { a: ['1', '2'], b: ' ' }, pathParameters: { id: '7' } });
  });

  it('may repeat a header, and hides its cookies', async () => {
    const dataOf = async (path: string) => {
      const headers = [
        'Host',
        new URL(dev.url).host,
        'Cookie',
        'session=s3cr3t; theme=dark',
        'X-Tag',
        'a',
        'x-tag',
        'b',
      ];
      const { body } = await raw(dev.url, {
        method: 'POST',
        path,
        headers: [...headers, 'Content-Length', '0'],
      });
      return JSON.parse(await outputOf(dev, JSON.parse(body).runId)).records[0].data;
    };
    const [one, two] = await Promise.all([dataOf('/echo-1/7'), dataOf('/echo/7')]);
    // API Gateway joins them in format 2.0.
    expect([one.headers['x-tag'], two.headers['x-tag']]).toEqual([['a', 'b'], 'a,b']);
    expect([one.cookies, two.cookies]).toEqual([['[redacted]'], ['[redacted]']]);
    expect(JSON.stringify([one, two])).not.toContain('s3cr3t');
  });

  it.each([
    ['text/plain', 'héllo', 'héllo'],
    ['text/plain', '{"sku":7}', '{"sku":7}'],
    ['application/json; charset=utf-8', '\u{feff}{"sku":7}', { sku: 7 }],
    ['application/vnd.acme+json', '[1]', [1]],
    ['application/x-www-form-urlencoded', 'a=1', 'a=1'],
    ['application/octet-stream', new Uint8Array([0xff, 0x00]), { base64: '/wA=' }],
    ['application/json', '', null],
  ])('of type %s gives the job its body', async (type, sent, body) => {
    const answer = await dev.post('/echo/7', sent, { 'content-type': type });
    expect(answer.status).toBe(202);
    const event = JSON.parse(await outputOf(dev, (await readRun(answer)).runId));
    expect(event.records[0].data.body).toEqual(body);
  });

  it('may have names that mean something to JavaScript', async () => {
    const body = '{"__proto__":{"admin":true},"constructor":1}';
    const answer = await dev.post('/echo/7?__proto__=a&constructor=b', body, { ...json, constructor: 'c' });
    const event = JSON.parse(await outputOf(dev, (await readRun(answer)).runId));
    const { data } = event.records[0];
    expect(JSON.stringify(data.body)).toBe(body);
    expect(JSON.stringify(data.query)).toBe('{"__proto__":"a","constructor":"b"}');
    expect(data.headers.constructor).toBe('c');
  });

  it.each([
    ['malformed JSON', '{"sku":'],
    ['JSON that is not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['JSON that is nested too deeply', '['.repeat(300) + ']'.repeat(300)],
  ])('is refused with 400 for %s, and starts nothing', async (_what, body) => {
    const before = (await dev.list('?limit=1000')).length;
    const answer = await dev.post('/echo/7', body, json);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({
      title: 'Bad Request',
      detail: 'the body is not the JSON that its content type application/json says it is',
    });
    expect(await dev.list('?limit=1000')).toHaveLength(before);
  });

  it('is refused with 404 on a path that no job has, and with 405 for another method', async () => {
    const unknown = await dev.post('/nothing');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({
      status: 404,
      detail: 'No job has the route POST /nothing.',
    });
    const wrong = await dev.post('/slow');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'PATCH, PUT']);
    expect(await wrong.json()).toMatchObject({ detail: 'This path takes PATCH, PUT, not POST.' });
    expect((await dev.get('/echo/7/8')).status).toBe(404);
    expect((await dev.get('/runs/0000000000000000000000dead')).status).toBe(404);
  });

  it('comes before the runs API at the same path', async () => {
    expect(await (await dev.get('/runs/today')).json()).toMatchObject({ job: 'own-runs' });
  });

  it.each([
    ['/%', 404],
    ['/%ff', 404],
    ['/echo/%ff', 405],
    ['/echo/%2f', 404],
    ['//echo/7', 404],
    ['/../echo/7', 404],
    ['/?%', 404],
    ['/__proto__', 404],
  ])('GET %s is answered with %i, whatever it may mean', async (path, status) => {
    expect((await raw(dev.url, { path })).status).toBe(status);
  });
});

describe('a body', () => {
  it('of 6,291,456 bytes is taken', async () => {
    const answer = await dev.post('/big', Buffer.alloc(most, 'a'), { 'content-type': 'text/plain' });
    expect(answer.status).toBe(202);
  });

  it('of one byte more is refused with 413 before it is read', async () => {
    const headers = { 'content-length': String(most + 1), 'content-type': 'text/plain' };
    const answer = await raw(dev.url, {
      method: 'POST',
      path: '/big',
      headers,
      body: [Buffer.alloc(most + 1)],
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({ detail: 'The body is larger than 6291456 bytes.' });
  });

  it('of one byte more is refused with 413 when it comes in chunks', async () => {
    const headers = { 'transfer-encoding': 'chunked', 'content-type': 'text/plain' };
    const body = [Buffer.alloc(most), 'a'];
    expect((await raw(dev.url, { method: 'POST', path: '/big', headers, body })).status).toBe(413);
    const exactly = [Buffer.alloc(most - 1), 'a'];
    expect((await raw(dev.url, { method: 'POST', path: '/big', headers, body: exactly })).status).toBe(202);
  });

  it('that is broken off starts nothing, and the router goes on', async () => {
    const before = (await dev.list('?limit=1000')).length;
    const { hostname, port, host } = new URL(dev.url);
    const socket = connect(Number(port), hostname);
    socket.write(`POST /big HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 100\r\n\r\nabc`, () =>
      socket.destroy(),
    );
    await once(socket, 'close');
    expect((await dev.post('/big', 'abc')).status).toBe(202);
    expect(await dev.list('?limit=1000')).toHaveLength(before + 1);
  });
});
