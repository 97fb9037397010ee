import { FunctionFailed } from '../shared/deploy/manual-function.ts';
import { StageError } from '../shared/deploy/stage-error.ts';
import { toSafe } from '../shared/local/terminal-text.ts';
import { NotRecordedError } from '../shared/not-recorded.ts';
import type { Run } from '../shared/runs/run.ts';
import { toMessage } from '../shared/to-message.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Shell } from './shell.ts';

/** Commands that are under way at once. */
const together = 5;

/** So many runs in a row that the stage's function failed for: it's the function then, and not one of the runs. */
const mostInARow = 3;

/** `exitCode`: `done` when it worked for each run. */
export type Outcome<T> = { readonly results: readonly T[]; readonly exitCode: number };

/**
 * Does something to each run. One that can't be done holds up none of the others, and is told of; when nobody can be
 * reached any more, or the stage's function fails for each, the rest isn't tried. Of a single run the error is thrown.
 */
export async function doAll<T>(
  { note }: Shell,
  runs: readonly Run[],
  work: (run: Run) => Promise<T>,
): Promise<Outcome<T>> {
  const [only] = runs;
  if (only !== undefined && runs.length === 1)
    return { results: [await work(only)], exitCode: exitCodes.done };
  const results: T[] = [];
  let exitCode: number = exitCodes.done;
  let inARow = 0;
  for (let next = 0; next < runs.length; next += together) {
    const some = runs.slice(next, next + together);
    const settled = await Promise.allSettled(some.map(work));
    for (const [position, each] of settled.entries()) {
      const isOwn = each.status === 'rejected' && isOfFunction(each.reason);
      inARow = isOwn ? inARow + 1 : 0;
      if (each.status === 'fulfilled') results.push(each.value);
      else {
        note(toSafe(`${some[position]?.id}: ${toMessage(each.reason)}`));
        exitCode =
          !isOwn && isUnreachable(each.reason) ? exitCodes.unavailable : exitCode || exitCodes.failed;
      }
    }
    if (inARow >= mostInARow) exitCode = exitCodes.unavailable;
    if (exitCode === exitCodes.unavailable) {
      const left = runs.length - next - some.length;
      if (left > 0) note(`the other ${left} were not tried`);
      break;
    }
  }
  return { results, exitCode };
}

/** The stage answers, but its function threw, or ran out of time: perhaps for this run alone. */
function isOfFunction(error: unknown): boolean {
  return error instanceof CommandError && error.cause instanceof FunctionFailed;
}

function isUnreachable(error: unknown): boolean {
  if (error instanceof CommandError) return error.exitCode === exitCodes.unavailable;
  return error instanceof NotRecordedError || error instanceof StageError;
}
