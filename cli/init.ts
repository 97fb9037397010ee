import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { firstJobs } from '../shared/jobs/first-jobs.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Shell } from './shell.ts';

/** `signalbox init`: a first jobs.yml that works, the script it runs, and a schema for editors. */
export function createInit({ environment, print }: Shell): Command {
  return new Command('init')
    .description('Write a first jobs.yml, the small job it declares, and a JSON Schema for editors.')
    .argument('[directory]', 'where to; it is made when it is not there', '.')
    .action((directory: string) => {
      const root = resolve(environment.directory, directory);
      const files = Object.entries(firstJobs());
      // The schema is made from the code, and written anew.
      const taken = files
        .map(([name]) => name)
        .filter((name) => name !== 'jobs.schema.json' && existsSync(join(root, name)));
      if (taken.length > 0) {
        throw new CommandError(
          exitCodes.mistake,
          `${root} has ${taken.join(' and ')} already; nothing was written`,
        );
      }
      // All the folders first: where one can't be made, nothing is written by halves.
      for (const [name] of files) mkdirSync(dirname(join(root, name)), { recursive: true });
      for (const [name, text] of files) {
        const path = join(root, name);
        writeFileSync(path, text);
        print(`wrote ${relative(environment.directory, path)}`);
      }
    });
}
