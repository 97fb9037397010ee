import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until it sees something other than undefined and false; throws once the time is over. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  mostMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + mostMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${mostMs} ms in vain: ${what}`);
    await sleep(10);
  }
}
