import { Command, CommanderError } from 'commander';
import { JobsFileError } from '../shared/jobs/problem.ts';
import { LockedError } from '../shared/local/lock.ts';
import { createLog } from '../shared/local/log.ts';
import { LedgerError } from '../shared/runs/ledger.ts';
import { EventParseError, NoRuleError } from '../shared/sources/source.ts';
import { toMessage } from '../shared/to-message.ts';
import { createDev } from './dev-command.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { CommandError, exitCodeHelp, exitCodes, firstSteps } from './exit.ts';
import { createExplain } from './explain.ts';
import { createInit } from './init.ts';
import { createInvoke } from './invoke.ts';
import { createRuns } from './runs.ts';
import type { Shell } from './shell.ts';
import { createValidate } from './validate.ts';

// Whoever reads may have enough of it, as `head` has: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const note = (text: string) => void process.stderr.write(`${text}\n`);

try {
  await createProgram(readEnvironment()).parseAsync();
} catch (error) {
  process.exitCode = toExitCode(error);
  if (error instanceof JobsFileError)
    note(`${error.message}\n${count(error.problems.length, 'mistake')} in jobs.yml`);
  else if (!(error instanceof CommanderError)) note(`error: ${toMessage(error)}`);
}

function createProgram(environment: Environment): Command {
  const program = new Command('signalbox')
    .description('Starts long-running jobs from events, once, and keeps a ledger of every run.')
    .option('--config <file>', 'the jobs.yml to use; the nearest one upwards, if left out')
    .addHelpText('after', `${firstSteps}${exitCodeHelp}`)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const shell: Shell = {
    environment,
    log: createLog(environment.logLevel),
    print: (text) => void process.stdout.write(`${text}\n`),
    note,
    configPath: () => program.opts<{ config?: string }>().config,
    exitWith: (exitCode) => {
      process.exitCode = exitCode;
    },
  };
  program.addCommand(createInit(shell));
  program.addCommand(createValidate(shell));
  program.addCommand(createDev(shell));
  program.addCommand(createInvoke(shell));
  program.addCommand(createExplain(shell));
  program.addCommand(createRuns(shell));
  inherit(program);
  return program;
}

/** Commands that are made apart don't have their parent's settings by themselves. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}

function toExitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.mistake;
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof LedgerError || error instanceof LockedError) return exitCodes.unavailable;
  const isMistake = [JobsFileError, EventParseError, NoRuleError].some((type) => error instanceof type);
  return isMistake ? exitCodes.mistake : exitCodes.failed;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
