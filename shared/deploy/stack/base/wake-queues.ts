import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { getAtt, ref } from '../../cloudformation/value.ts';
import { toFunctionId } from '../function-name.ts';
import type { Declared, Part, StackContext } from '../part.ts';
import type { JobWithPart } from '../stack.ts';
import { type CloudTargetName, toTargets, toWakeQueueName } from './names.ts';
import { toQueue } from './queue.ts';

/** Wake-ups that could not be followed: their runs are still looked after by the sweep. */
export const lostWakeUps = 'WakeUndeliveredQueue';

/** Six times as long as the wake function may take: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const visibilitySeconds = 720;

/**
 * A queue for each target that jobs run on, so that none waits behind the starts of another, and one for what could not
 * be followed in five tries.
 */
export function toWakeQueues({ stage }: StackContext, jobs: readonly JobWithPart[]): Part {
  const targets = toTargets(jobs);
  if (targets.length === 0) return { resources: {} };
  const queues = targets.flatMap((target): readonly (readonly [string, Declared])[] => [
    [
      toWakeQueueId(target),
      toQueue(toWakeQueueName(stage, target), {
        VisibilityTimeout: visibilitySeconds,
        RedrivePolicy: { deadLetterTargetArn: getAtt(lostWakeUps, 'Arn'), maxReceiveCount: 5 },
      }),
    ],
    [toLogicalId('wake', target, 'Mapping'), toMapping(target)],
  ]);
  return {
    resources: {
      ...Object.fromEntries(queues),
      [lostWakeUps]: toQueue(`${stage.service}-${stage.stage}-wake-undelivered`),
    },
  };
}

export function toWakeQueueId(target: CloudTargetName): string {
  return toLogicalId('wake', target, 'Queue');
}

/** Two at a time: the paces of starts are made for that. */
function toMapping(target: CloudTargetName): Declared {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: ref(toFunctionId('wake')),
      EventSourceArn: getAtt(toWakeQueueId(target), 'Arn'),
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    },
  };
}
