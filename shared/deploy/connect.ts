import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsCredentials, ClientOptions } from '../aws/client-options.ts';
import { createDynamoDbClient } from '../aws/dynamo-db-client.ts';
import { StageError, toStageError } from './stage-error.ts';

/** Which account and Region; what is left out, the SDK looks for as every AWS tool does. */
export type AwsPlace = { readonly region?: string; readonly profile?: string };

export type Connection = {
  readonly region: string;
  readonly dynamoDb: DynamoDBClient;
  /** Those that were found, or newer ones when they are about to expire. */
  readonly credentials: () => Promise<AwsCredentials>;
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
export async function connect({ region, profile }: AwsPlace, seconds = longestSeconds): Promise<Connection> {
  refuseEndpoints(process.env);
  const dynamoDb = createDynamoDbClient({
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  });
  const { credentials } = dynamoDb.config;
  try {
    const found = await dynamoDb.config.region();
    await within(seconds, credentials());
    return { region: found, dynamoDb, credentials, options: { region: found, credentials } };
  } catch (error) {
    dynamoDb.destroy();
    if (error instanceof TypeError) throw toUnreadable(error, profile);
    throw toStageError(error, { what: 'the credentials', ...(profile !== undefined && { profile }) });
  }
}

/** The SDK would throw a TypeError without a name at the first call. */
function refuseEndpoints(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(environment))
    if (value && /^AWS_ENDPOINT_URL(_|$)/.test(name) && !/^https?:$/.test(URL.parse(value)?.protocol ?? ''))
      throw new StageError(
        `the environment variable ${name} is ${JSON.stringify(value)}, expected a URL such as http://127.0.0.1:4566`,
      );
}

/** The SDK stumbles over a section that is not there, such as the sso_session that a profile names. */
function toUnreadable(cause: TypeError, profile: string | undefined): StageError {
  const whose = profile === undefined ? 'the profile' : `profile ${profile}`;
  return new StageError(
    `the AWS CLI's configuration of ${whose} can't be used: does it name an sso_session or another profile that is not there, or an endpoint_url that is no URL? (${cause.message})`,
    { cause },
  );
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
