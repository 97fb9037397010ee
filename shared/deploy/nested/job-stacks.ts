import { createHash } from 'node:crypto';
import type { JobsFile } from '../../jobs/schema/file.ts';
import type { Resource } from '../cloudformation/template.ts';
import type { Owners } from '../stack/stack.ts';
import { type Places, toOutputId, toPlacesWithoutCircles, type Whole } from './split.ts';

/**
 * What may go from one stack to another at any time: for a moment there are two of it, and neither is in the other's
 * way. A mapping, a route or a log group would be refused as there already, and the old subscription to a topic takes
 * the new one with it when it goes.
 */
const movable = new Set(['AWS::ECS::TaskDefinition', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role']);

/** With the jobs that its resources and outputs are of. */
export type OwnedWhole = Whole & { readonly owners: Owners };

/**
 * Which nested stack each resource and each output of a job goes to, with `jobStacks` of them: what a job shares
 * with others stays in the root. It's decided by the job's name alone, so that nothing moves when other jobs come and go.
 */
export function toJobPlaces(
  { resources: own }: Pick<JobsFile, 'resources'>,
  { owners, ...whole }: OwnedWhole,
  jobStacks: number,
): Places {
  const stackOf = (job: string | undefined) => (job === undefined ? [] : [toStackId(job, jobStacks)]);
  const wanted = new Map([
    ...Object.entries(whole.resources)
      .filter(([id, resource]) => !Object.hasOwn(own, id) && isMovable(resource))
      .flatMap(([id]) => stackOf(owners.resources.get(id)).map((stack) => [id, stack] as const)),
    ...Object.keys(whole.outputs).flatMap((name) =>
      stackOf(owners.outputs.get(name)).map((stack) => [toOutputId(name), stack] as const),
    ),
  ]);
  return toPlacesWithoutCircles(whole, wanted);
}

/** Two resources can't have one name, but for what has revisions. */
function isMovable({ Type, Properties = {} }: Resource): boolean {
  if (Type === 'AWS::Batch::JobDefinition') return true;
  const named = Object.keys(Properties).some(
    (name) => name.endsWith('Name') && Type.endsWith(name.slice(0, -'Name'.length)),
  );
  return movable.has(Type) && !named;
}

function toStackId(job: string, jobStacks: number): string {
  const hash = createHash('sha256').update(job).digest().readUInt32BE();
  return `JobStack${(hash % jobStacks) + 1}`;
}
