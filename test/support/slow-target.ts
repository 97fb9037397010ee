import type { StartAnswer, Target } from '../../shared/targets/target.ts';
import type { ScriptedTarget } from './scripted-target.ts';

/** A call on its way to the target. It does what it asks for at most once, whenever it arrives. */
export type Call = {
  readonly kind: 'start' | 'stop' | 'describe';
  /** It reaches the target; who called hears nothing yet. */
  readonly arrive: () => Promise<void>;
  /** Who called hears the target's answer, after the call has arrived. */
  readonly answer: () => Promise<void>;
  /** Who called is told that the answer was lost. The call may still arrive. */
  readonly lose: () => void;
  /** A start that has not arrived yet meets a busy target, and never arrives. */
  readonly refuse: (how: 'throttled' | 'no-capacity') => void;
};

/** A target whose calls wait for the test: to arrive, to be answered, to be lost; or for ever, as when a router dies. */
export function createSlowTarget(target: ScriptedTarget): { readonly slow: Target; readonly calls: Call[] } {
  const calls: Call[] = [];

  function delay<Answer>(
    kind: Call['kind'],
    act: () => Promise<Answer>,
    toRefusal: (how: 'throttled' | 'no-capacity') => Answer | undefined,
  ): Promise<Answer> {
    const heard = Promise.withResolvers<Answer>();
    let arrival: Promise<Answer> | undefined;
    const arrive = () => {
      arrival ??= act();
      return arrival;
    };
    calls.push({
      kind,
      arrive: async () => void (await arrive()),
      answer: async () => heard.resolve(await arrive()),
      lose: () => heard.reject(new Error('timed out')),
      refuse(how) {
        const refusal = arrival === undefined ? toRefusal(how) : undefined;
        if (refusal === undefined) return;
        arrival = Promise.resolve(refusal);
        heard.resolve(refusal);
      },
    });
    return heard.promise;
  }

  const slow: Target = {
    ...target,
    start: (order, event) =>
      delay<StartAnswer>(
        'start',
        () => target.start(order, event),
        (how) => {
          const cause = { class: how, reason: how } as const;
          // Throttling is about the call; a lack of room is about the token, and ends it.
          return how === 'throttled' ? { kind: 'refused', cause } : target.bury(order.token, cause);
        },
      ),
    stop: (handle) =>
      delay(
        'stop',
        () => target.stop(handle),
        () => undefined,
      ),
    describe: (handles) =>
      delay(
        'describe',
        () => target.describe(handles),
        () => undefined,
      ),
  };
  return { slow, calls };
}
