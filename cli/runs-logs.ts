import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Run } from '../shared/runs/run.ts';
import { toAttemptFolder, toLogPath } from '../shared/targets/process/attempt-folder.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Shell } from './shell.ts';

const lookMs = 200;

/** Prints the log of one attempt as it is, or of one after the other as they come until the run has ended. */
export async function printLog(
  shell: Shell,
  root: string,
  first: Run,
  reload: () => Promise<Run>,
  { follow, attempt: only }: { readonly follow: boolean; readonly attempt: number | undefined },
): Promise<void> {
  let run = first;
  let number = only ?? Math.max(first.attempts.length, 1);
  let printed = { token: '', bytes: 0 };
  for (;;) {
    const token = toToken(run, number, follow);
    if (token !== undefined) {
      if (token !== printed.token) printed = { token, bytes: 0 };
      printed = { token, bytes: printFrom(toLogPath(toAttemptFolder(root, token)), printed.bytes) };
    }
    if (only === undefined && number < run.attempts.length) {
      number++;
      shell.note(`-- attempt ${number} of ${run.plan.retry.attempts}`);
      continue;
    }
    if (!follow || isFinished(run)) return;
    await sleep(lookMs);
    run = await reload();
  }
}

function toToken(run: Run, number: number, follow: boolean): string | undefined {
  const attempt = run.attempts.find((each) => each.number === number);
  if (attempt === undefined && !follow) {
    const which = run.attempts.length === 0 ? 'no attempt' : `no attempt ${number}`;
    throw new CommandError(
      exitCodes.notFound,
      `run ${run.id} has ${which}; it is ${run.status}, and has made ${run.attempts.length}`,
    );
  }
  return attempt?.start.token;
}

/** Gives how many bytes of the file have been printed. */
function printFrom(path: string, from: number): number {
  if (!existsSync(path)) return from;
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(65_536);
  try {
    for (let at = from; ; ) {
      const size = readSync(file, chunk, 0, chunk.length, at);
      if (size === 0) return at;
      process.stdout.write(Buffer.from(chunk.subarray(0, size)));
      at += size;
    }
  } finally {
    closeSync(file);
  }
}
