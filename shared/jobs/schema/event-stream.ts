import { z } from 'zod';
import {
  bucketArn,
  kinesisConsumerArn,
  kinesisStreamArn,
  logGroupArn,
  queueArn,
  tableStreamArn,
  topicArn,
} from './arns.ts';
import { flag, mapping, seconds, text, wholeNumber } from './basics.ts';
import { batching, filterPatterns } from './event-message.ts';

const streamProperties = {
  maxBatchWindowSeconds: seconds(0, 300)
    .describe('How long records are gathered before they are delivered.')
    .exactOptional(),
  startingPosition: z
    .enum(['TRIM_HORIZON', 'LATEST'])
    .default('TRIM_HORIZON')
    .describe('TRIM_HORIZON: from the oldest record on; LATEST: from the next.'),
  maximumRetryAttempts: wholeNumber(-1, 10_000)
    .describe('How often a delivery that was refused is repeated; -1: until its records expire.')
    .exactOptional(),
  onFailure: z
    .discriminatedUnion(
      'type',
      [
        z.strictObject({ type: z.literal('sqs'), arn: queueArn.describe('The queue.') }),
        z.strictObject({ type: z.literal('sns'), arn: topicArn.describe('The topic.') }),
      ],
      mapping('a mapping with "type" sqs or sns and "arn"'),
    )
    .describe('Where Lambda reports deliveries that it gave up.')
    .exactOptional(),
  parallelizationFactor: wholeNumber(1, 10).describe('Deliveries of one shard at a time.').exactOptional(),
  bisectBatchOnFunctionError: flag.describe('Halve a delivery that was refused.').exactOptional(),
  filterPatterns,
  batching,
};

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
export const kinesisStreamEvent = z.strictObject({
  type: z.literal('kinesis-stream').describe('Records of a Kinesis data stream.'),
  properties: z.strictObject({
    streamArn: kinesisStreamArn.describe('The stream.'),
    consumerArn: kinesisConsumerArn
      .describe('A consumer of the stream with a throughput of its own.')
      .exactOptional(),
    autoCreateConsumer: flag.describe('Make such a consumer; not with consumerArn.').exactOptional(),
    batchSize: wholeNumber(1, 10_000).default(10).describe('Most records of a delivery.'),
    ...streamProperties,
  }),
});

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
export const dynamoDbStreamEvent = z.strictObject({
  type: z.literal('dynamo-db-stream').describe('Changes of a DynamoDB table.'),
  properties: z.strictObject({
    streamArn: tableStreamArn.describe('The stream of the table.'),
    batchSize: wholeNumber(1, 10_000).default(100).describe('Most records of a delivery.'),
    ...streamProperties,
  }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
export const s3Event = z.strictObject({
  type: z.literal('s3').describe('Changes of objects in an S3 bucket.'),
  properties: z.strictObject({
    bucketArn: bucketArn.describe('The bucket.'),
    s3EventType: z
      .enum([
        's3:ObjectCreated:*',
        's3:ObjectCreated:Put',
        's3:ObjectCreated:Post',
        's3:ObjectCreated:Copy',
        's3:ObjectCreated:CompleteMultipartUpload',
        's3:ObjectRemoved:*',
        's3:ObjectRemoved:Delete',
        's3:ObjectRemoved:DeleteMarkerCreated',
        's3:ObjectRestore:*',
        's3:ObjectRestore:Post',
        's3:ObjectRestore:Completed',
        's3:ObjectRestore:Delete',
        's3:ObjectTagging:*',
        's3:ObjectTagging:Put',
        's3:ObjectTagging:Delete',
        's3:ObjectAcl:Put',
        's3:LifecycleExpiration:*',
        's3:LifecycleExpiration:Delete',
        's3:LifecycleExpiration:DeleteMarkerCreated',
        's3:LifecycleTransition',
        's3:IntelligentTiering',
        's3:ReducedRedundancyLostObject',
        's3:Replication:*',
        's3:Replication:OperationFailedReplication',
        's3:Replication:OperationMissedThreshold',
        's3:Replication:OperationNotTracked',
        's3:Replication:OperationReplicatedAfterThreshold',
      ])
      .describe('What has to happen to an object.'),
    filterRule: z
      .strictObject({
        prefix: text.describe('What the key of the object starts with.').exactOptional(),
        suffix: text.describe('What the key of the object ends with.').exactOptional(),
      })
      .describe('Which objects start the job.')
      .exactOptional(),
    batching,
  }),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
export const cloudwatchLogEvent = z.strictObject({
  type: z.literal('cloudwatch-log').describe('Lines of a CloudWatch log group.'),
  properties: z.strictObject({
    logGroupArn: logGroupArn.describe('The log group.'),
    filter: z
      .string({ error: 'text' })
      .max(1024, { error: 'text of at most 1024 characters' })
      .describe('Filter pattern of CloudWatch Logs; every line, if left out.')
      .exactOptional(),
    batching,
  }),
});
