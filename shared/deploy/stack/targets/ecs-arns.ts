import { partOf, sub, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { fromTemplateText, splitTemplate, toTemplateText } from './template-text.ts';

/*
 * ARNs made of those that jobs.yml has, which are in the stack's account and Region: RunTask takes no others.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */

/** What the ARNs of all revisions of a task definition begin with. */
export function toRevisionsPrefix(taskDefinition: string): Value {
  return toOfFamily(taskDefinition, ':');
}

/** All revisions of a task definition: a run goes on with the one that it was planned with. */
export function toRevisions(taskDefinition: string): Value {
  return toOfFamily(taskDefinition, ':*');
}

/** All tasks of a cluster. */
export function toTasks(clusterArn: string): Value {
  const cluster = toValue(clusterArn);
  return typeof cluster === 'string'
    ? `${cluster.replace(':cluster/', ':task/')}/*`
    : toEcsArn(`task/\${Cluster}/*`, { Cluster: partOf(cluster, '/', 1) });
}

function toOfFamily(taskDefinition: string, end: string): Value {
  const parts = splitTemplate(toTemplateText(taskDefinition) ?? '', ':');
  if (parts[0] === 'arn') return fromTemplateText(`${parts.slice(0, 6).join(':')}${end}`);
  return toEcsArn(`\${Family}${end}`, { Family: partOf(toValue(taskDefinition), ':', 5) });
}

function toEcsArn(resource: string, values: Readonly<Record<string, Value>>): Value {
  return sub(`arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:${resource}`, values);
}
