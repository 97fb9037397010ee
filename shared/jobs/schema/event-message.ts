import { z } from 'zod';
import { queueArn, standardTopicArn } from './arns.ts';
import { json, listOf, matching, seconds, wholeNumber } from './basics.ts';

export const batching = z
  .enum(['delivery', 'record'])
  .default('delivery')
  .describe('delivery: one run for what arrives together; record: one run for each record.');

/** A mapping of conditions, as of an event pattern; checkPattern looks into it. */
export const pattern = z.record(z.string(), json, { error: 'a mapping such as { source: [acme.orders] }' });

export const filterPatterns = listOf(pattern, 'patterns', 10)
  .describe('Records that match none of them are left out.')
  .exactOptional();

export const queueName = matching(
  /^(?=.{1,80}$)[A-Za-z0-9_-]+(?:\.fifo)?$/,
  'the name of a queue: letters, digits, "-" and "_", at most 80',
);

/** Where SNS and EventBridge put what they could not deliver to Signalbox. */
export const onDeliveryFailure = z.strictObject({
  sqsQueueArn: queueArn.describe('The queue; or sqsQueueName.').exactOptional(),
  sqsQueueName: queueName.describe('The queue; or sqsQueueArn.').exactOptional(),
});

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export const sqsEvent = z.strictObject({
  type: z.literal('sqs').describe('Messages of an SQS queue.'),
  properties: z.strictObject({
    sqsQueueArn: queueArn.describe('The queue; or sqsQueueName.').exactOptional(),
    sqsQueueName: queueName.describe('The queue; or sqsQueueArn.').exactOptional(),
    batchSize: wholeNumber(1, 10_000)
      .default(10)
      .describe('Most messages of a delivery; above 10 it needs maxBatchWindowSeconds.'),
    maxBatchWindowSeconds: seconds(0, 300)
      .describe('How long messages are gathered before they are delivered.')
      .exactOptional(),
    maximumConcurrency: wholeNumber(2, 1000).describe('Most deliveries at a time.').exactOptional(),
    filterPatterns,
    batching,
  }),
});

/** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */
export const snsEvent = z.strictObject({
  type: z.literal('sns').describe('Messages of an SNS topic.'),
  properties: z.strictObject({
    snsTopicArn: standardTopicArn.describe('The topic; or snsTopicName.').exactOptional(),
    snsTopicName: matching(
      /^[A-Za-z0-9_-]{1,256}$/,
      'the name of a standard topic: letters, digits, "-" and "_"',
    )
      .describe('The topic; or snsTopicArn.')
      .exactOptional(),
    filterPolicy: pattern.describe('Messages that do not match it are left out.').exactOptional(),
    onDeliveryFailure: onDeliveryFailure
      .describe('Queue for messages that SNS could not deliver.')
      .exactOptional(),
    batching,
  }),
});
