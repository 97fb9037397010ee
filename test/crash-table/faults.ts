import type { Draft, Ledger } from '../../shared/runs/ledger.ts';
import { parseToken, toToken } from '../../shared/runs/run.ts';
import type { Fault } from './process.ts';

/** Starts whatever it's given, whether or not it may have been started before. */
export const neverLooks: Fault = {
  target: (target, now) => ({
    ...target,
    start: (order, event) => target.start({ ...order, askedAt: now() }, event, { isRepeat: false }),
  }),
};

/** A start whose answer is unknown is a new start. */
export const newTokenAfterUnknown: Fault = {
  target: (target) => ({
    ...target,
    start(order, event, how) {
      const { runId = '', attempt = 1, start = 1 } = parseToken(order.token) ?? {};
      const token = how?.isRepeat ? toToken(runId, attempt, start + 1) : order.token;
      return target.start({ ...order, token }, event, how);
    },
  }),
};

/** An execution gets another name each time that its start is asked for. */
export const newNameAfterUnknown: Fault = {
  target: (target) => ({
    ...target,
    start(order, event, how) {
      const { runId = '', attempt = 1, start = 1 } = parseToken(order.token) ?? {};
      const token = how?.isRepeat ? toToken(runId, attempt + 90, start) : order.token;
      return target.start({ ...order, token }, event, how);
    },
  }),
};

/** What is to be stopped lives on. */
export const neverStops: Fault = {
  target: (target) => ({ ...target, stop: async () => ({ kind: 'asked' }) }),
};

/** A run is saved when it's known what became of its start, and not before. */
export const startsBeforeItSaves: Fault = {
  ledger(ledger: Ledger): Ledger {
    const unsaved = new Map<string, Draft>();
    return {
      ...ledger,
      async accept(draft, settle) {
        const run = await ledger.load(draft.run.id);
        if (run !== undefined) return { outcome: 'duplicate', run };
        unsaved.set(draft.run.id, draft);
        return { outcome: 'accepted', run: settle(draft.run, []) };
      },
      async save(run) {
        const draft = unsaved.get(run.id);
        if (draft === undefined) return ledger.save(run);
        unsaved.delete(run.id);
        await ledger.accept(draft, () => run);
        return run;
      },
    };
  },
};

/** Whoever delivers is told that it's recorded, whether or not it is. */
export const acknowledgesAnything: Fault = {
  ledger: (ledger) => ({
    ...ledger,
    accept: (draft, settle) =>
      ledger.accept(draft, settle).catch(() => ({ outcome: 'duplicate', run: undefined })),
  }),
};
