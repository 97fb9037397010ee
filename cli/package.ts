import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import type { Package } from '../shared/deploy/package/write-package.ts';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import type { Shell } from './shell.ts';
import { toRegion, toStage } from './stage-option.ts';
import { createTable } from './tables.ts';

type Options = { readonly stage: string; readonly region: string; readonly json?: true };

const template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const mostResources = 500;
const mostBytes = 1_048_576;

/** `signalbox package`: the template and the functions of a stage, without deploying them. */
export function createPackage(shell: Shell): Command {
  return new Command('package')
    .description(
      'Compile jobs.yml into a CloudFormation template and the code of its functions. Needs no AWS account.',
    )
    .requiredOption('--stage <name>', 'the name that it would be deployed under', toStage)
    .option('--region <region>', 'where it would be deployed', toRegion, 'us-east-1')
    .option('--json', 'print a JSON object, for programs')
    .action(async ({ stage, region, json }: Options) => {
      // The bundler takes its time to load.
      const { compileStage, withPackage, makeTemplate } = await import('./make-package.ts');
      const compiled = compileStage(shell, stage);
      await withPackage(shell, compiled, async (made) => {
        const path = await makeTemplate(made, compiled.stage, region);
        report(shell, made, path, json === true);
      });
    });
}

function report(shell: Shell, made: Package, path: string, isJson: boolean): void {
  const parsed = template.parse(JSON.parse(readFileSync(path, 'utf8')));
  const resources = Object.keys(parsed.Resources).length;
  // It's uploaded without the spaces that it is written with.
  const templateBytes = Buffer.byteLength(JSON.stringify(parsed));
  const functions = made.zips.map(({ name, path, bytes }) => ({
    name,
    zip: join(made.folder, path),
    bytes,
  }));
  if (isJson) {
    shell.print(toSafeJson({ template: path, resources, templateBytes, nested: made.nested, functions }));
    return;
  }
  const table = createTable(['FUNCTION', 'ZIP']);
  for (const { name, bytes } of functions) table.push([name, toSize(bytes)]);
  const nested = createTable(['NESTED STACK', 'RESOURCES', 'SIZE']);
  for (const { id, resources, bytes } of made.nested) nested.push([id, resources, toSize(bytes)]);
  shell.print(
    [
      `template   ${relative(shell.environment.directory, path)}`,
      `resources  ${resources} of at most ${mostResources}`,
      `size       ${toSize(templateBytes)} of at most ${toSize(mostBytes)}`,
      ...(made.nested.length > 0 ? ['', nested.toString()] : []),
      '',
      table.toString(),
    ].join('\n'),
  );
}

function toSize(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
