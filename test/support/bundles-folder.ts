import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the workers of a vitest process put their bundles. */
export function toBundlesFolder(vitestPid: number): string {
  return join(tmpdir(), `signalbox-functions-${vitestPid}`);
}

/** Vitest's global setup: when all tests are over, the bundles of all workers go. */
export default function setUp(): () => void {
  return () => rmSync(toBundlesFolder(process.pid), { recursive: true, force: true, maxRetries: 5 });
}
