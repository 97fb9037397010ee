import type { EpochMs } from '../../runs/run.ts';
import type { StateChange } from '../target.ts';
import { toFinding } from './finding.ts';
import { type EcsTask, parseTask, toOwnEvent, toOwnStart } from './task.ts';

/**
 * Reads an "ECS Task State Change" event. Only a task that runs or has stopped tells something of a job; the states
 * between may come later than it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export function toStateChange(value: unknown, now: EpochMs): StateChange | undefined {
  const {
    source,
    'detail-type': type,
    detail,
  }: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  if (source !== 'aws.ecs' || type !== 'ECS Task State Change') return undefined;
  const task = parseTask(detail);
  if (task === undefined || !['RUNNING', 'STOPPED'].includes(task.lastStatus)) return undefined;
  const own = toOwnStart(task);
  if (own !== undefined) {
    const finding = toFinding(task, own.container, now);
    return { kind: 'report', report: { token: own.token, externalId: task.arn, ...finding } };
  }
  if (task.definitionArn === '' || isOfAService(task)) return undefined;
  const given = toOwnEvent(task);
  return {
    kind: 'by-hand',
    resource: task.definitionArn,
    externalId: task.arn,
    finding: toFinding(task, given?.container, now),
    ...(given === undefined ? {} : { event: given.event }),
  };
}

/** A task that is not a start of ours, and that nobody started by hand either. */
function isOfAService({ startedBy, clusterArn, overrides }: EcsTask): boolean {
  return (
    startedBy.startsWith('signalbox-') ||
    startedBy.startsWith('ecs-svc/') ||
    // AWS Batch has clusters of its own, and gives its tasks variables of its own.
    /[/](?:AWSBatch-|[^/]*_Batch_)/.test(clusterArn) ||
    overrides.some(({ variables }) => [...variables.keys()].some((name) => name.startsWith('AWS_BATCH_')))
  );
}
