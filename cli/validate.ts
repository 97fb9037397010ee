import { Command } from 'commander';
import { JobsFileError, toWarningLine } from '../shared/jobs/problem.ts';
import { toWarnings } from '../shared/jobs/warnings/warnings.ts';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { exitCodes } from './exit.ts';
import { readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';

/** `signalbox validate`: every mistake in jobs.yml, with its place; and what a right one is warned of, which is no failure. */
export function createValidate(shell: Shell): Command {
  const { environment, print } = shell;
  return new Command('validate')
    .description('Check jobs.yml, and tell every mistake with its line, and what may be one.')
    .option(
      '--json',
      'print { "problems": [{ file, line, column, message }], "warnings": [{ file, line, message }] }, for programs',
    )
    .action(({ json }: { json?: true }) => {
      try {
        const jobsFile = readJobsFile(environment, shell.configPath());
        const { file, jobs } = jobsFile;
        const warnings = toWarnings(jobsFile);
        if (!json) for (const warning of warnings) shell.note(toWarningLine(warning));
        const events = jobs.reduce((sum, job) => sum + job.events.length, 0);
        print(
          json
            ? toSafeJson({ problems: [], warnings })
            : `${file}: ${count(jobs.length, 'job')}, ${count(events, 'event')}, no mistakes${
                warnings.length > 0 ? `, ${count(warnings.length, 'warning')}` : ''
              }`,
        );
      } catch (error) {
        if (!(json && error instanceof JobsFileError)) throw error;
        print(toSafeJson({ problems: error.problems, warnings: [] }));
        shell.exitWith(exitCodes.mistake);
      }
    });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
