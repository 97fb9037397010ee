import type { Ledger } from '../shared/runs/ledger.ts';
import type { Run } from '../shared/runs/run.ts';

/** The runs of one place, to look at and to command: this machine's, or those of a deployed stage. */
export type RunsAccess = {
  readonly ledger: Pick<Ledger, 'load' | 'loadEvent' | 'list' | 'find'>;
  /** What an attempt has written, by its number; undefined while there is no such attempt. */
  readonly openLog: (run: Run, attempt: number) => AttemptLog | undefined;
  /** Between two looks at something that is waited for, in milliseconds. */
  readonly lookMs: number;
  /** How long after a line was written it can be read, in milliseconds. */
  readonly logLagMs: number;
  /** Where commands are sent. Asked for once, by those commands that change something. */
  readonly openCommands: () => Promise<Commands>;
  readonly close: () => Promise<void>;
};

/** What they throw for a person is a CommandError. */
export type Commands = {
  /** Without a running router, a run goes on only as long as the command does. */
  readonly isLasting: boolean;
  /** Starts a run by hand; gives its id. */
  invoke(job: string, input: unknown): Promise<string>;
  cancel(runId: string): Promise<void>;
  /**
   * Gives the new run's id: the same one for the same request id. `event` is JSON in place of the run's own, which
   * undefined stands for.
   */
  replay(runId: string, requestId: string, event?: unknown): Promise<string>;
  /**
   * Once all is said: lets a router that was made for the command begin. With `ends` it starts no run that waits, and
   * only follows those that have begun.
   */
  go(what?: 'ends'): Promise<void>;
};

export type AttemptLog =
  | {
      /** Names this log among those of an attempt, which may be started more than once. */
      readonly place: string;
      /** What came since the call before. */
      readonly read: () => AsyncGenerator<string | Uint8Array, void, undefined>;
    }
  /** There is nothing to read; `page` shows more. */
  | { readonly why: string; readonly page: string | undefined };
