import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of a package: its path and what is in it. */
export type PackageFile = { readonly path: string; readonly content: string | Uint8Array };

/** Afterwards nothing else is in the folder. Only this user can read it. */
export function replaceFiles(folder: string, files: readonly PackageFile[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), content, { mode: 0o600 });
  }
}
