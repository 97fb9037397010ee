import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Random } from '../simulation/random.ts';

export type ChaosProxy = {
  /** As `http://127.0.0.1:1234`. */
  readonly url: string;
  /** Connections that were reset, by when. */
  readonly dropped: Readonly<Record<Moment, number>>;
  readonly close: () => Promise<void>;
};

/** `before`: the request gets nowhere. `after`: it is done, and nobody hears of it. `within`: half an answer comes. */
type Moment = 'before' | 'after' | 'within';

export type ProxyOptions = {
  /** Where connections go; nobody is there when undefined. */
  readonly port: () => number | undefined;
  /** How likely each piece of a request is to be the connection's last. */
  readonly likelihood: number;
  readonly random: Random;
};

/** A TCP proxy on the loopback address, which resets connections at random. */
export async function startProxy({ port, likelihood, random }: ProxyOptions): Promise<ChaosProxy> {
  const dropped = { before: 0, after: 0, within: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const to = port();
    if (to === undefined) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ host: '127.0.0.1', port: to });
    pipe(client, upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropped,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };

  function pipe(client: Socket, upstream: Socket): void {
    let fate: Moment | undefined;
    const drop = (moment: Moment) => {
      dropped[moment]++;
      client.resetAndDestroy();
      upstream.destroy();
    };
    for (const [from, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => other.destroy());
      from.on('end', () => other.end());
      from.on('close', () => {
        sockets.delete(from);
        other.destroy();
      });
    }
    client.on('data', (piece: Buffer) => {
      if (random.chance(likelihood)) fate = random.pick(['before', 'after', 'within'] as const);
      if (fate === 'before') drop(fate);
      else upstream.write(piece);
    });
    upstream.on('data', (piece: Buffer) => {
      if (fate === 'after') drop(fate);
      else if (fate === 'within') {
        client.write(piece.subarray(0, piece.length / 2), () => drop('within'));
        fate = undefined;
        upstream.pause();
      } else client.write(piece);
    });
  }
}
