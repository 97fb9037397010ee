import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../simulation/random.ts';
import { atEnd } from '../support/folder.ts';
import { startProxy } from './proxy.ts';

describe('the proxy', () => {
  it('hands on requests and answers while it drops nothing', async () => {
    const { url, served } = await openProxy(0);
    expect(await ask(url)).toBe('taken');
    expect(served()).toBe(1);
  });

  it('drops connections before a request, after it was done, and within the answer', async () => {
    const { url, served, dropped } = await openProxy(1);
    for (let asked = 1; asked <= 30; asked++) expect(await ask(url)).toBe('no answer');
    expect(dropped.before + dropped.after + dropped.within).toBe(30);
    expect(Math.min(dropped.before, dropped.after, dropped.within)).toBeGreaterThan(0);
    expect(served()).toBe(30 - dropped.before);
  });

  it('resets connections while nobody listens', async () => {
    const proxy = await startProxy({ port: () => undefined, likelihood: 0, random: createRandom(1) });
    atEnd(proxy.close);
    expect(await ask(proxy.url)).toBe('no answer');
  });
});

async function openProxy(likelihood: number) {
  let served = 0;
  const server = createServer((_, response) => {
    served++;
    response.end('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxy({ port: () => port, likelihood, random: createRandom(7) });
  atEnd(proxy.close);
  return { ...proxy, served: () => served };
}

async function ask(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { headers: { connection: 'close' } });
    return await answer.text();
  } catch {
    return 'no answer';
  }
}
