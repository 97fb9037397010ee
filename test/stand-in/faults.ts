import { ServiceError } from './service.ts';

/** What goes wrong with a call. */
export type Fault =
  /** An error or an answer in place of what was asked for; nothing is done. */
  | { readonly kind: 'refuse'; readonly error: ServiceError }
  | { readonly kind: 'answer'; readonly body: unknown }
  /** Nothing is done and nothing is said; the connection stays open. */
  | { readonly kind: 'hang' }
  /** It is done, and the connection breaks before the answer. */
  | { readonly kind: 'drop answer' }
  /** The connection breaks, and it is done some time later. */
  | { readonly kind: 'act late'; readonly afterMs: number }
  /** It is done twice, whatever the token; the second one's answer is given. */
  | { readonly kind: 'act twice' };

export const throttled: Fault = {
  kind: 'refuse',
  error: new ServiceError('ThrottlingException', 'Rate exceeded'),
};

export const serverError: Fault = {
  kind: 'refuse',
  error: new ServiceError('ServerException', 'Service Unavailable. Please try again later.', 500),
};

export type Faults = {
  /** The next calls of an operation, one fault each; `undefined` lets one pass. */
  readonly next: (operation: string, ...faults: readonly (Fault | undefined)[]) => void;
  /** All calls of an operation from now on; `undefined` ends that. */
  readonly always: (operation: string, fault: Fault | undefined) => void;
  /** Calls beyond a rate are throttled. */
  readonly admit: (operation: string, rate: { readonly perSecond: number; readonly burst: number }) => void;
  /** Calls that meet nothing of all that meet what this gives, from now on. */
  readonly choose: (pick: (operation: string) => Fault | undefined) => void;
  readonly take: (operation: string) => Fault | undefined;
};

export function createFaults(now: () => number): Faults {
  const queues = new Map<string, (Fault | undefined)[]>();
  const constant = new Map<string, Fault>();
  const gates = new Map<string, () => boolean>();
  let pickFault: (operation: string) => Fault | undefined = () => undefined;
  return {
    next(operation, ...faults) {
      queues.set(operation, [...(queues.get(operation) ?? []), ...faults]);
    },
    always(operation, fault) {
      if (fault === undefined) constant.delete(operation);
      else constant.set(operation, fault);
    },
    admit(operation, { perSecond, burst }) {
      let left = burst;
      let at = now();
      gates.set(operation, () => {
        left = Math.min(burst, left + ((now() - at) / 1000) * perSecond);
        at = now();
        if (left < 1) return false;
        left -= 1;
        return true;
      });
    },
    choose(pick) {
      pickFault = pick;
    },
    take(operation) {
      const queue = queues.get(operation);
      if (queue !== undefined && queue.length > 0) return queue.shift();
      if (gates.get(operation)?.() === false) return throttled;
      return constant.get(operation) ?? pickFault(operation);
    },
  };
}
