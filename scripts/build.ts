/** Bundles each function as Lambda wants it, into dist/functions/, and prints how big they are. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from '../shared/deploy/package/bundle.ts';

const dist = join(fileURLToPath(new URL('..', import.meta.url)), 'dist');
rmSync(dist, { recursive: true, force: true });
const { outputs } = await bundleFunctions(join(dist, 'functions'));
for (const [path, { bytes }] of Object.entries(outputs)) {
  process.stdout.write(`${basename(path, '.cjs').padEnd(28)} ${(bytes / 1024).toFixed(1)} KiB\n`);
}
