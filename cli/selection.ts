import { type Command, InvalidArgumentError } from 'commander';
import type { Run, RunStatus } from '../shared/runs/run.ts';
import type { RunsAccess } from './access.ts';
import { confirm, showRuns } from './confirm.ts';
import { CommandError, exitCodes } from './exit.ts';
import { findRun } from './history.ts';
import type { Query } from './matching.ts';
import { addFilter, type FilterOptions, toQuery } from './run-filter.ts';
import type { Shell } from './shell.ts';

/** What a command that changes runs is asked to change. */
export type Selection = { readonly ids: readonly string[] } | FilterSelection;

export type FilterSelection = { readonly query: Query; readonly limit: number; readonly isSure: boolean };

export type SelectionOptions = FilterOptions & { readonly limit?: number; readonly yes?: true };

const usualLimit = 100;
const mostAtOnce = 1000;

/** The options of SelectionOptions. */
export function addSelection(command: Command): Command {
  return addFilter(command)
    .option('--limit <number>', `how many runs at most; ${usualLimit}, if left out`, toLimit)
    .option('--yes', 'do it without being asked');
}

/**
 * Runs by their ids, or by a filter that says more than a time. Statuses that are left out are all that can be.
 * Throws CommandError; `verb` is as in "replayed".
 */
export function toSelection(
  ids: readonly string[],
  options: SelectionOptions,
  { statuses, verb }: { readonly statuses: readonly RunStatus[]; readonly verb: string },
): Selection {
  const { job, status, since, until, limit, yes = false } = options;
  const hasFilter = [job, status, since, until, limit].some((option) => option !== undefined);
  if (ids.length > 0) {
    if (!hasFilter) return { ids };
    throw new CommandError(
      exitCodes.mistake,
      `the runs to be ${verb} are named by their ids or found by a filter, not both`,
    );
  }
  if (job === undefined && status === undefined) {
    const else_ = hasFilter ? 'that would be runs of every job: ' : '';
    throw new CommandError(
      exitCodes.mistake,
      `${else_}say which runs are to be ${verb}: name them by their ids, or add --job or --status`,
    );
  }
  const wrong = status?.find((each) => !statuses.includes(each));
  if (wrong !== undefined) {
    throw new CommandError(
      exitCodes.mistake,
      `runs that are ${wrong} can't be ${verb}: --status is one of ${statuses.join(', ')}`,
    );
  }
  return { query: { statuses, ...toQuery(options) }, limit: limit ?? usualLimit, isSure: yes };
}

/** What a filter found, and what there is to say of it. */
export type Choice = { readonly runs: readonly Run[]; readonly remarks: readonly string[] };

/**
 * The runs of a selection. Those of a filter are shown, and asked about, as in "Replay 12 runs?"; undefined when the
 * answer is no.
 */
export async function select(
  shell: Shell,
  access: RunsAccess,
  selection: Selection,
  { verb, find }: { readonly verb: string; readonly find: (query: Query, limit: number) => Promise<Choice> },
): Promise<readonly Run[] | undefined> {
  if ('ids' in selection) {
    // All are found before one is touched: a mistyped id changes nothing by halves.
    const runs = new Map<string, Run>();
    for (const prefix of selection.ids) {
      const run = await findRun(access, prefix);
      runs.set(run.id, run);
    }
    return [...runs.values()];
  }
  const { runs, remarks } = await find(selection.query, selection.limit);
  showRuns(shell, runs, remarks);
  if (runs.length === 0) return [];
  const isWanted = await confirm(shell, `${verb} ${countRuns(runs.length)}?`, selection.isSure);
  if (!isWanted) shell.note('nothing was done');
  return isWanted ? runs : undefined;
}

export function countRuns(count: number): string {
  return `${count} ${count === 1 ? 'run' : 'runs'}`;
}

function toLimit(given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1 || number > mostAtOnce)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${mostAtOnce}.`);
  return number;
}
