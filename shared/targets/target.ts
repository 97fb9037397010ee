import type { Cause } from '../runs/failure.ts';
import type { Limits } from '../runs/fit.ts';
import type { CarriedEvent, Order } from '../runs/order.ts';
import type { EpochMs } from '../runs/run.ts';

/** What a target needs to find what it started; the token alone is enough. */
export type Handle = { readonly token: string; readonly externalId?: string };

/** What a target says of one start. */
export type Report = { readonly token: string; readonly externalId?: string } & (
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly startedAt: EpochMs }
  /** Without `failure` the job succeeded. */
  | {
      readonly state: 'ended';
      readonly startedAt?: EpochMs;
      readonly endedAt: EpochMs;
      readonly failure?: Cause;
    }
  /** For certain: nothing was started with this token, and nothing ever will be. */
  | { readonly state: 'never-started'; readonly cause: Cause }
  /** No trace of it: too early to be seen, or too late. `lookedAt` is when the look for it began. */
  | { readonly state: 'absent'; readonly lookedAt: EpochMs }
);

/** Every outcome that is to be expected is a value; a start doesn't throw. */
export type StartAnswer =
  /** `startedAt`: it runs already. */
  | { readonly kind: 'started'; readonly externalId: string; readonly startedAt?: EpochMs }
  | { readonly kind: 'refused'; readonly cause: Cause }
  /** It may have been started or not: the same order is sent again, with the same token. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type StopAnswer =
  | { readonly kind: 'asked' }
  /** Nothing was started with this token, and nothing ever will be. */
  | { readonly kind: 'never-started' }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Where jobs run. One file each, one contract suite (test/contract/target.ts).
 *
 * `start` starts an order at most once per token, however often it is called, and says what became of it.
 * `stop` asks for the end; the end itself is reported. It works by token alone, and for what never started.
 * `describe` gives one report for each handle, in any order.
 * `report` reads a state change that the target's service sends, or gives undefined when it isn't one of ours.
 */
export interface Target {
  readonly name: string;
  readonly limits: Limits;
  start(order: Order, event: CarriedEvent): Promise<StartAnswer>;
  stop(handle: Handle): Promise<StopAnswer>;
  describe(handles: readonly Handle[]): Promise<readonly Report[]>;
  report(stateChange: unknown): Report | undefined;
}
