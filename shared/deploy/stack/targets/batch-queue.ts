import { ref } from '../../cloudformation/value.ts';
import type { Declared, StackContext } from '../part.ts';
import { toEnvironmentId } from './batch-environment.ts';
import { type ComputeKind, toComputeKind, toKindName } from './batch-kind.ts';

/** The compute environments that a queue tries, in their order: Spot first, on demand when Spot has no capacity. */
export function toEnvironmentKinds(kind: ComputeKind): readonly ComputeKind[] {
  return kind.isSpot ? [kind, { ...kind, isSpot: false }] : [kind];
}

export function toQueueName(kind: ComputeKind, { stage: { service, stage } }: StackContext): string {
  return `${service}-${stage}-${toKindName(kind)}`;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-jobqueue.html */
export function toQueue(kind: ComputeKind, context: StackContext): Declared {
  return {
    Type: 'AWS::Batch::JobQueue',
    Properties: {
      JobQueueName: toQueueName(kind, context),
      Priority: 1,
      ComputeEnvironmentOrder: toEnvironmentKinds(kind).map((each, index) => ({
        Order: index + 1,
        ComputeEnvironment: ref(toEnvironmentId(each)),
      })),
      JobStateTimeLimitActions: toTimeLimits(kind, context),
    },
  };
}

/** In seconds. https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html */
const shortest = 600;
const longest = 86_400;

/**
 * What stands at the head of a queue and can't start keeps all others from starting, so Batch cancels it. That no
 * instance is large enough does not change by waiting. For want of capacity it is cancelled after the longest
 * startTimeout of the queue's jobs: Signalbox keeps the shorter ones itself, and those that are longer than a queue can
 * have. https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_time_limit_actions.html
 */
function toTimeLimits(kind: ComputeKind, { file }: StackContext): readonly object[] {
  const name = toKindName(kind);
  const jobs = file.jobs.filter((job) => {
    const its = toComputeKind(job);
    return its !== undefined && toKindName(its) === name;
  });
  const seconds = Math.max(shortest, ...jobs.map(({ startTimeout }) => startTimeout));
  const limits = [
    { Reason: 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', MaxTimeSeconds: shortest },
    { Reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', MaxTimeSeconds: shortest },
    ...(seconds <= longest
      ? [{ Reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', MaxTimeSeconds: seconds }]
      : []),
  ];
  return limits.map((limit) => ({ Action: 'CANCEL', State: 'RUNNABLE', ...limit }));
}
