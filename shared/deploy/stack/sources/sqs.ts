import { arnOf, ref, type Value } from '../../cloudformation/value.ts';
import { toValue } from '../from-jobs.ts';
import { toFunctionId } from '../function-name.ts';
import type { Declared, Permission } from '../part.ts';
import { toFilterCriteria } from './filter-criteria.ts';
import { toJobTags } from './job-tags.ts';
import { type SharedSource, shareSources } from './shared-source.ts';
import type { CompileSource, SourceRule } from './source-rules.ts';

/**
 * A mapping for each queue. All events of a queue agree on how it is read: checks-sharing.ts.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
export const toQueueMappings: CompileSource<'sqs'> = (rules) => {
  const queues = shareSources(rules, 'Queue', ({ rule: { properties } }) => toQueueText(properties));
  return {
    resources: Object.fromEntries(queues.map((queue) => [`${queue.id}Mapping`, toMapping(queue)])),
    permissions: queues.map(toPermission),
  };
};

function toMapping({ first, rules }: SharedSource<'sqs'>): Declared {
  const { batchSize, maxBatchWindowSeconds, maximumConcurrency } = first.rule.properties;
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: ref(toFunctionId('sqs')),
      EventSourceArn: toQueueArn(first.rule.properties),
      BatchSize: batchSize,
      // Lambda takes none of a FIFO queue, not even one of no seconds.
      ...(maxBatchWindowSeconds && { MaximumBatchingWindowInSeconds: maxBatchWindowSeconds }),
      ...(maximumConcurrency !== undefined && { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
      ...toFilterCriteria(rules.map(({ rule }) => rule.properties)),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ...toJobTags(rules),
    },
    line: first.rule.line,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
function toPermission({ first }: SharedSource<'sqs'>): Permission {
  return {
    functions: ['sqs'],
    statement: {
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      resources: [toQueueArn(first.rule.properties)],
    },
  };
}

type Properties = SourceRule<'sqs'>['rule']['properties'];

function toQueueText({ sqsQueueArn, sqsQueueName = '' }: Properties): string {
  return sqsQueueArn ?? sqsQueueName;
}

function toQueueArn({ sqsQueueArn, sqsQueueName }: Properties): Value {
  return sqsQueueArn === undefined ? arnOf('sqs', sqsQueueName ?? '') : toValue(sqsQueueArn);
}
