import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runFramework } from '../shared/deploy/framework.ts';
import type { Stage } from '../shared/deploy/names.ts';
import { type Package, withBundles, writePackage } from '../shared/deploy/package/write-package.ts';
import { type Stack, toStack } from '../shared/deploy/stack/stack.ts';
import { StackError, type StackProblem } from '../shared/deploy/stack/stack-error.ts';
import { JobsFileError, toWarningLine } from '../shared/jobs/problem.ts';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import { toWarnings } from '../shared/jobs/warnings/warnings.ts';
import { makeHome } from '../shared/local/home.ts';
import { LockedError, lock } from '../shared/local/lock.ts';
import { toMessage } from '../shared/to-message.ts';
import { CommandError, exitCodes } from './exit.ts';
import { findHome, readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';

/** A jobs.yml as a stage of it would be deployed. */
export type Compiled = { readonly file: JobsFile; readonly stage: Stage; readonly stack: Stack };

/** Where the package of a stage is, beside jobs.yml. */
export function findPackage({ environment, configPath }: Shell, stage: string): string {
  return join(findHome(environment, configPath()).path, 'deploy', stage);
}

/**
 * Compiles jobs.yml for a stage, and tells of what may be a mistake, and of jobs that stay here. Throws JobsFileError for
 * what can't be deployed.
 */
export function compileStage(shell: Shell, name: string): Compiled {
  const file = readJobsFile(shell.environment, shell.configPath());
  for (const warning of toWarnings(file)) shell.note(toWarningLine(warning));
  const local = file.jobs.filter(({ target }) => target === 'process');
  for (const job of local)
    shell.note(`${job.name} runs on a laptop only (target process), it is not deployed`);
  if (local.length === file.jobs.length)
    throw toJobsMistake(file, [
      {
        ...(local[0] && { line: local[0].line }),
        message:
          'no job runs in AWS, so there is nothing to deploy; expected a job with target fargate, codebuild, batch or state-machine',
      },
    ]);
  const stage = { service: file.service, stage: name };
  return { file, stage, stack: tellMistakes(file, () => toStack({ file, stage })) };
}

/**
 * Writes the package of a stage, and does some work with it that no other command meanwhile writes over. Throws
 * JobsFileError for what is too big, and CommandError when it can't be written.
 */
export async function withPackage<T>(
  shell: Shell,
  { file, stage, stack }: Compiled,
  work: (made: Package) => Promise<T>,
): Promise<T> {
  const folder = findPackage(shell, stage.stage);
  // Before the functions are bundled, which takes seconds.
  const held = holdFolder(shell, folder, stage.stage);
  try {
    const made = await withBundles((bundles) =>
      tellMistakes(file, () => writePackage(folder, { file, stage, stack, bundles })),
    );
    return await work(made);
  } finally {
    held.release();
  }
}

/** Has the Serverless Framework make the template, and gives its path. Neither an account nor a network is needed. */
export async function makeTemplate({ folder }: Package, { stage }: Stage, region: string): Promise<string> {
  const words = ['package', '--stage', stage, '--region', region];
  const { isDone, output } = await runFramework(folder, words, 'kept');
  if (!isDone)
    throw new CommandError(exitCodes.failed, `the Serverless Framework made no template:\n${output.trim()}`);
  return join(folder, '.serverless', 'cloudformation-template-update-stack.json');
}

/** The lock lies beside the folder, which is emptied; the system takes it back however this process ends. */
function holdFolder({ environment, configPath }: Shell, folder: string, stage: string) {
  try {
    makeHome(findHome(environment, configPath()));
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
    if (existsSync(folder)) accessSync(folder, constants.W_OK);
    return lock(`${folder}.lock`);
  } catch (cause) {
    const message =
      cause instanceof LockedError
        ? `another command packages or deploys stage ${stage} in ${folder}: wait until it has ended`
        : `${folder} can't be written: ${toMessage(cause)}`;
    throw new CommandError(exitCodes.failed, message, { cause });
  }
}

function tellMistakes<T>(file: JobsFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof StackError ? toJobsMistake(file, error.problems) : error;
  }
}

function toJobsMistake({ file }: JobsFile, problems: readonly StackProblem[]): JobsFileError {
  return new JobsFileError(problems.map(({ line = 1, message }) => ({ file, line, column: 1, message })));
}
