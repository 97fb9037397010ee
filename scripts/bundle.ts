import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles each of functions/ as Lambda wants it, into a folder. What is in each of them is in the answer. */
export async function bundleFunctions(outdir: string): Promise<Metafile> {
  const functions = readdirSync(join(root, 'functions')).filter((name) => name.endsWith('.ts'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: functions.map((name) => `functions/${name}`),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
  });
  return metafile;
}
