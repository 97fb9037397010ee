import type { JobsFile } from '../../jobs/schema/file.ts';
import { StackError } from '../stack/stack-error.ts';
import { type OwnedWhole, toJobPlaces } from './job-stacks.ts';
import { type Machines, toMachines } from './machine-definitions.ts';
import { type Split, split } from './split.ts';

/** As many as jobStacks can be. */
const mostJobStacks = 20;

/**
 * Of a template, with a little left for what comes in the next deploy.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
 */
const most = { resources: 480, bytes: 900_000, outputs: 195, parameters: 195 } as const;

/** Of the deployment bucket, and of each function, which has a log group. */
const resourcesOfOthers = 2;
const resourcesOfFunction = 2;

type Sizes = { readonly [T in keyof typeof most]: number };

type Excess = { readonly isOfRoot: boolean; readonly message: string };

/** What goes into the deployment bucket, by its key there. */
export type Templates = Split & Pick<Machines, 'definitions'>;

type ToKey = (content: string) => string;

/**
 * One template, or several when jobs.yml says so. `toKey` says where in the deployment bucket something goes. Throws
 * StackError when it's too big for CloudFormation.
 */
export function toTemplates(
  file: Pick<JobsFile, 'resources' | 'jobStacks'>,
  whole: OwnedWhole,
  toKey: ToKey,
): Templates {
  const asked = toSplit(file, whole, file.jobStacks ?? 0, toKey);
  const excess = findExcess(asked);
  if (excess === undefined) return asked;
  const enough = findEnough(file, whole, (file.jobStacks ?? 0) + 1, toKey);
  const expected =
    enough === undefined
      ? 'expected fewer jobs: divide them between several jobs.yml, each with a service of its own'
      : `expected "jobStacks: ${enough}" at the top of jobs.yml, which takes roles and definitions of jobs out of it`;
  throw new StackError([{ message: `${excess.message}; ${expected}` }]);
}

/** The least number of nested stacks, if any: what can't leave the root is too much with any number. */
function findEnough(
  file: Pick<JobsFile, 'resources'>,
  whole: OwnedWhole,
  least: number,
  toKey: ToKey,
): number | undefined {
  for (let number = least; number <= mostJobStacks; number += 1) {
    const excess = findExcess(toSplit(file, whole, number, toKey));
    if (excess === undefined) return number;
    if (excess.isOfRoot) return undefined;
  }
  return undefined;
}

function toSplit(
  file: Pick<JobsFile, 'resources'>,
  whole: OwnedWhole,
  jobStacks: number,
  toKey: ToKey,
): Templates {
  if (jobStacks === 0) return { ...split(whole, new Map()), definitions: {} };
  const { definitions, resources } = toMachines(whole.resources, toKey);
  const outside = { ...whole, resources };
  return { ...split(outside, toJobPlaces(file, outside, jobStacks)), definitions };
}

/** What of a stack is too much, in words. */
function findExcess({ resources, outputs, others, nested }: Split): Excess | undefined {
  const root: Sizes = {
    resources:
      Object.keys(resources).length +
      Object.keys(nested).length +
      Object.keys(others).length * resourcesOfFunction +
      resourcesOfOthers,
    bytes: Buffer.byteLength(JSON.stringify({ resources, outputs, others })),
    outputs: Object.keys(outputs).length,
    parameters: 0,
  };
  const inside = Object.entries(nested).map(([id, { template }]): readonly [string, Sizes] => [
    `the nested stack ${id}`,
    {
      resources: Object.keys(template.Resources).length,
      bytes: Buffer.byteLength(JSON.stringify(template)),
      outputs: Object.keys(template.Outputs).length,
      parameters: Object.keys(template.Parameters).length,
    },
  ]);
  for (const [name, sizes] of [['the stack', root] as const, ...inside])
    for (const [what, limit] of Object.entries(most) as [keyof Sizes, number][])
      if (sizes[what] > limit)
        return {
          isOfRoot: sizes === root,
          message: `${name} would have ${sizes[what]} ${what}, and more than ${limit} are too close to what CloudFormation takes`,
        };
  return undefined;
}
