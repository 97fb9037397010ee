import type { Job } from '../../../jobs/schema/job.ts';
import { toFamilyPrefix } from '../../../jobs/task-family.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { arnOf, getAtt, ref } from '../../cloudformation/value.ts';
import { toNamePrefix } from '../../names.ts';
import { toDigest } from '../digest.ts';
import { toValue } from '../from-jobs.ts';
import type { JobPart, StackContext } from '../part.ts';
import { toOwnCluster } from './cluster.ts';
import { toRevisions, toRevisionsPrefix, toTasks } from './ecs-arns.ts';
import { toOwnExecutionRole } from './execution-role.ts';
import { toFargateCalls } from './fargate-calls.ts';
import { streamPrefix, toTaskDefinition } from './fargate-definition.ts';
import { toOwnRoles, toPassedRoles } from './fargate-roles.ts';
import { toLogGroup, toLogGroupId, toLogGroupName } from './job-logs.ts';
import { toJobRole, toJobRoleId } from './job-role.ts';

/** A job that runs as a task: of a definition of its own, or of one that is there already. */
export function toFargateJob(job: Job, context: StackContext): JobPart {
  const { taskDefinitionArn } = job;
  return taskDefinitionArn === undefined ? toOwn(job, context) : toExisting(job, taskDefinitionArn, context);
}

function toOwn(job: Job, context: StackContext): JobPart {
  const { name, line, container, resources } = job;
  if (container === undefined || resources === undefined) {
    throw new Error(`the fargate job ${name} has no container, or no resources`);
  }
  const properties = toTaskDefinition(job, container, resources);
  const prefix = toFamilyPrefix(context.stage, name);
  const family = `${prefix}${toDigest(JSON.stringify(properties))}`;
  const cluster = toOwnCluster(context);
  const definitionId = toLogicalId(name, 'TaskDefinition');
  const logGroupId = toLogGroupId(job);
  return {
    resources: {
      [definitionId]: {
        Type: 'AWS::ECS::TaskDefinition',
        line,
        // Runs that were planned before a deploy go on with the definition that they were planned with.
        UpdateReplacePolicy: 'Retain',
        DeletionPolicy: 'Delete',
        Properties: {
          Family: family,
          ...properties,
          Tags: [{ Key: 'signalbox:job', Value: name }],
        },
      },
      [logGroupId]: toLogGroup(job, context),
      [toJobRoleId(job)]: toJobRole(job, context),
      ...toOwnExecutionRole(job, context),
    },
    outputs: {
      [toLogicalId(name, 'TaskDefinitionArn')]: {
        Description: `Task definition of the job ${name}`,
        Value: ref(definitionId),
      },
      [toLogicalId(name, 'LogGroupArn')]: {
        Description: `Log group of the job ${name}`,
        Value: getAtt(logGroupId, 'Arn'),
      },
    },
    deployed: {
      target: 'fargate',
      taskDefinition: family,
      logs: { group: toLogGroupName(job, context), streamPrefix },
    },
    ...toFargateCalls({
      cluster,
      taskDefinitions: arnOf('ecs', `task-definition/${prefix}????????:*`),
      roles: toOwnRoles(context),
      isForeign: false,
    }),
    stateChanges: [
      {
        of: 'task',
        taskDefinition: { prefix: arnOf('ecs', `task-definition/${toNamePrefix(context.stage)}`) },
      },
    ],
  };
}

function toExisting(job: Job, taskDefinition: string, context: StackContext): JobPart {
  const { clusterArn } = job;
  const cluster =
    clusterArn === undefined
      ? toOwnCluster(context)
      : { arn: toValue(clusterArn), tasks: toTasks(clusterArn) };
  return {
    resources: {},
    outputs: {
      [toLogicalId(job.name, 'TaskDefinitionArn')]: {
        Description: `Task definition of the job ${job.name}`,
        Value: toValue(taskDefinition),
      },
      [toLogicalId(job.name, 'ClusterArn')]: {
        Description: `Cluster of the job ${job.name}`,
        Value: cluster.arn,
      },
    },
    ...toFargateCalls({
      cluster,
      taskDefinitions: toRevisions(taskDefinition),
      roles: toPassedRoles(job, taskDefinition, context),
      isForeign: true,
    }),
    stateChanges: [{ of: 'task', taskDefinition: { prefix: toRevisionsPrefix(taskDefinition) } }],
  };
}
