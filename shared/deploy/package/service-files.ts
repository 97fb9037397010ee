import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { PackageFile } from './package-files.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const serviceFile = z.looseObject({ plugins: z.array(z.string()) });

/**
 * serverless.yml for another folder than its own: the Serverless Framework only reads and writes where it is run, and
 * that is the folder of a package, beside jobs.yml. Its plugins have to be there too, and lead here.
 */
export function toServiceFiles(): readonly PackageFile[] {
  const text = readFileSync(join(root, 'serverless.yml'), 'utf8');
  const { plugins } = serviceFile.parse(parse(text));
  return [
    { path: 'serverless.yml', content: text },
    ...plugins.map((path) => {
      const url = JSON.stringify(pathToFileURL(join(root, path)).href);
      return { path, content: `export { default } from ${url};\n` };
    }),
  ];
}
