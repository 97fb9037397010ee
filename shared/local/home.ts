import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from '../runs/ledger.ts';
import { toMessage } from '../to-message.ts';

/** Where the local router keeps everything: `.signalbox/` beside jobs.yml, readable by this user only. */
export type Home = {
  readonly path: string;
  readonly ledger: string;
  readonly payloads: string;
  readonly attempts: string;
  readonly lock: string;
  readonly router: string;
  readonly ticks: string;
};

export function toHome(directory: string): Home {
  const path = join(directory, '.signalbox');
  return {
    path,
    ledger: join(path, 'ledger.db'),
    payloads: join(path, 'payloads'),
    attempts: join(path, 'attempts'),
    lock: join(path, 'router.lock'),
    router: join(path, 'router.json'),
    ticks: join(path, 'schedules.json'),
  };
}

/** Throws LedgerError: without a home there is no ledger. */
export function makeHome(home: Home): void {
  try {
    mkdirSync(home.path, { recursive: true, mode: 0o700 });
    keepOutOfGit(home);
  } catch (cause) {
    const reason = toMessage(cause);
    throw new LedgerError(`${home.path} can't be made: ${reason}`, { cause });
  }
}

/** Events and their secrets would be in it. A file that is there already stays as it is. */
function keepOutOfGit({ path }: Home): void {
  try {
    writeFileSync(join(path, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
