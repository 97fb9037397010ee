import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';
import { bundleFunctions } from '../../scripts/bundle.ts';

export type Bundles = {
  /** Of the test file, gone when its tests are over. */
  readonly folder: string;
  readonly pathOf: (name: string) => string;
  /** What is in them. */
  readonly metafile: () => Metafile;
};

/** All functions, bundled before the tests of a file. */
export function createBundles(): Bundles {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-bundles-'));
  let metafile: Metafile | undefined;
  beforeAll(async () => {
    metafile = await bundleFunctions(join(folder, 'functions'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return {
    folder,
    pathOf: (name) => join(folder, 'functions', `${name}.cjs`),
    metafile() {
      if (metafile === undefined) throw new Error('nothing has been bundled yet');
      return metafile;
    },
  };
}
