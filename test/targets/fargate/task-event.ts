import { runId } from '../../support/draft.ts';
import { cluster, token } from './fargate-world.ts';

export const arn = 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0123456789abcdef0123456789abcdef';
export const definition = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/index:4';

/** An event of a task that ended well, as EventBridge would deliver it. */
export function toEvent(detail: Readonly<Record<string, unknown>> = {}, envelope = {}) {
  return {
    version: '0',
    id: '7f3ad9a4-2e3b-4ab7-9f39-1c2d3e4f5a6b',
    'detail-type': 'ECS Task State Change',
    source: 'aws.ecs',
    account: '123456789012',
    time: '2026-11-20T10:00:05Z',
    region: 'eu-west-1',
    resources: [arn],
    detail: {
      taskArn: arn,
      clusterArn: cluster,
      taskDefinitionArn: definition,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: 'job', lastStatus: 'STOPPED', exitCode: 0 }],
      overrides: { containerOverrides: [toOverride({ STP_START_TOKEN: token })] },
      startedBy: `signalbox-${runId}`,
      createdAt: '2026-11-20T10:00:00.000Z',
      startedAt: '2026-11-20T10:00:01.000Z',
      executionStoppedAt: '2026-11-20T10:00:04.000Z',
      stoppedAt: '2026-11-20T10:00:05.000Z',
      version: 5,
      ...detail,
    },
    ...envelope,
  };
}

export function toOverride(variables: Readonly<Record<string, string>>) {
  return { name: 'job', environment: Object.entries(variables).map(([name, value]) => ({ name, value })) };
}
