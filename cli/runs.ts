import { Command } from 'commander';
import { findRun } from './history.ts';
import { addWhere, type Where, withRuns } from './open-runs.ts';
import { createCancel } from './runs-cancel.ts';
import { createList } from './runs-list.ts';
import { createLogs } from './runs-logs.ts';
import { createReplay } from './runs-replay.ts';
import { printRun } from './runs-show.ts';
import type { Shell } from './shell.ts';

/** `signalbox runs …`: reads the ledger itself, and sends commands to the router. */
export function createRuns(shell: Shell): Command {
  return new Command('runs')
    .description('Look at runs, cancel them, replay them; on this machine, or with --stage in AWS.')
    .addCommand(createList(shell))
    .addCommand(createShow(shell))
    .addCommand(createLogs(shell))
    .addCommand(createCancel(shell))
    .addCommand(createReplay(shell));
}

/** `signalbox runs show` */
function createShow(shell: Shell): Command {
  const command = new Command('show')
    .description('Show a run: its event, its attempts and why they ended.')
    .argument('<id>', 'of the run, or the beginning of one')
    .option('--json', 'print a JSON object, for programs');
  return addWhere(command).action(async (id: string, { json, ...where }: Where & { json?: true }) => {
    await withRuns(shell, where, async (access) => {
      const run = await findRun(access, id);
      printRun(shell.print, run, await access.ledger.loadEvent(run.id), json ?? false);
    });
  });
}
