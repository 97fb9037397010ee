import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { Home } from '../shared/local/home.ts';
import type { Run } from '../shared/runs/run.ts';
import { toAttemptFolder, toLogPath } from '../shared/targets/process/attempt-folder.ts';
import type { AttemptLog } from './access.ts';

/** The file that an attempt's process writes to. */
export function openLocalLog(home: Home, run: Run, number: number): AttemptLog | undefined {
  const attempt = run.attempts.find((each) => each.number === number);
  if (attempt === undefined) return undefined;
  const path = toLogPath(toAttemptFolder(home.attempts, attempt.start.token));
  let at = 0;
  return {
    place: path,
    async *read() {
      if (!existsSync(path)) return;
      const file = openSync(path, 'r');
      const chunk = Buffer.alloc(65_536);
      try {
        for (;;) {
          const size = readSync(file, chunk, 0, chunk.length, at);
          if (size === 0) return;
          at += size;
          yield Buffer.from(chunk.subarray(0, size));
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
