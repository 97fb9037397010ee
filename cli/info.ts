import { Command } from 'commander';
import type { DeployedResource, DeployedStack } from '../shared/deploy/deployed-stack.ts';
import { type Stage, toFunctionName } from '../shared/deploy/names.ts';
import type { JobsFile } from '../shared/jobs/schema/file.ts';
import { toSafeJson } from '../shared/local/terminal-text.ts';
import { CommandError, exitCodes } from './exit.ts';
import { readJobsFile } from './jobs-file.ts';
import type { Shell } from './shell.ts';
import { addStage, type StageOptions } from './stage-option.ts';
import { createTable } from './tables.ts';

/** What `--json` prints; `page` is one of the AWS console. */
type Info = {
  readonly stack: string;
  readonly region: string;
  readonly status: string;
  readonly page: string;
  /** Of the manual function: a test event there starts a job. */
  readonly testPage?: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: readonly { readonly name: string; readonly page: string }[];
  readonly jobs: readonly {
    readonly job: string;
    readonly resources: readonly { readonly type: string; readonly id: string; readonly page: string }[];
  }[];
};

/** `signalbox info`: what a stage has, and where a person looks at it. */
export function createInfo(shell: Shell): Command {
  const command = new Command('info')
    .description('Show what is deployed: URLs, ARNs, and pages of the AWS console for functions and jobs.')
    .option('--json', 'print a JSON object, for programs');
  return addStage(command).action(async ({ stage: name, json, ...place }: StageOptions & { json?: true }) => {
    const [{ withStack }, { findOwnStack }, { listResources }, pages] = await Promise.all([
      import('./stack-connection.ts'),
      import('./own-stack.ts'),
      import('../shared/deploy/deployed-stack.ts'),
      import('../shared/deploy/console-pages.ts'),
    ]);
    const file = readJobsFile(shell.environment, shell.configPath());
    const stage = { service: file.service, stage: name };
    await withStack(stage, place, async (connection) => {
      const { name: stackName, region, client } = connection;
      const stack = await findOwnStack(connection, stage);
      if (stack === undefined)
        throw new CommandError(exitCodes.notFound, `there is no stack ${stackName} in ${region}`);
      const resources = await listResources(client, stack.id);
      const info = toInfo({ stack, resources, file, stage, region, pages });
      shell.print(json ? toSafeJson(info) : toText(info));
    });
  });
}

type Found = {
  readonly stack: DeployedStack;
  readonly resources: readonly DeployedResource[];
  readonly file: JobsFile;
  readonly stage: Stage;
  readonly region: string;
  readonly pages: typeof import('../shared/deploy/console-pages.ts');
};

function toInfo({ stack, resources, file, stage, region, pages }: Found): Info {
  const shown = resources.flatMap((resource) => {
    const page = pages.toPage(resource, stack);
    return page === undefined ? [] : [{ ...resource, page }];
  });
  const functions = shown
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .map(({ physicalId, page }) => ({ name: physicalId, page }));
  const manual = functions.find(({ name }) => name === toFunctionName(stage, 'manual'));
  return {
    stack: `${stage.service}-${stage.stage}`,
    region,
    status: stack.status,
    page: pages.toStackPage(stack),
    ...(manual && { testPage: pages.toTestPage(manual.page) }),
    outputs: Object.fromEntries(stack.outputs.map(({ name, value }) => [name, value])),
    functions,
    jobs: file.jobs.map((job) => ({
      job: job.name,
      resources: shown
        .filter(({ id }) => pages.toJobResourceIds(job.name).includes(id))
        .map(({ type, physicalId, page }) => ({ type, id: physicalId, page })),
    })),
  };
}

function toText(info: Info): string {
  const lines: (readonly [string, string])[] = [
    ['stack', `${info.stack}, ${info.status}`],
    ['region', info.region],
    ['console', info.page],
    ...(info.testPage ? [['by hand', info.testPage] as const] : []),
  ];
  return [
    lines.map(([name, value]) => `${name.padEnd(10)} ${value}`).join('\n'),
    toTable(['OUTPUT', 'VALUE'], Object.entries(info.outputs)),
    toTable(
      ['FUNCTION', 'CONSOLE'],
      info.functions.map(({ name, page }) => [name, page]),
    ),
    toTable(
      ['JOB', 'RESOURCE', 'CONSOLE'],
      info.jobs.flatMap(({ job, resources }) =>
        resources.map(({ type, page }) => [job, type.replace(/^AWS::/, ''), page]),
      ),
    ),
  ].join('\n\n');
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = createTable([...head]);
  for (const row of rows) table.push([...row]);
  return table.toString();
}
