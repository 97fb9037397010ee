import type { BatchClient } from '@aws-sdk/client-batch';
import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import type { ECSClient } from '@aws-sdk/client-ecs';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SFNClient } from '@aws-sdk/client-sfn';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type ClientOptions, requestHandler } from './client-options.ts';

/** Each is made when it's asked for first, then kept with its connections. */
export type AwsClients = {
  readonly batch: () => Promise<BatchClient>;
  readonly codeBuild: () => Promise<CodeBuildClient>;
  readonly ecs: () => Promise<ECSClient>;
  readonly eventBridge: () => Promise<EventBridgeClient>;
  readonly s3: () => Promise<S3Client>;
  readonly sfn: () => Promise<SFNClient>;
  readonly sns: () => Promise<SNSClient>;
  readonly sqs: () => Promise<SQSClient>;
};

/** What starts jobs is asked once: whether to ask again, and with which token, is for the engine to decide. */
const once = { maxAttempts: 1 };
const thrice = { maxAttempts: 3 };

/** The SDK's clients. Their code is loaded when one is made: a function pays for those that it uses. */
export function createClients(options: ClientOptions = {}): AwsClients {
  const common = { ...options, requestHandler };
  return {
    batch: lazily(async () => {
      const { BatchClient } = await import('@aws-sdk/client-batch');
      return new BatchClient({ ...common, ...once });
    }),
    codeBuild: lazily(async () => {
      const { CodeBuildClient } = await import('@aws-sdk/client-codebuild');
      return new CodeBuildClient({ ...common, ...once });
    }),
    ecs: lazily(async () => {
      const { ECSClient } = await import('@aws-sdk/client-ecs');
      return new ECSClient({ ...common, ...once });
    }),
    eventBridge: lazily(async () => {
      const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
      return new EventBridgeClient({ ...common, ...thrice });
    }),
    s3: lazily(async () => {
      const { S3Client } = await import('@aws-sdk/client-s3');
      return new S3Client({ ...common, ...thrice });
    }),
    sfn: lazily(async () => {
      const { SFNClient } = await import('@aws-sdk/client-sfn');
      return new SFNClient({ ...common, ...once });
    }),
    sns: lazily(async () => {
      const { SNSClient } = await import('@aws-sdk/client-sns');
      return new SNSClient({ ...common, ...thrice });
    }),
    sqs: lazily(async () => {
      const { SQSClient } = await import('@aws-sdk/client-sqs');
      return new SQSClient({ ...common, ...thrice });
    }),
  };
}

function lazily<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= create();
    return made;
  };
}
