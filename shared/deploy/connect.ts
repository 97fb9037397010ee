import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ClientOptions } from '../aws/client-options.ts';
import { createDynamoDbClient } from '../aws/dynamo-db-client.ts';
import { StageError, toStageError } from './stage-error.ts';

/** Which account and Region; what is left out, the SDK looks for as every AWS tool does. */
export type AwsPlace = { readonly region?: string; readonly profile?: string };

export type Connection = {
  readonly region: string;
  readonly dynamoDb: DynamoDBClient;
  /** For more clients, with the same credentials. */
  readonly options: ClientOptions & { readonly region: string };
};

/** Whoever is asked for a second factor has that long. */
const longestSeconds = 120;

/**
 * Finds the Region and the credentials once, before anything is asked for: whoever lacks one of them hears of it in
 * one sentence. Throws StageError.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function connect({ region, profile }: AwsPlace): Promise<Connection> {
  const dynamoDb = createDynamoDbClient({
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  });
  const { credentials } = dynamoDb.config;
  try {
    const found = await dynamoDb.config.region();
    await within(longestSeconds, credentials());
    return { region: found, dynamoDb, options: { region: found, credentials } };
  } catch (error) {
    dynamoDb.destroy();
    throw toStageError(error, { what: 'the credentials', ...(profile !== undefined && { profile }) });
  }
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new StageError(`no AWS credentials were found within ${seconds} s`)),
    seconds * 1000,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
