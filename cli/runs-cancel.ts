import { Command } from 'commander';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { finishedStatuses, isFinished, type Run, runStatuses } from '../shared/runs/run.ts';
import { toRunView } from '../shared/runs/view.ts';
import { doAll } from './do-all.ts';
import { exitCodes } from './exit.ts';
import { loadRun, toWait, waitForEnd } from './history.ts';
import { findRuns } from './matching.ts';
import { addWhere, type Where, withRuns } from './open-runs.ts';
import { addSelection, countRuns, type SelectionOptions, select, toSelection } from './selection.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

type Options = SelectionOptions & Where & { readonly wait: boolean; readonly json?: true };

const isFinal: ReadonlySet<string> = new Set(finishedStatuses);
const unfinished = runStatuses.filter((status) => !isFinal.has(status));

/** `signalbox runs cancel` */
export function createCancel(shell: Shell): Command {
  const { print, note } = shell;
  const command = new Command('cancel')
    .description('Stop runs, wherever they are. Waits until they have ended.')
    .argument('[ids...]', 'of runs, or their beginnings; without them, a filter says which')
    .option('--no-wait', 'only ask them to stop')
    .option('--json', 'print a JSON object for one id, an array otherwise, for programs');
  return addWhere(addSelection(command)).action(async (ids: string[], options: Options) => {
    const selection = toSelection(ids, options, { statuses: unfinished, verb: 'cancelled' });
    await withRuns(shell, options, async (access) => {
      const runs = await select(shell, access, selection, {
        verb: 'Cancel',
        async find(query, limit) {
          const { runs, hasMore } = await findRuns(access, query, limit);
          const more = `there are more: the same command takes the next ones, --limit more at once`;
          return { runs, remarks: hasMore ? [more] : [] };
        },
      });
      if (runs === undefined) return;
      const commands = await access.openCommands();
      const isWaiting = toWait(commands, options.wait ? undefined : false, true);
      const { results, exitCode } = await doAll(shell, runs, async (run) => {
        await commands.cancel(run.id);
        return run;
      });
      // One that only waited has ended by being asked, and needs no router.
      const asked = commands.isLasting ? [] : await Promise.all(results.map(({ id }) => loadRun(access, id)));
      if (asked.some((run) => !isFinished(run))) await commands.go('ends');
      const after: Run[] = [];
      for (const { id } of results)
        after.push(isWaiting ? await waitForEnd(access, id) : await loadRun(access, id));
      const [first] = after;
      if (options.json)
        print(toSafeJson(ids.length === 1 && first ? toRunView(first) : after.map(toRunView)));
      else if (first) print(toRunTable(after, Date.now()));
      tellOfLate(after);
      if (exitCode !== exitCodes.done) shell.exitWith(exitCode);
    });
  });

  function tellOfLate(runs: readonly Run[]): void {
    const late = runs.filter(({ status }) => isFinal.has(status) && status !== 'cancelled');
    const [first] = late;
    if (first === undefined) return;
    if (runs.length === 1) note(`it had ${first.status} before it could be cancelled`);
    else note(`${countRuns(late.length)} had ended before they could be cancelled`);
  }
}
