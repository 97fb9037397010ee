import { AlbSchema } from '@aws-lambda-powertools/parser/schemas/alb';
import { APIGatewayProxyEventV2Schema } from '@aws-lambda-powertools/parser/schemas/api-gatewayv2';
import { CloudWatchLogsSchema } from '@aws-lambda-powertools/parser/schemas/cloudwatch';
import { DynamoDBStreamSchema } from '@aws-lambda-powertools/parser/schemas/dynamodb';
import { EventBridgeSchema } from '@aws-lambda-powertools/parser/schemas/eventbridge';
import { KinesisDataStreamSchema } from '@aws-lambda-powertools/parser/schemas/kinesis';
import { S3Schema } from '@aws-lambda-powertools/parser/schemas/s3';
import { SnsSchema } from '@aws-lambda-powertools/parser/schemas/sns';
import { SqsSchema } from '@aws-lambda-powertools/parser/schemas/sqs';
import type { z } from 'zod';
import type { SourceName } from '../shared/events/trigger-event.ts';

/** Schemas of @aws-lambda-powertools/parser; it has none for ticks with a marker and for runs by hand. */
const schemas: Readonly<Partial<Record<SourceName, z.ZodType>>> = {
  'http-api-gateway': APIGatewayProxyEventV2Schema,
  'application-load-balancer': AlbSchema,
  sqs: SqsSchema,
  sns: SnsSchema,
  'event-bus': EventBridgeSchema,
  s3: S3Schema,
  'kinesis-stream': KinesisDataStreamSchema,
  'dynamo-db-stream': DynamoDBStreamSchema,
  'cloudwatch-log': CloudWatchLogsSchema,
};

/** What the peer makes of a payload, written down. */
export function findPeer(name: SourceName): ((text: string) => string) | undefined {
  const schema = schemas[name];
  return schema && ((text) => JSON.stringify(schema.parse(JSON.parse(text))));
}
