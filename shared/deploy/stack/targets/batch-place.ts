import type { Declared, Part, StackContext } from '../part.ts';
import { toEnvironment, toEnvironmentId } from './batch-environment.ts';
import { toInstanceResources } from './batch-instances.ts';
import { type ComputeKind, toComputeKind, toKindName, toQueueId } from './batch-kind.ts';
import { machineRoleId, toMachineRole } from './batch-machine-role.ts';
import { toEnvironmentKinds, toQueue } from './batch-queue.ts';

/** What the Batch jobs of a stack share: a queue for each kind of compute, its environments, and their machines' role. */
export function toBatchPlace(context: StackContext): Part {
  const { jobs } = context.file;
  if (!jobs.some(({ target }) => target === 'batch')) return { resources: {} };
  const queues = toDifferent(jobs.flatMap((job) => toComputeKind(job) ?? []));
  const environments = toDifferent(queues.flatMap(toEnvironmentKinds));
  const onEc2 = environments.some(({ type }) => type === 'ec2');
  const resources: Record<string, Declared> = {
    [machineRoleId]: toMachineRole(context),
    ...(onEc2 ? toInstanceResources(context) : {}),
  };
  for (const kind of environments) resources[toEnvironmentId(kind)] = toEnvironment(kind, context);
  for (const kind of queues) resources[toQueueId(kind)] = toQueue(kind, context);
  return { resources };
}

function toDifferent(kinds: readonly ComputeKind[]): readonly ComputeKind[] {
  return [...new Map(kinds.map((kind) => [toKindName(kind), kind])).values()];
}
