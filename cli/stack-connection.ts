import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { requestHandler } from '../shared/aws/client-options.ts';
import { type AwsPlace, connect } from '../shared/deploy/connect.ts';
import type { FrameworkPlace } from '../shared/deploy/framework.ts';
import { type Stage, toStackName } from '../shared/deploy/names.ts';
import { toStageError } from '../shared/deploy/stage-error.ts';

export type StackConnection = {
  readonly name: string;
  readonly region: string;
  readonly client: CloudFormationClient;
  readonly dynamoDb: DynamoDBClient;
  /** What the Serverless Framework is told of the stack, and with whose credentials it works. */
  readonly words: readonly string[];
  readonly findPlace: () => Promise<FrameworkPlace>;
};

/**
 * Does some work with the stack of a stage, with the caller's own AWS credentials. What AWS refuses becomes a
 * StageError.
 */
export async function withStack<T>(
  stage: Stage,
  { region: asked, profile }: AwsPlace,
  work: (stack: StackConnection) => Promise<T>,
): Promise<T> {
  const name = toStackName(stage);
  const { region, options, dynamoDb, credentials } = await connect({
    ...(asked !== undefined && { region: asked }),
    ...(profile !== undefined && { profile }),
  });
  const client = new CloudFormationClient({ ...options, requestHandler, maxAttempts: 5 });
  const words = ['--stage', stage.stage, '--region', region];
  const findPlace = async () => ({ region, credentials: await credentials() });
  try {
    return await work({ name, region, client, dynamoDb, words, findPlace });
  } catch (error) {
    if (!isOfAws(error)) throw error;
    throw toStageError(error, { what: `the stack ${name}`, region, ...(profile && { profile }) });
  } finally {
    client.destroy();
    dynamoDb.destroy();
  }
}

const names = ['AbortError', 'TimeoutError', 'CredentialsProviderError', 'TokenProviderError'];

/** Errors of the SDK's clients say what the answer was; those of credentials that can't be renewed don't. */
function isOfAws(error: unknown): boolean {
  return error instanceof Error && ('$metadata' in error || names.includes(error.name));
}
