import type { Log } from '../shared/local/log.ts';
import type { Environment } from './environment.ts';

/** What every command is given. */
export type Shell = {
  readonly environment: Environment;
  readonly log: Log;
  /** An answer, to stdout. */
  readonly print: (text: string) => void;
  /** A remark for a person, to stderr. */
  readonly note: (text: string) => void;
  /** What --config names. */
  readonly configPath: () => string | undefined;
  readonly exitWith: (exitCode: number) => void;
};
