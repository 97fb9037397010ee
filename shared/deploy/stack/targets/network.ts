import type { JobsFile } from '../../../jobs/schema/file.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import { ref, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import type { StackContext } from '../part.ts';
import { StackError } from '../stack-error.ts';

export type NetworkValues = {
  readonly subnets: readonly Value[];
  readonly securityGroups: readonly Value[];
  readonly assignPublicIp: boolean;
};

/** Logical ids of the network that a stack makes for itself. */
export const networkIds = {
  vpc: 'Vpc',
  subnets: ['SubnetA', 'SubnetB'],
  securityGroup: 'JobSecurityGroup',
} as const;

/**
 * Where Batch has the compute environments that the stack makes. Batch needs a security group in each, where ECS takes
 * the VPC's default one: throws StackError when jobs.yml has subnets without any.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
 */
export function toNetworkValues({ file: { network, jobs } }: StackContext): NetworkValues {
  if (network === undefined) {
    return {
      subnets: networkIds.subnets.map(ref),
      securityGroups: [ref(networkIds.securityGroup)],
      assignPublicIp: true,
    };
  }
  const { subnets, securityGroups, assignPublicIp = false } = network;
  if (securityGroups === undefined) {
    throw new StackError(
      jobs.filter(isInOwnEnvironment).map(({ name, line }) => ({
        line,
        message: `the batch job ${name} needs a security group, and network has none; expected network.securityGroups with at least one, such as sg-0a1b2c3d`,
      })),
    );
  }
  return { subnets: subnets.map(toValue), securityGroups: securityGroups.map(toValue), assignPublicIp };
}

/** Whether anything of the stack runs in a network: tasks, and Batch's compute environments that it makes. */
export function needsNetwork({ jobs }: JobsFile): boolean {
  return jobs.some((job) => job.target === 'fargate' || isInOwnEnvironment(job));
}

function isInOwnEnvironment({ target, compute }: Job): boolean {
  return target === 'batch' && compute?.type !== undefined;
}
