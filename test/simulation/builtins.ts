import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { Kernel } from './kernel.ts';

let kernel: Kernel | undefined;
let isReplaced = false;

const real = {
  random: Math.random,
  now: Date.now,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  sleep: timers.setTimeout,
  randomUUID: crypto.randomUUID,
};

/**
 * Puts the kernel's clock and chance in place of Node's, for this process, while `work` is done: time, random numbers
 * and ids, timers.
 */
export async function withBuiltinsOf<T>(by: Kernel, work: () => Promise<T>): Promise<T> {
  const restore = isReplaced ? () => {} : replaceBuiltins();
  kernel = by;
  try {
    return await work();
  } finally {
    kernel = undefined;
    restore();
  }
}

/**
 * Replaces Node's functions by some that ask the kernel while there is one, and Node when there is none. To do it once
 * for many schedules is quicker. Gives what puts Node's back.
 */
export function replaceBuiltins(): () => void {
  isReplaced = true;
  const cancelled = new WeakSet<object>();

  Math.random = () => kernel?.random.next() ?? real.random();
  Date.now = () => kernel?.now() ?? real.now();
  crypto.randomUUID = (options) => (kernel ? toUuid(kernel) : real.randomUUID(options));
  timers.setTimeout = ((ms = 1, value?: unknown, options?: object) => {
    const sleeper = kernel?.current();
    if (kernel === undefined || sleeper === undefined) return real.sleep(ms, value, options);
    return kernel.sleep(sleeper, ms).then(() => value);
  }) as typeof timers.setTimeout;
  globalThis.setTimeout = ((run: (...values: unknown[]) => void, ms = 1, ...values: unknown[]) => {
    const sleeper = kernel?.current();
    if (kernel === undefined || sleeper === undefined) return real.setTimeout(run, ms, ...values);
    const timer = {};
    void kernel.sleep(sleeper, ms).then(() => {
      if (!cancelled.has(timer)) run(...values);
    });
    return timer;
  }) as unknown as typeof globalThis.setTimeout;
  globalThis.clearTimeout = ((timer?: NodeJS.Timeout) => {
    if (typeof timer === 'object') cancelled.add(timer);
    real.clearTimeout(timer);
  }) as typeof globalThis.clearTimeout;
  globalThis.setImmediate = ((run: (...values: unknown[]) => void, ...values: unknown[]) => {
    const busy = kernel?.current();
    if (kernel === undefined || busy === undefined) return real.setImmediate(run, ...values);
    kernel.soon(busy, () => run(...values));
    return {};
  }) as unknown as typeof globalThis.setImmediate;
  syncBuiltinESMExports();

  return () => {
    isReplaced = false;
    Math.random = real.random;
    Date.now = real.now;
    crypto.randomUUID = real.randomUUID;
    timers.setTimeout = real.sleep;
    globalThis.setTimeout = real.setTimeout;
    globalThis.clearTimeout = real.clearTimeout;
    globalThis.setImmediate = real.setImmediate;
    syncBuiltinESMExports();
  };
}

function toUuid({ random }: Kernel): ReturnType<typeof crypto.randomUUID> {
  const hex = (digits: number) =>
    Math.floor(random.next() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(8)}${hex(4)}`;
}
