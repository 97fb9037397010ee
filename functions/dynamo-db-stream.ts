import { compileDynamoDbRules } from '../shared/jobs/rules/stream.ts';
import { createLambdaHandler } from '../shared/lambda/handler.ts';
import { dynamoDbStream } from '../shared/sources/dynamo-db-stream.ts';

/** Changes of DynamoDB tables. */
export const handler = createLambdaHandler(dynamoDbStream, { 'dynamo-db-stream': compileDynamoDbRules });
