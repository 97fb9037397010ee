import { toLogicalId } from '../../cloudformation/logical-id.ts';
import type { Declared, StackContext } from '../part.ts';
import { toInstanceProperties } from './batch-instances.ts';
import { type ComputeKind, toComputeKind, toKindName } from './batch-kind.ts';
import { toNetworkValues } from './network.ts';

export function toEnvironmentId(kind: ComputeKind): string {
  return toLogicalId('batch', toKindName(kind), 'Environment');
}

/**
 * A compute environment. Without a job it has no instance and costs nothing.
 *
 * It has no name of its own: should CloudFormation ever have to replace it, the new one is there before the old one
 * goes. It has no service role either, so that it is Batch's service-linked one, which with these allocation strategies
 * lets Batch change it in place. What runs then has six hours, the longest that Batch waits.
 *
 * https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html
 */
export function toEnvironment(kind: ComputeKind, context: StackContext): Declared {
  return {
    Type: 'AWS::Batch::ComputeEnvironment',
    Properties: {
      Type: 'MANAGED',
      ReplaceComputeEnvironment: false,
      ...(kind.type === 'ec2' && {
        UpdatePolicy: { TerminateJobsOnUpdate: false, JobExecutionTimeoutMinutes: 360 },
      }),
      ComputeResources: kind.type === 'ec2' ? toInstances(kind, context) : toFargate(kind, context),
    },
  };
}

function toFargate(kind: ComputeKind, context: StackContext): object {
  const { subnets, securityGroups } = toNetworkValues(context);
  return {
    Type: kind.isSpot ? 'FARGATE_SPOT' : 'FARGATE',
    MaxvCpus: toMostCpus(kind, context),
    Subnets: subnets,
    SecurityGroupIds: securityGroups,
  };
}

function toInstances(kind: ComputeKind, context: StackContext): object {
  const { service, stage } = context.stage;
  return {
    Type: kind.isSpot ? 'SPOT' : 'EC2',
    // Those that Batch recommends: the cheapest of what fits, on Spot of what is least likely to be taken back.
    AllocationStrategy: kind.isSpot ? 'SPOT_PRICE_CAPACITY_OPTIMIZED' : 'BEST_FIT_PROGRESSIVE',
    MinvCpus: 0,
    MaxvCpus: toMostCpus(kind, context),
    InstanceTypes: [toInstanceTypes(kind)],
    Ec2Configuration: [{ ImageType: kind.hasGpu ? 'ECS_AL2023_NVIDIA' : 'ECS_AL2023' }],
    UpdateToLatestImageVersion: true,
    ...toInstanceProperties(context),
    Tags: { Name: `${service}-${stage}-batch`, 'signalbox:service': service, 'signalbox:stage': stage },
  };
}

/**
 * Batch chooses among current families that the Region has. Of those with GPUs, g4dn is in most Regions, and has one to
 * eight. https://docs.aws.amazon.com/batch/latest/userguide/instance-type-compute-table.html
 */
function toInstanceTypes({ isArm, hasGpu }: ComputeKind): string {
  if (hasGpu) return 'g4dn';
  return isArm ? 'default_arm64' : 'default_x86_64';
}

/** What the console offers, so that no burst of events rents a data centre; a job may need more than that. */
const usualCpus = 256;

function toMostCpus(kind: ComputeKind, { file }: StackContext): number {
  const name = toKindName({ ...kind, isSpot: false });
  const cpus = file.jobs.flatMap((job) => {
    const its = toComputeKind(job);
    return its !== undefined && toKindName({ ...its, isSpot: false }) === name
      ? [job.resources?.cpu ?? 0]
      : [];
  });
  return Math.max(usualCpus, ...cpus.map(Math.ceil));
}
