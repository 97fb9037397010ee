import type { Warning } from '../problem.ts';
import { parseReference } from '../reference.ts';
import type { JobsFile } from '../schema/file.ts';

/**
 * Jobs with a task definition of somebody else whose roles jobs.yml does not name: nobody knows here which they are, and
 * whoever runs a task needs iam:PassRole on them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function findUnknownRoles({ file, jobs, resources }: JobsFile): readonly Warning[] {
  return jobs.flatMap(({ name, line, taskDefinitionArn, taskRoleArn, executionRoleArn }) => {
    if (taskDefinitionArn === undefined || isOneOf(resources, taskDefinitionArn)) return [];
    const missing = Object.entries({ taskRoleArn, executionRoleArn }).flatMap(([property, arn]) =>
      arn === undefined ? [property] : [],
    );
    if (missing.length === 0) return [];
    const message = `jobs.${name}: found a taskDefinitionArn without ${missing.join(' and ')}: the functions that start the job may pass any role of the account to ECS, as nobody knows here which the definition has. Name both roles, and they may pass those two only.`;
    return [{ file, line, message }];
  });
}

/** Its roles are in jobs.yml too. */
function isOneOf(resources: JobsFile['resources'], taskDefinitionArn: string): boolean {
  const reference = parseReference(taskDefinitionArn);
  const id = typeof reference === 'object' ? reference['Ref'] : undefined;
  return typeof id === 'string' && Object.hasOwn(resources, id);
}
