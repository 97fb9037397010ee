import { Command } from 'commander';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { toRunView } from '../shared/runs/view.ts';
import { readEvent } from './event-file.ts';
import { exitCodes } from './exit.ts';
import { loadRun, toWait, waitForEnd } from './history.ts';
import { addWhere, type Where, withRuns } from './open-runs.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

type Options = Where & { readonly event?: string; readonly wait?: boolean; readonly json?: true };

/** `signalbox invoke <job>`: what the `manual` function does, from the command line. */
export function createInvoke(shell: Shell): Command {
  const { environment, print, note } = shell;
  const command = new Command('invoke')
    .description('Start a job by hand. The job must have a manual event in jobs.yml.')
    .argument('<job>', 'its name in jobs.yml')
    .option('--event <file>', 'JSON that the job gets as its input; - reads it from stdin')
    .option('--wait', 'wait until the run has ended, and exit 3 when it did not succeed')
    .option('--no-wait', 'leave once the run is recorded')
    .option('--json', 'print a JSON object, for programs')
    .addHelpText(
      'after',
      '\nWithout a running router ("signalbox dev"), one runs until the run has ended. With --stage, --wait is usual.',
    );
  return addWhere(command).action(async (job: string, options: Options) => {
    const { event, json, stage } = options;
    const input = event === undefined ? null : await readEvent(environment, event);
    await withRuns(shell, options, async (access) => {
      const commands = await access.openCommands();
      const isWaiting = toWait(commands, options.wait, stage !== undefined);
      const id = await commands.invoke(job, input);
      // Whoever loses the connection while waiting knows what to look for.
      if (stage !== undefined && isWaiting) note(`run ${id}`);
      await commands.go();
      const run = isWaiting ? await waitForEnd(access, id) : await loadRun(access, id);
      print(json ? toSafeJson(toRunView(run)) : toRunTable([run], Date.now()));
      if (run.endedAt !== undefined && run.status !== 'succeeded') shell.exitWith(exitCodes.unsuccessful);
    });
  });
}
