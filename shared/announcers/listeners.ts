import type { Announcement } from '../runs/effect.ts';
import type { Run } from '../runs/run.ts';
import type { Announcer } from './announcer.ts';

export type Listener = (run: Run, announcement: Announcement) => void;

/** Tells whoever listens in this process: the log, and the streams of server-sent events. */
export function createListeners(): Announcer & { readonly listen: (listener: Listener) => () => void } {
  const listeners = new Set<Listener>();
  return {
    async announce(run, announcement) {
      for (const listener of listeners) listener(run, announcement);
    },
    /** Gives the function that ends it. */
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
