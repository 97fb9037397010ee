import type { Command } from 'commander';
import type { RunsAccess } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';
import { readJobsFile } from './jobs-file.ts';
import { openLocal } from './local-access.ts';
import type { Shell } from './shell.ts';
import { addPlace, toStage } from './stage-option.ts';

/** Which runs a command is about: without a stage, this machine's. */
export type Where = { readonly stage?: string; readonly region?: string; readonly profile?: string };

/** The options of Where. */
export function addWhere(command: Command): Command {
  return addPlace(
    command.option(
      '--stage <name>',
      'of the stage that is deployed under this name, in place of this machine',
      toStage,
    ),
  );
}

/** Does some work with the runs there, and closes what it opened. */
export async function withRuns(
  shell: Shell,
  where: Where,
  work: (access: RunsAccess) => Promise<void>,
): Promise<void> {
  const access = await open(shell, where);
  try {
    await work(access);
  } finally {
    await access.close();
  }
}

async function open(shell: Shell, { stage, region, profile }: Where): Promise<RunsAccess> {
  if (stage === undefined) {
    const stray = region !== undefined ? '--region' : '--profile';
    if (region === undefined && profile === undefined) return openLocal(shell);
    throw new CommandError(exitCodes.mistake, `${stray} is about a stage: name one with --stage`);
  }
  const { service } = readJobsFile(shell.environment, shell.configPath());
  // The AWS SDK takes its time to load.
  const { openStage } = await import('./stage-access.ts');
  return openStage(
    { service, stage },
    { ...(region !== undefined && { region }), ...(profile !== undefined && { profile }) },
  );
}
