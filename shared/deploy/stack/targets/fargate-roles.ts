import { parseReference } from '../../../jobs/reference.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import { sub, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import type { StackContext } from '../part.ts';

/** A role of the account; that ECS tasks are trusted with it is a condition. */
const anyRole = sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/*`);

/**
 * The roles of all tasks of the stack, by their paths: a run that waits has the definition that it was planned with, and
 * the roles in it, while its job has got others since.
 */
export function toOwnRoles({ stage: { service, stage } }: StackContext): readonly Value[] {
  return ['job', 'execution'].map((kind) =>
    sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/signalbox/${service}/${stage}/${kind}/*`),
  );
}

/**
 * The roles that tasks of a definition which is there already may run with. Whoever runs a task must be allowed to pass
 * the roles that it runs with, those of its definition or those that an override has in their place. They are known when
 * jobs.yml names both, or has the definition itself among its resources. Else the definition has roles that nobody knows
 * here, and its owner may give it others without a deploy: then it is any role that ECS tasks are trusted with, and
 * naming both in jobs.yml narrows it down.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export function toPassedRoles(
  { taskRoleArn, executionRoleArn }: Job,
  taskDefinition: string,
  { file: { resources } }: StackContext,
): readonly Value[] {
  const reference = parseReference(taskDefinition);
  const id = typeof reference === 'object' ? reference['Ref'] : undefined;
  const own = typeof id === 'string' ? resources[id] : undefined;
  const roles = [
    toRole(taskRoleArn, own?.Properties?.['TaskRoleArn'], own !== undefined),
    toRole(executionRoleArn, own?.Properties?.['ExecutionRoleArn'], own !== undefined),
  ];
  return roles.includes(anyRole) ? [anyRole] : roles.filter((role) => role !== undefined);
}

/** Undefined: there is none. A name in place of an ARN, which ECS takes too, isn't looked up. */
function toRole(override: string | undefined, own: unknown, isOwn: boolean): Value | undefined {
  if (override !== undefined) return toValue(override);
  if (own === undefined) return isOwn ? undefined : anyRole;
  if (typeof own === 'string') return own.startsWith('arn:') ? own : anyRole;
  return isFunction(own) && !('Ref' in own) ? own : anyRole;
}

function isFunction(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
