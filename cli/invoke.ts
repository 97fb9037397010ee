import { Command } from 'commander';
import { toRunView } from '../shared/runs/view.ts';
import { openAccess } from './access.ts';
import type { Environment } from './environment.ts';
import { EventFileError, readEventFile } from './event-file.ts';
import { CommandError, exitCodes } from './exit.ts';
import { findRun, openHistory, waitForEnd } from './history.ts';
import { findHome, readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

/** `signalbox invoke <job>`: what the `manual` function does, from the command line. */
export function createInvoke(shell: Shell): Command {
  const { environment, print, log } = shell;
  return new Command('invoke')
    .description('Start a job by hand. The job must have a manual event in jobs.yml.')
    .argument('<job>', 'its name in jobs.yml')
    .option('--event <file>', 'JSON that the job gets as its input; - reads it from stdin')
    .option('--wait', 'wait until the run has ended, and exit 3 when it did not succeed')
    .option('--json', 'print a JSON object, for programs')
    .addHelpText(
      'after',
      '\nWithout a running router ("signalbox dev"), one runs until the run has ended, as with --wait.',
    )
    .action(async (job: string, { event, wait, json }: { event?: string; wait?: true; json?: true }) => {
      const input = event === undefined ? null : await readInput(environment, event);
      const config = shell.configPath();
      const home = findHome(environment, config);
      const access = await openAccess(home, () => readJobsFile(environment, config), log);
      try {
        const id = await access.invoke(job, input);
        const history = openHistory(home);
        const run = wait || !access.isLasting ? await waitForEnd(history, id) : await findRun(history, id);
        history.close();
        print(json ? JSON.stringify(toRunView(run)) : toRunTable([run], Date.now()));
        if (run.endedAt !== undefined && run.status !== 'succeeded') shell.exitWith(exitCodes.unsuccessful);
      } finally {
        await access.close();
      }
    });
}

async function readInput(environment: Environment, file: string): Promise<unknown> {
  try {
    return await readEventFile(environment, file);
  } catch (cause) {
    if (cause instanceof EventFileError) throw new CommandError(exitCodes.mistake, cause.message, { cause });
    throw cause;
  }
}
