import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { type EpochMs, isFinished, type Run } from '../shared/runs/run.ts';
import { toRunView } from '../shared/runs/view.ts';
import type { AttemptLog, RunsAccess } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';
import { findRun, type Loader, loadRun } from './history.ts';
import { addWhere, type Where, withRuns } from './open-runs.ts';
import { toLimit } from './run-filter.ts';
import type { Shell } from './shell.ts';

type LogOptions = { readonly attempt?: number; readonly follow?: boolean };

/** `signalbox runs logs` */
export function createLogs(shell: Shell): Command {
  const command = new Command('logs')
    .description('Print what a run wrote to stdout and stderr.')
    .argument('<id>', 'of the run, or the beginning of one')
    .option('--attempt <number>', 'of this attempt; of the newest one, if left out', toLimit)
    .option('-f, --follow', 'go on until the run has ended, through all its attempts');
  return addWhere(command).action(async (id: string, options: LogOptions & Where) => {
    await withRuns(shell, options, async (access) => {
      await printLog(shell, access, await findRun(access, id), options);
    });
  });
}

/** Prints the log of one attempt as it is, or of one after the other as they come until the run has ended. */
export async function printLog(
  { note, write, print }: Pick<Shell, 'note' | 'write' | 'print'>,
  access: Loader & Pick<RunsAccess, 'openLog' | 'lookMs' | 'logLagMs'>,
  first: Run,
  { follow = false, attempt: only }: LogOptions,
): Promise<void> {
  let run = first;
  let number = only ?? Math.max(countAttempts(first), 1);
  let log: AttemptLog | undefined;
  let isSilent = true;
  for (;;) {
    const found = access.openLog(run, number);
    if (found === undefined && (!follow || isFinished(run))) throw toNoAttempt(run, number);
    if (found !== undefined && !isSame(log, found)) log = found;
    // Looked at before the log is read: what was written before the end is printed then.
    const isOver = endOf(run, number) + access.logLagMs <= Date.now();
    for await (const chunk of log !== undefined && 'read' in log ? log.read() : []) {
      await write(chunk);
      isSilent = false;
    }
    if ((isOver || !follow) && isSilent && log !== undefined) {
      tellOfSilence(log, number);
      isSilent = false;
    }
    const isLast = number >= countAttempts(run);
    if (!follow || (isOver && (only !== undefined || (isLast && isFinished(run))))) return;
    if (isOver && !isLast) {
      number++;
      log = undefined;
      isSilent = true;
      note(`-- attempt ${number} of ${toRunView(run).maximumAttempts}`);
      continue;
    }
    await sleep(access.lookMs);
    run = await loadRun(access, run.id);
  }

  function tellOfSilence(log: AttemptLog, number: number): void {
    if ('read' in log) {
      note(`attempt ${number} has written nothing to its log, ${log.place}`);
    } else {
      note(`attempt ${number} has no log to print: ${log.why}${log.page === undefined ? '' : '. Its page:'}`);
      if (log.page !== undefined) print(log.page);
    }
  }
}

/** An attempt that is started again, after Spot's interruption for one, has another log. */
function isSame(one: AttemptLog | undefined, other: AttemptLog): boolean {
  return one !== undefined && 'read' in one && 'read' in other && one.place === other.place;
}

/** As the job counts them: a target that retries by itself has its own. */
function countAttempts(run: Run): number {
  return toRunView(run).attempts.length;
}

/** When it has written its last line. */
function endOf(run: Run, number: number): EpochMs {
  const { endedAt } = toRunView(run).attempts.find(({ attempt }) => attempt === number) ?? {};
  if (endedAt !== undefined) return Date.parse(endedAt);
  if (number < countAttempts(run)) return 0;
  return isFinished(run) ? (run.endedAt ?? 0) : Number.POSITIVE_INFINITY;
}

function toNoAttempt(run: Run, number: number): CommandError {
  const count = countAttempts(run);
  const which = count === 0 ? 'no attempt' : `no attempt ${number}`;
  return new CommandError(
    exitCodes.notFound,
    `run ${run.id} has ${which}; it is ${run.status}, and has made ${count}`,
  );
}
