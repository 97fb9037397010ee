import type { Log } from '../shared/local/log.ts';
import type { Environment } from './environment.ts';

/** What every command is given. */
export type Shell = {
  readonly environment: Environment;
  readonly log: Log;
  /** An answer, to stdout. */
  readonly print: (text: string) => void;
  /** What a job wrote, as it is, to stdout; done when it's gone. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  /** A remark for a person, to stderr. */
  readonly note: (text: string) => void;
  /** What --config names. */
  readonly configPath: () => string | undefined;
  /** Asks a person for a yes or a no; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  readonly exitWith: (exitCode: number) => void;
};
