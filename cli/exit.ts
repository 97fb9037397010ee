/** What the exit codes mean; `signalbox --help` prints this. */
export const exitCodes = {
  done: 0,
  failed: 1,
  mistake: 2,
  unsuccessful: 3,
  notFound: 4,
  unavailable: 5,
} as const;

export const firstSteps = `
First steps:
  signalbox init           write a jobs.yml with one job
  signalbox invoke hello   run it once
  signalbox dev            keep a router running, and send it events
  signalbox runs list      see what ran, and why it failed
`;

export const exitCodeHelp = `
Exit codes:
  0  done
  1  something went wrong that is not below
  2  a mistake in the command line, jobs.yml or an event
  3  the run ended without success, or an event was refused
  4  there is no such run, job or stack
  5  the router, its port or its ledger can't be used; nor the deployed stage`;

/** Ends the command with a message for the person who called it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
