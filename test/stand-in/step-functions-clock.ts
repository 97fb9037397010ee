import type { Core } from './core.ts';

/** Waits in the stand-in's time, which `core.pass` moves on; a second lasts `scale` of a real one. */
export type Clock = {
  /** False when it was given up. */
  readonly wait: (seconds: number, signal: AbortSignal) => Promise<boolean>;
  readonly close: () => void;
};

const lookEveryMs = 10;

/** One timer looks after all waits, so that thousands of executions can wait. */
export function createClock(core: Core, scale: number): Clock {
  const waits = new Set<{ readonly until: number; readonly end: (isOver: boolean) => void }>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    timer = undefined;
    const now = core.now();
    for (const each of waits) if (each.until <= now) each.end(true);
    if (waits.size > 0) timer ??= setTimeout(look, lookEveryMs);
  }

  return {
    wait(seconds, signal) {
      if (signal.aborted) return Promise.resolve(false);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const wait = { until: core.now() + seconds * scale * 1000, end };
      const giveUp = () => end(false);
      signal.addEventListener('abort', giveUp, { once: true });
      waits.add(wait);
      timer ??= setTimeout(look, Math.min(lookEveryMs, seconds * scale * 1000));
      return promise;

      function end(isOver: boolean): void {
        waits.delete(wait);
        signal.removeEventListener('abort', giveUp);
        resolve(isOver);
      }
    },
    close() {
      clearTimeout(timer);
      for (const each of waits) each.end(false);
    },
  };
}
