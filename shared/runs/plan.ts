import type { FailureClass } from './failure.ts';

/** What a run needs of its job, frozen into it when it is accepted: a deploy does not change a run under way. */
export type Plan = {
  /** The target's own part of the order: what to start. */
  readonly work: Work;
  readonly retry: Retry;
  /** Of one attempt, from when it runs. */
  readonly timeoutSeconds: number;
  /** Of waiting for a start to be taken and to run. */
  readonly startTimeoutSeconds: number;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutSeconds: number;
};

export type Retry = {
  /** Runs in all, the first included. */
  readonly attempts: number;
  readonly intervalSeconds: number;
  readonly multiplier: number;
  readonly maxIntervalSeconds: number;
  readonly jitter: 'none' | 'full';
  readonly retryOn: readonly (FailureClass | { readonly exitCodes: readonly number[] })[];
};

/** What a target is to start, by target. */
export type Work = ProcessWork | ImpossibleWork;

/** A command on this machine. `directory` is absolute. */
export type ProcessWork = {
  readonly target: 'process';
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** A job that cannot start where it was accepted; `reason` says what it lacks. */
export type ImpossibleWork = { readonly target: 'none'; readonly reason: string };
