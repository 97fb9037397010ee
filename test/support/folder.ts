import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Does it when the running test is over, however it ends; the last thing asked for is done first. */
export function atEnd(work: () => unknown): void {
  onTestFinished(async () => {
    await work();
  });
}

/** An empty folder of the running test's own, gone when that is over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
