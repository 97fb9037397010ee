import type { EpochMs, FinishedStatus } from './run.ts';

/** What happened to a run that others may want to hear of. */
export type Announcement = {
  readonly what: 'started' | 'retrying' | 'held' | FinishedStatus;
  readonly at: EpochMs;
  readonly attempt: number;
};

/** `failure-destination`: that of the job; it hears only of runs that failed for good. */
export type Audience = 'bus' | 'failure-destination';

/** Something the engine owes the world: saved with the run before it is performed, kept until it is done. */
export type Effect = {
  /** Unique within the run's outbox. */
  readonly key: string;
  /** Not to be performed before; an effect that failed waits here. */
  readonly notBefore: EpochMs;
  /** How often it failed. */
  readonly failures?: number;
} & (
  | { readonly kind: 'start'; readonly token: string }
  | { readonly kind: 'stop'; readonly token: string; readonly externalId?: string }
  | { readonly kind: 'describe'; readonly token: string; readonly externalId?: string }
  | { readonly kind: 'announce'; readonly to: Audience; readonly announcement: Announcement }
);

/** What is asked of a target about something that it was to start. */
export type Call = Extract<Effect, { readonly kind: 'stop' | 'describe' }>;
