import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import type { DeployedResource } from '../shared/deploy/deployed-stack.ts';
import { confirm } from './confirm.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Lines } from './failures.ts';
import { findHome, readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';
import { addStage, type StageOptions } from './stage-option.ts';
import { createTable } from './tables.ts';

/** The Serverless Framework's, with the functions' code, which it empties itself. */
const codeBucket = 'ServerlessDeploymentBucket';

type Options = StageOptions & { readonly yes?: true };

/** `signalbox remove`: takes a stage away, but for what it has recorded. */
export function createRemove(shell: Shell): Command {
  const command = new Command('remove')
    .description(
      'Remove a stage from AWS. The ledger and the bucket of payloads stay; what is lost is said before.',
    )
    .option('--yes', 'remove it without asking');
  return addStage(command).action(async ({ stage: name, yes, ...asked }: Options) => {
    const [
      { withStack },
      { findOwnStack },
      { listFates },
      { holdsData },
      events,
      { toFailureLines },
      { runFramework },
      { writeEmptyPackage },
    ] = await Promise.all([
      import('./stack-connection.ts'),
      import('./own-stack.ts'),
      import('../shared/deploy/deployed-stack.ts'),
      import('../shared/deploy/data-resources.ts'),
      import('../shared/deploy/stack-events.ts'),
      import('./failures.ts'),
      import('../shared/deploy/framework.ts'),
      import('../shared/deploy/package/empty-package.ts'),
    ]);
    const { service, file } = readJobsFile(shell.environment, shell.configPath());
    const stage = { service, stage: name };
    await withStack(stage, asked, async (connection) => {
      const { name: stackName, client, words, findPlace, region } = connection;
      const stack = await findOwnStack(connection, stage);
      if (stack === undefined)
        throw new CommandError(exitCodes.notFound, `there is no stack ${stackName} in ${region}`);
      const resources = await listFates(client, stack.id);
      shell.note(`stack ${stackName} in ${region}, ${stack.status}`);
      const tell = (what: string, told: typeof resources) => {
        if (told.length > 0) shell.note(`${what}:\n${toTable(told)}`);
      };
      const lost = resources.filter(
        ({ fate, type, id }) => fate === 'goes' && holdsData(type) && id !== codeBucket,
      );
      tell(
        'these are deleted, with what is in them (a bucket or a repository of images has to be empty before, or the removal fails)',
        lost.toSorted((one, other) => one.type.localeCompare(other.type)),
      );
      tell(
        'of these a snapshot stays',
        resources.filter(({ fate }) => fate === 'leaves a snapshot'),
      );
      tell(
        'these stay',
        resources.filter(({ fate }) => fate === 'stays'),
      );
      if (!(await confirm(shell, `Remove stage ${name} of ${service}?`, yes === true))) return;
      const mark = await events.markStack(client, stack.id);
      const folder = mkdtempSync(join(tmpdir(), 'signalbox-remove-'));
      try {
        writeEmptyPackage(folder, stage);
        // Whoever was asked may have taken their time.
        const place = await findPlace();
        const { isDone } = await runFramework(folder, ['remove', ...words], 'passed on', place);
        if (isDone) return;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      const failures = await events.readFailures(client, stack.id, mark);
      const lines = toFailureLines(failures, file, readLines(shell, name));
      throw new CommandError(
        exitCodes.failed,
        `stage ${name} was not removed${lines === '' ? '' : `:\n${lines}`}`,
      );
    });
  });
}

function toTable(resources: readonly DeployedResource[]): string {
  const table = createTable(['RESOURCE', 'TYPE', 'NAME']);
  for (const { id, type, physicalId } of resources) table.push([id, type, physicalId]);
  return table.toString();
}

/** As of the last deploy from here, if there was one. */
function readLines({ environment, configPath }: Shell, stage: string): Lines {
  const path = join(findHome(environment, configPath()).path, 'deploy', stage, 'lines.json');
  return existsSync(path)
    ? z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(path, 'utf8')))
    : {};
}
