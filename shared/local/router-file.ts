import { readFileSync, rmSync } from 'node:fs';
import { replaceFile } from '../replace-file.ts';
import type { Home } from './home.ts';

/** What a running router leaves for the command line to find it by. */
export type RouterNote = { readonly url: string; readonly pid: number };

export async function writeRouterNote(home: Home, note: RouterNote): Promise<void> {
  await replaceFile(home.router, JSON.stringify(note));
}

export function removeRouterNote(home: Home): void {
  rmSync(home.router, { force: true });
}

/** Undefined when there is none; it may be left from a router that was killed. */
export function readRouterNote(home: Home): RouterNote | undefined {
  try {
    const { url, pid } = JSON.parse(readFileSync(home.router, 'utf8'));
    return typeof url === 'string' && typeof pid === 'number' ? { url, pid } : undefined;
  } catch {
    return undefined;
  }
}
