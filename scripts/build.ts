/** Bundles each function as Lambda wants it, into dist/functions/, and prints how big they are. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const functions = readdirSync(join(root, 'functions')).filter((name) => name.endsWith('.ts'));

rmSync(join(root, 'dist'), { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: functions.map((name) => `functions/${name}`),
  outdir: 'dist/functions',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  metafile: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
});
for (const [path, { bytes }] of Object.entries(metafile.outputs)) {
  process.stdout.write(`${basename(path, '.cjs').padEnd(28)} ${(bytes / 1024).toFixed(1)} KiB\n`);
}
