import type { Statement } from '../../cloudformation/statement.ts';
import type { Value } from '../../cloudformation/value.ts';
import type { JobPart } from '../part.ts';

/** ARNs of a cluster, and of all tasks in it. */
export type UsedCluster = { readonly arn: Value; readonly tasks: Value };

export type FargateCalls = {
  readonly cluster: UsedCluster;
  /** ARN of all revisions. */
  readonly taskDefinitions: Value;
  /** ARNs of the roles that its tasks may run with. */
  readonly roles: readonly Value[];
  /** The definition has to be read, as nobody here knows what it has. */
  readonly isForeign: boolean;
};

/**
 * What starting, looking for and stopping tasks takes. ECS knows tasks by their cluster; a look for those of a run lists
 * them, and a list has no resource but a cluster as its condition.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function toFargateCalls(calls: FargateCalls): Pick<JobPart, 'starting' | 'following'> {
  const { cluster, taskDefinitions, roles, isForeign } = calls;
  const { tasks } = cluster;
  return {
    starting: [
      { actions: ['ecs:RunTask'], resources: [taskDefinitions], condition: within(cluster) },
      {
        actions: ['ecs:TagResource'],
        resources: [tasks],
        condition: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
      },
      ...(roles.length === 0 ? [] : [toPassing(roles)]),
      ...(isForeign ? [reading] : []),
      ...toLooks(cluster),
    ],
    following: toTaskFollowing(cluster),
  };
}

/** Of whatever tasks are in it. */
export function toTaskFollowing(cluster: UsedCluster): readonly Statement[] {
  return [{ actions: ['ecs:StopTask'], resources: [cluster.tasks] }, ...toLooks(cluster)];
}

function toLooks(cluster: UsedCluster): readonly Statement[] {
  return [
    {
      actions: ['ecs:ListTasks'],
      anyResource: 'ECS knows no resource for a list of tasks on Fargate: its condition names the cluster',
      condition: within(cluster),
    },
    { actions: ['ecs:DescribeTasks'], resources: [cluster.tasks] },
  ];
}

function within({ arn }: UsedCluster) {
  return { ArnEquals: { 'ecs:cluster': arn } };
}

const reading: Statement = {
  actions: ['ecs:DescribeTaskDefinition'],
  anyResource: 'ECS knows no resource for reading a task definition',
};

function toPassing(resources: readonly Value[]): Statement {
  return {
    actions: ['iam:PassRole'],
    resources,
    condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  };
}
