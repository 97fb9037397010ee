import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import { bundleFunctions } from '../../shared/deploy/package/bundle.ts';
import { toBundlesFolder } from './bundles-folder.ts';

export type Bundles = {
  /** Of the test file, gone when its tests are over. */
  readonly folder: string;
  readonly pathOf: (name: string) => string;
  /** What is in them. */
  readonly metafile: () => Metafile;
};

type Built = { readonly folder: string; readonly metafile: Metafile };

/** By the first file that asks for it, for all those after it in this process. */
let built: Promise<Built> | undefined;

async function build(): Promise<Built> {
  const folder = join(toBundlesFolder(process.ppid), String(process.pid));
  return { folder, metafile: await bundleFunctions(folder) };
}

/** All functions, bundled before the tests of a file. */
export function createBundles(): Bundles {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bundles-'));
  let ready: Built | undefined;
  const read = () => {
    if (ready === undefined) throw new Error('nothing has been bundled yet');
    return ready;
  };
  beforeAll(async () => {
    built ??= build();
    ready = await built;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return {
    folder,
    pathOf: (name) => join(read().folder, `${name}.cjs`),
    metafile: () => read().metafile,
  };
}
