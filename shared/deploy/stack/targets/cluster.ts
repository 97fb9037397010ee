import type { JobsFile } from '../../../jobs/schema/file.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import { arnOf } from '../../cloudformation/value.ts';
import { ids } from '../ids.ts';
import type { Declared, StackContext } from '../part.ts';
import type { UsedCluster } from './fargate-calls.ts';

/** The stack's own cluster, for tasks that name no other. */
export function toCluster(context: StackContext): Readonly<Record<string, Declared>> {
  if (!needsCluster(context.file)) return {};
  return {
    [ids.cluster]: {
      Type: 'AWS::ECS::Cluster',
      Properties: {
        ClusterName: toClusterName(context),
        // A task on Spot can only be started where that is associated with its cluster. Others need no association, which
        // ECS refuses as long as it is still making its service-linked role: in an account's first minutes with ECS.
        ...(usesSpot(context.file) && { CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] }),
      },
    },
  };
}

export function needsCluster({ jobs }: JobsFile): boolean {
  return jobs.some(runsInIt);
}

function usesSpot({ jobs }: JobsFile): boolean {
  return jobs.some((job) => runsInIt(job) && job.useSpotInstances === true);
}

function runsInIt({ target, clusterArn }: Job): boolean {
  return target === 'fargate' && clusterArn === undefined;
}

/** By their names, so that nobody has to wait for it. */
export function toOwnCluster(context: StackContext): UsedCluster {
  const name = toClusterName(context);
  return { arn: arnOf('ecs', `cluster/${name}`), tasks: arnOf('ecs', `task/${name}/*`) };
}

export function toClusterName({ stage: { service, stage } }: StackContext): string {
  return `${service}-${stage}`;
}
