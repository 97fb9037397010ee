/**
 * Where a process dies, by the number of the call that it makes then, from 1. `before`: the call is not sent. `after`:
 * it is done, and nobody hears of it. No later call of that process gets through. `held up`: it isn't dead, only slow:
 * the call waits until it is let go on.
 */
export type Cut = { readonly call: number; readonly when: 'before' | 'after' | 'held up' };

/** What all calls of one process go through, whichever service they are for. */
export type Gate = {
  /** Names of the operations, in the order in which they were asked for. */
  readonly calls: readonly string[];
  /** For the SDK's first step, before it repeats anything by itself. */
  readonly middleware: <I extends object, O extends object>(
    next: (args: I) => Promise<O>,
    context: { readonly commandName?: string },
  ) => (args: I) => Promise<O>;
  /** Settles once a call is held up. */
  readonly held: Promise<void>;
  readonly letOn: () => void;
};

/** `noticed` is told after each call that got through. */
export function createGate(cut: Cut | undefined, noticed: () => void): Gate {
  const calls: string[] = [];
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();

  async function pass<T>(number: number, send: () => Promise<T>): Promise<T> {
    if (cut === undefined || number < cut.call) return send();
    if (cut.when === 'held up') {
      if (number === cut.call) {
        held.resolve();
        await released.promise;
      }
      return send();
    }
    if (number === cut.call && cut.when === 'after') await send();
    throw new Error('the process has died');
  }

  return {
    calls,
    middleware: (next, { commandName }) => {
      return async (args) => {
        calls.push(String(commandName).replace(/Command$/, ''));
        try {
          return await pass(calls.length, () => next(args));
        } finally {
          noticed();
        }
      };
    },
    held: held.promise,
    letOn: () => released.resolve(),
  };
}
