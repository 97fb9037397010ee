import { CommandError, exitCodes } from './exit.ts';

/** Everything that the command line takes from its surroundings; the command line reads `process.env` here and nowhere else. */
export type Environment = {
  /** Relative paths start here: where the command was called, also when pnpm runs it from the repository's root. */
  readonly directory: string;
  readonly logLevel: string;
};

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Throws CommandError. */
export function readEnvironment(): Environment {
  const { INIT_CWD, npm_lifecycle_event, SIGNALBOX_LOG_LEVEL = 'info' } = process.env;
  if (!logLevels.includes(SIGNALBOX_LOG_LEVEL)) {
    const found = JSON.stringify(SIGNALBOX_LOG_LEVEL);
    throw new CommandError(
      exitCodes.mistake,
      `the environment variable SIGNALBOX_LOG_LEVEL is ${found}, expected one of ${logLevels.join(', ')}`,
    );
  }
  return {
    directory: npm_lifecycle_event === 'signalbox' && INIT_CWD ? INIT_CWD : process.cwd(),
    logLevel: SIGNALBOX_LOG_LEVEL,
  };
}
