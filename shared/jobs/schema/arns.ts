import { matchingOrReference } from './reference.ts';

/*
 * ARNs by the resource they name, or references to them. Formats: the service authorization reference,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */

const zone = '[a-z0-9-]+:[0-9]{12}';
const id = '[A-Za-z0-9_-]+';

export const queueArn = arn(
  `sqs:${zone}:${id}(?:\\.fifo)?`,
  'an SQS queue',
  'sqs:eu-west-1:123456789012:orders',
);

export const topicArn = arn(
  `sns:${zone}:${id}(?:\\.fifo)?`,
  'an SNS topic',
  'sns:eu-west-1:123456789012:orders',
);

/** A FIFO topic delivers to queues only. */
export const standardTopicArn = arn(
  `sns:${zone}:${id}`,
  'a standard SNS topic',
  'sns:eu-west-1:123456789012:orders',
);

export const eventBusArn = arn(
  `events:${zone}:event-bus/[A-Za-z0-9_./-]+`,
  'an event bus',
  'events:eu-west-1:123456789012:event-bus/research',
);

export const bucketArn = arn('s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]', 'an S3 bucket', 's3:::uploads');

export const kinesisStreamArn = arn(
  `kinesis:${zone}:stream/[A-Za-z0-9_.-]+`,
  'a Kinesis stream',
  'kinesis:eu-west-1:123456789012:stream/clicks',
);

export const kinesisConsumerArn = arn(
  `kinesis:${zone}:stream/[A-Za-z0-9_.-]+/consumer/[A-Za-z0-9_.-]+:[0-9]+`,
  'a Kinesis stream consumer',
  'kinesis:eu-west-1:123456789012:stream/clicks/consumer/jobs:1700000000',
);

export const tableStreamArn = arn(
  `dynamodb:${zone}:table/[A-Za-z0-9_.-]+/stream/[0-9T:.-]+`,
  'a DynamoDB table stream',
  'dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000',
);

export const logGroupArn = arn(
  `logs:${zone}:log-group:[A-Za-z0-9_/.#-]+(?::\\*)?`,
  'a log group',
  'logs:eu-west-1:123456789012:log-group:/acme/orders',
);

export const loadBalancerArn = arn(
  `elasticloadbalancing:${zone}:loadbalancer/app/${id}/[0-9a-f]+`,
  'an application load balancer',
  'elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/0123456789abcdef',
);

export const listenerArn = arn(
  `elasticloadbalancing:${zone}:listener/app/${id}/[0-9a-f]+/[0-9a-f]+`,
  'a listener of an application load balancer',
  'elasticloadbalancing:eu-west-1:123456789012:listener/app/front/0123456789abcdef/fedcba9876543210',
);

export const stateMachineArn = arn(
  `states:${zone}:stateMachine:${id}(?::[A-Za-z0-9_.-]+)?`,
  'a state machine',
  'states:eu-west-1:123456789012:stateMachine:reconcile',
);

export const taskDefinitionArn = arn(
  `ecs:${zone}:task-definition/${id}(?::[0-9]+)?`,
  'a task definition',
  'ecs:eu-west-1:123456789012:task-definition/report:7',
);

export const roleArn = arn(
  'iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+',
  'a role',
  'iam::123456789012:role/report',
);

export const clusterArn = arn(
  `ecs:${zone}:cluster/${id}`,
  'an ECS cluster',
  'ecs:eu-west-1:123456789012:cluster/jobs',
);

export const jobQueueArn = arn(
  `batch:${zone}:job-queue/${id}`,
  'a Batch job queue',
  'batch:eu-west-1:123456789012:job-queue/science',
);

export const jobDefinitionArn = arn(
  `batch:${zone}:job-definition/${id}(?::[0-9]+)?`,
  'a Batch job definition',
  'batch:eu-west-1:123456789012:job-definition/train:3',
);

export const userPoolArn = arn(
  `cognito-idp:${zone}:userpool/[A-Za-z0-9_-]+`,
  'a Cognito user pool',
  'cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab12Cd34E',
);

export const functionArn = arn(
  `lambda:${zone}:function:${id}(?::[A-Za-z0-9_$-]+)?`,
  'a Lambda function',
  'lambda:eu-west-1:123456789012:function:authorize',
);

/** A secret may name a JSON key, a version stage and a version id, as `…:secret:db-x1:password::`. */
export const secretArn = arn(
  `(?:secretsmanager:${zone}:secret:[A-Za-z0-9/_+=.@-]+(?::[^:]*){0,3}|ssm:${zone}:parameter/[A-Za-z0-9_./-]+)`,
  'a secret or of a Systems Manager parameter',
  'secretsmanager:eu-west-1:123456789012:secret:db-x1',
);

function arn(pattern: string, what: string, example: string) {
  return matchingOrReference(
    new RegExp(`^arn:aws(?:-[a-z]+)*:${pattern}$`),
    `the ARN of ${what}, such as arn:aws:${example}`,
  );
}
