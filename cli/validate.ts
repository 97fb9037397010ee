import { Command } from 'commander';
import { JobsFileError } from '../shared/jobs/problem.ts';
import { exitCodes } from './exit.ts';
import { readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';

/** `signalbox validate`: every mistake in jobs.yml, with its place. */
export function createValidate(shell: Shell): Command {
  const { environment, print } = shell;
  return new Command('validate')
    .description('Check jobs.yml, and tell every mistake with its line.')
    .option('--json', 'print { "problems": [{ file, line, column, message }] }, for programs')
    .action(({ json }: { json?: true }) => {
      try {
        const { file, jobs } = readJobsFile(environment, shell.configPath());
        const events = jobs.reduce((sum, job) => sum + job.events.length, 0);
        print(
          json
            ? JSON.stringify({ problems: [] })
            : `${file}: ${count(jobs.length, 'job')}, ${count(events, 'event')}, no mistakes`,
        );
      } catch (error) {
        if (!(json && error instanceof JobsFileError)) throw error;
        print(JSON.stringify({ problems: error.problems }));
        shell.exitWith(exitCodes.mistake);
      }
    });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
