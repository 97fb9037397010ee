import type { Run } from '../shared/runs/run.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Shell } from './shell.ts';
import { toRunTable } from './tables.ts';

/** Of the runs that a question is about. */
const mostShown = 10;

/** Shows what a filter found, and what else there is to say. To stderr: stdout is for the answer. */
export function showRuns({ note }: Shell, runs: readonly Run[], remarks: readonly string[]): void {
  if (runs.length === 0) note('no runs match');
  else note(toRunTable(runs.slice(0, mostShown), Date.now()));
  if (runs.length > mostShown) note(`… and ${runs.length - mostShown} more: ${countStatuses(runs)} in all`);
  for (const remark of remarks) note(remark);
}

/** `failed 3, timed-out 1` */
function countStatuses(runs: readonly Run[]): string {
  const groups = Map.groupBy(runs, ({ status }) => status);
  return [...groups].map(([status, each]) => `${status} ${each.length}`).join(', ');
}

/**
 * Whether to go on: a person at a terminal is asked, anybody else has to have said --yes. Throws CommandError when
 * nobody can be asked.
 */
export async function confirm({ ask }: Shell, question: string, isSure: boolean): Promise<boolean> {
  if (isSure) return true;
  if (ask !== undefined) return ask(question);
  throw new CommandError(
    exitCodes.mistake,
    `"${question}" can't be asked without a terminal, and nothing was done: --yes answers it`,
  );
}
