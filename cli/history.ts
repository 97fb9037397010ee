import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Run } from '../shared/runs/run.ts';
import type { Commands, RunsAccess } from './access.ts';
import { CommandError, exitCodes } from './exit.ts';

/** The run whose id begins so; it has to be the only one. */
export async function findRun({ ledger }: RunsAccess, prefix: string): Promise<Run> {
  if (!/^[0-9a-z]{1,26}$/.test(prefix)) {
    throw new CommandError(
      exitCodes.mistake,
      `"${prefix}" is no run's id: 26 of 0-9 and a-z, or the first few of them`,
    );
  }
  const [id, ...others] = await ledger.find(prefix, 6);
  if (id === undefined) throw new CommandError(exitCodes.notFound, `no run's id begins with ${prefix}`);
  if (others.length > 0) {
    const some = [id, ...others].slice(0, 5).join(', ');
    throw new CommandError(
      exitCodes.mistake,
      `more than one run's id begins with ${prefix}: ${some}${others.length > 4 ? ' …' : ''}`,
    );
  }
  return loadRun({ ledger }, id);
}

/** Whatever runs can be loaded from. */
export type Loader = { readonly ledger: Pick<RunsAccess['ledger'], 'load'> };

export async function loadRun({ ledger }: Loader, id: string): Promise<Run> {
  const run = await ledger.load(id);
  if (run === undefined) throw new CommandError(exitCodes.notFound, `no run is named ${id}`);
  return run;
}

/** In a row, while a run is waited for: it goes on whether or not it can be seen. */
const mostFailures = 5;

export async function waitForEnd(access: Loader & Pick<RunsAccess, 'lookMs'>, id: string): Promise<Run> {
  for (
    let failures = 0, pauseMs = Math.min(100, access.lookMs);
    ;
    pauseMs = Math.min(pauseMs * 1.5, access.lookMs)
  ) {
    try {
      const run = await loadRun(access, id);
      if (isFinished(run)) return run;
      failures = 0;
    } catch (error) {
      if (error instanceof CommandError || ++failures >= mostFailures) throw error;
    }
    await sleep(pauseMs);
  }
}

/** Whether a command stays until the runs have ended: as it was asked to, or as it does else. */
export function toWait({ isLasting }: Commands, asked: boolean | undefined, usual: boolean): boolean {
  if (!isLasting && asked === false) {
    throw new CommandError(
      exitCodes.mistake,
      '--no-wait needs a running router ("signalbox dev"): without one, a run goes on only as long as the command does',
    );
  }
  return !isLasting || (asked ?? usual);
}
