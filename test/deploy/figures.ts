/** What a stack of 1, 10 and 100 jobs has, and the functions' zips: `node test/deploy/figures.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBundles, writePackage } from '../../shared/deploy/package/write-package.ts';
import { toStack } from '../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { matrix } from './matrix.ts';
import { toAllTemplates } from './template/whole.ts';

const shown = ['1 job', '10 jobs', '100 jobs', 'the example', 'all events and all targets'];
const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KB`;
const say = (line: string) => void process.stdout.write(`${line}\n`);

await withBundles(async (bundles) => {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-figures-'));
  for (const name of shown) {
    const file = parseJobs(matrix[name] ?? '', '/figures/jobs.yml');
    const stage = { service: file.service, stage: 'prod' };
    const stack = toStack({ file, stage });
    const templates = Object.entries(toAllTemplates(file, stack, stage)).map(([id, template]) => {
      const { Resources, Outputs = {} } = template;
      const bytes = Buffer.byteLength(JSON.stringify(template));
      return `${id}: ${Object.keys(Resources).length} resources, ${Object.keys(Outputs).length} outputs, ${kilobytes(bytes)}`;
    });
    const { zips } = writePackage(join(folder, 'package'), { file, stage, stack, bundles });
    say(name);
    for (const line of templates) say(`  ${line}`);
    say(`  zips: ${zips.map(({ name: each, bytes }) => `${each} ${kilobytes(bytes)}`).join(', ')}`);
  }
  rmSync(folder, { recursive: true, force: true });
});
