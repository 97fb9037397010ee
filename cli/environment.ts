/** Everything that the command line takes from its surroundings; `process.env` is read here and nowhere else. */
export type Environment = {
  /** Relative paths start here: where the command was called, also when pnpm runs it from the repository's root. */
  readonly directory: string;
  readonly logLevel: string;
};

export function readEnvironment(): Environment {
  const { INIT_CWD, npm_lifecycle_event, SIGNALBOX_LOG_LEVEL } = process.env;
  return {
    directory: npm_lifecycle_event === 'signalbox' && INIT_CWD ? INIT_CWD : process.cwd(),
    logLevel: SIGNALBOX_LOG_LEVEL ?? 'info',
  };
}
