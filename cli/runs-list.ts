import { Command } from 'commander';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { toRunView } from '../shared/runs/view.ts';
import { findRuns } from './matching.ts';
import { addWhere, type Where, withRuns } from './open-runs.ts';
import { addFilter, type FilterOptions, toLimit, toQuery } from './run-filter.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

type Options = FilterOptions & Where & { limit: number; json?: true };

/** `signalbox runs list` */
export function createList(shell: Shell): Command {
  const { print, note } = shell;
  const command = addFilter(new Command('list').description('List runs, the newest first.'))
    .option('--limit <number>', 'how many at most', toLimit, 50)
    .option('--json', 'print a JSON array, for programs');
  return addWhere(command).action(async ({ limit, json, ...options }: Options) => {
    await withRuns(shell, options, async (access) => {
      const { runs, hasMore } = await findRuns(access, toQuery(options), limit);
      if (json) return print(toSafeJson(runs.map(toRunView)));
      if (runs.length === 0) return note('no runs');
      print(toRunTable(runs, Date.now()));
      if (hasMore) note(`there are more: --limit ${limit * 2} shows them`);
    });
  });
}
