import type { Declared } from '../part.ts';

/** What nobody has looked at for as long as SQS keeps it is gone. */
const longestRetentionSeconds = 1_209_600;

/** A queue that SQS encrypts. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
export function toQueue(name: string, properties: Readonly<Record<string, unknown>> = {}): Declared {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: name,
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: longestRetentionSeconds,
      ...properties,
    },
  };
}
