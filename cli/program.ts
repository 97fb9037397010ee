import { Command, CommanderError } from 'commander';
import { StageError } from '../shared/deploy/stage-error.ts';
import { JobsFileError } from '../shared/jobs/problem.ts';
import { LockedError } from '../shared/local/lock.ts';
import { createLog } from '../shared/local/log.ts';
import { toSafe, toSafeLines } from '../shared/local/terminal-text.ts';
import { LedgerError } from '../shared/runs/ledger.ts';
import { EventParseError, NoRuleError } from '../shared/sources/source.ts';
import { toMessage } from '../shared/to-message.ts';
import { createDeploy } from './deploy.ts';
import { createDev } from './dev-command.ts';
import type { Environment } from './environment.ts';
import { CommandError, exitCodeHelp, exitCodes, firstSteps } from './exit.ts';
import { createExplain } from './explain.ts';
import { createInfo } from './info.ts';
import { createInit } from './init.ts';
import { createInvoke } from './invoke.ts';
import { createPackage } from './package.ts';
import { createRemove } from './remove.ts';
import { createRuns } from './runs.ts';
import type { Shell } from './shell.ts';
import { createValidate } from './validate.ts';

/** Where a command line is: a process, or a test. */
export type Surroundings = Pick<Shell, 'print' | 'write' | 'note' | 'ask'> & {
  readonly readEnvironment: () => Environment;
};

/** Does what a command line says; gives its exit code. Throws nothing. */
export async function runCommandLine(
  words: readonly string[],
  { readEnvironment, ...surroundings }: Surroundings,
): Promise<number> {
  const terminal = withSafeText(surroundings);
  let exitCode: number = exitCodes.done;
  try {
    const environment = readEnvironment();
    const program = new Command('signalbox');
    addCommands(program, {
      ...terminal,
      environment,
      log: createLog(environment.logLevel),
      configPath: () => program.opts<{ config?: string }>().config,
      exitWith(code) {
        exitCode = code;
      },
    });
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof JobsFileError)
      terminal.note(`${error.message}\n${count(error.problems.length, 'mistake')} in jobs.yml`);
    else if (!(error instanceof CommanderError)) terminal.note(`error: ${toSafe(toMessage(error))}`);
    return toExitCode(error);
  }
}

/** Whatever is said may come from a ledger, an answer or a file: nothing of it moves the cursor. */
function withSafeText<T extends Pick<Shell, 'print' | 'note'>>(terminal: T): T {
  return {
    ...terminal,
    print: (text: string) => terminal.print(toSafeLines(text)),
    note: (text: string) => terminal.note(toSafeLines(text)),
  };
}

function addCommands(program: Command, shell: Shell): void {
  program
    .description('Starts long-running jobs from events, once, and keeps a ledger of every run.')
    .option('--config <file>', 'the jobs.yml to use; the nearest one upwards, if left out')
    .addHelpText('after', `${firstSteps}${exitCodeHelp}`)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => shell.print(text.trimEnd()),
      writeErr: (text) => shell.note(text.trimEnd()),
    })
    .addCommand(createInit(shell))
    .addCommand(createValidate(shell))
    .addCommand(createDev(shell))
    .addCommand(createInvoke(shell))
    .addCommand(createExplain(shell))
    .addCommand(createRuns(shell))
    .addCommand(createPackage(shell))
    .addCommand(createDeploy(shell))
    .addCommand(createInfo(shell))
    .addCommand(createRemove(shell));
  inherit(program);
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
  const isUnavailable = [LedgerError, LockedError, StageError].some((type) => error instanceof type);
  if (isUnavailable) return exitCodes.unavailable;
  const isMistake = [JobsFileError, EventParseError, NoRuleError].some((type) => error instanceof type);
  return isMistake ? exitCodes.mistake : exitCodes.failed;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
