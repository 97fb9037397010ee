import type { Cause } from '../runs/failure.ts';
import type { Limits } from '../runs/fit.ts';
import type { CarriedEvent, Order } from '../runs/order.ts';
import type { Work } from '../runs/plan.ts';
import type { Details, EpochMs, Try } from '../runs/run.ts';

/** What a target needs to find what it started: `work` says where to look, and the token alone is enough for what. */
export type Handle = { readonly token: string; readonly externalId?: string; readonly work: Work };

/** What a target says of one start. */
export type Report = { readonly token: string; readonly externalId?: string } & Finding;

/** How it is with something that was started, whoever started it. */
export type Finding =
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly startedAt: EpochMs; readonly details?: Details }
  /** Without `failure` the job succeeded. */
  | {
      readonly state: 'ended';
      readonly startedAt?: EpochMs;
      readonly endedAt: EpochMs;
      readonly failure?: Cause;
      readonly details?: Details;
    }
  /** For certain: nothing was started with this token, and nothing ever will be. */
  | { readonly state: 'never-started'; readonly cause: Cause }
  /** No trace of it: too early to be seen, or too late. `lookedAt` is when the look for it began. */
  | { readonly state: 'absent'; readonly lookedAt: EpochMs }
  /** It lives or has lived, and retries by itself: this became of one of its tries. */
  | { readonly state: 'tried'; readonly try: Try };

/** What a service's event says of something that a target runs. */
export type StateChange =
  /** `ofAnyStart`: its name is the same for all starts of the attempt, so the token's start number says nothing. */
  | { readonly kind: 'report'; readonly report: Report; readonly ofAnyStart?: true }
  /** Something moved, and it takes a look to see what. */
  | { readonly kind: 'look'; readonly token: string; readonly externalId: string; readonly ofAnyStart?: true }
  /** No run of ours started it: a person did. `resource` is what it was made of, as in the work of a job. */
  | {
      readonly kind: 'by-hand';
      readonly resource: string;
      readonly externalId: string;
      readonly finding: Finding;
      /** What it was given to work on, as text, where that is to be seen. */
      readonly event?: string;
      /** The run whose execution a person gave another life. */
      readonly redriveOf?: string;
    };

/** Every outcome that is to be expected is a value; a start doesn't throw. */
export type StartAnswer =
  /** `startedAt`: it runs already. `endedAt`: nobody waits for its end, so that was that. */
  | {
      readonly kind: 'started';
      readonly externalId: string;
      readonly startedAt?: EpochMs;
      readonly endedAt?: EpochMs;
    }
  | { readonly kind: 'refused'; readonly cause: Cause }
  /** It may have been started or not: the same order is sent again, with the same token. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type StartHow = { readonly isRepeat: boolean; readonly by?: EpochMs };

export type StopAnswer =
  | { readonly kind: 'asked' }
  /** Nothing was started with this token, and nothing ever will be. */
  | { readonly kind: 'never-started' }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Where jobs run. One file each, one contract suite (test/contract/target.ts).
 *
 * `start` starts an order at most once per token, however often it is called, and says what became of it. A call that
 * is not the first for its token `isRepeat`: what runs already is looked for before anything is started. After `by`
 * the service is not asked any more, and the answer is unknown.
 * `stop` asks for the end; the end itself is reported. It works by token alone, and for what never started.
 * `describe` gives one report for each handle, in any order; none for one that there was no time to look at.
 * `report` reads an event that the target's service sends, or gives undefined when it tells nothing of a job.
 */
export interface Target {
  readonly name: string;
  readonly limits: Limits;
  start(order: Order, event: CarriedEvent, how?: StartHow): Promise<StartAnswer>;
  stop(handle: Handle): Promise<StopAnswer>;
  describe(handles: readonly Handle[]): Promise<readonly Report[]>;
  report(event: unknown): StateChange | undefined;
}
