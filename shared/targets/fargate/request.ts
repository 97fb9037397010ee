import type { RunTaskCommandInput, TaskOverride } from '@aws-sdk/client-ecs';
import { type CarriedEvent, type Order, toVariables } from '../../runs/order.ts';
import type { FargateWork } from '../../runs/plan.ts';

export const tokenVariable = 'STP_START_TOKEN';
export const eventVariable = 'STP_TRIGGER_EVENT_DATA';

/** What leads from a task to its run: ListTasks finds by it. 36 characters, of those that ECS takes. */
export function toStartedBy(runId: string): string {
  return `signalbox-${runId}`;
}

/**
 * The whole request for a start. Made of what is frozen in the order only, so that a repeated start sends the same
 * bytes: with others ECS would refuse the token.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
 */
export function toRunTask(
  order: Order<FargateWork>,
  event: CarriedEvent,
  environmentFiles?: readonly string[],
): RunTaskCommandInput {
  const { work, token, runId, job } = order;
  const { subnets, securityGroups, assignPublicIp } = work.network;
  return {
    cluster: work.cluster,
    taskDefinition: work.taskDefinition,
    count: 1,
    ...toCapacity(order),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...subnets],
        // Without any it's the default one of the VPC.
        ...(securityGroups.length > 0 && { securityGroups: [...securityGroups] }),
        assignPublicIp: assignPublicIp ? 'ENABLED' : 'DISABLED',
      },
    },
    overrides: toOverrides(order, event, environmentFiles),
    startedBy: toStartedBy(runId),
    clientToken: token,
    tags: [
      { key: 'signalbox:run', value: runId },
      { key: 'signalbox:job', value: job },
      { key: 'signalbox:token', value: token },
    ],
  };
}

/** All that counts towards ECS's limit of 8,192 characters. */
export function toOverrides(
  order: Order<FargateWork>,
  event: CarriedEvent,
  environmentFiles?: readonly string[],
): TaskOverride {
  const { cpu, memory, storage, taskRoleArn, executionRoleArn } = order.work.overrides ?? {};
  const variables = { ...toVariables(order, event), [tokenVariable]: order.token };
  const files = environmentFiles?.map((value) => ({ value, type: 's3' as const }));
  return {
    containerOverrides: [
      {
        name: order.work.container,
        environment: Object.entries(variables).map(([name, value]) => ({ name, value })),
        ...(files === undefined ? {} : { environmentFiles: files }),
      },
    ],
    ...(cpu === undefined ? {} : { cpu: String(Math.round(cpu * 1024)) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
    ...(storage === undefined ? {} : { ephemeralStorage: { sizeInGiB: storage } }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
  };
}

/** Spot is there by its capacity provider only, which must be associated with the cluster. */
function toCapacity({ work, setback }: Order<FargateWork>): Partial<RunTaskCommandInput> {
  return work.isSpot && setback !== 'no-capacity'
    ? { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }
    : { launchType: 'FARGATE' };
}
