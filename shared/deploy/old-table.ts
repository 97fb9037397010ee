import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { call } from '../aws/call.ts';
import { toAwsFailure } from '../aws/errors.ts';

/**
 * Whether a table is there, such as that of a stage that was removed: CloudFormation makes no second one of its name.
 * Whoever may not look is not held up. Throws what else goes wrong.
 */
export async function isTableThere(client: Pick<DynamoDBClient, 'send'>, name: string): Promise<boolean> {
  try {
    await call((limits) => client.send(new DescribeTableCommand({ TableName: name }), limits));
    return true;
  } catch (error) {
    const { name: code } = toAwsFailure(error);
    if (code === 'ResourceNotFoundException' || code === 'AccessDeniedException') return false;
    throw error;
  }
}
