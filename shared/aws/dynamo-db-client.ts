import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ClientOptions, requestHandler } from './client-options.ts';

/** Apart from the other clients: every function has a ledger, so its code is loaded with the function's own. */
export function createDynamoDbClient(options: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient({ ...options, requestHandler, maxAttempts: 3 });
}
