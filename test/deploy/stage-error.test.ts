import { describe, expect, it } from 'vitest';
import { StageError, toStageError } from '../../shared/deploy/stage-error.ts';
import { toLedgerError } from '../../shared/ledgers/dynamodb/errors.ts';

const asked = { what: 'the table shop-prod-runs', region: 'eu-west-1', profile: 'ops' };

function aws(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more });
}

describe('what AWS refuses, as a sentence', () => {
  it.each([
    [
      aws('ResourceNotFoundException', 'Requested resource not found'),
      'the table shop-prod-runs is not there in eu-west-1: is the stage deployed there? --region and --profile say where it is looked for',
    ],
    [
      aws(
        'AccessDeniedException',
        'User: arn:aws:sts::123456789012:assumed-role/dev/ada is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:123456789012:table/shop-prod-runs/index/by-job because no identity-based policy allows the dynamodb:Query action',
      ),
      'arn:aws:sts::123456789012:assumed-role/dev/ada may not do dynamodb:Query on arn:aws:dynamodb:eu-west-1:123456789012:table/shop-prod-runs/index/by-job: its policies have to allow that action',
    ],
    [aws('AccessDenied', 'Access Denied'), 'AWS denied access to the table shop-prod-runs: Access Denied'],
    [
      aws('ExpiredTokenException', 'The security token included in the request is expired'),
      'the credentials have expired: sign in again, for instance with "aws sso login --profile ops" (The security token included in the request is expired)',
    ],
    [
      aws('UnrecognizedClientException', 'The security token included in the request is invalid.'),
      'AWS does not take these credentials in eu-west-1: The security token included in the request is invalid',
    ],
    [
      aws('CredentialsProviderError', 'Could not load credentials from any providers'),
      'there are no AWS credentials for profile ops: Could not load credentials from any providers. Sign in with the AWS CLI, set AWS_PROFILE or the AWS_… variables, or name a profile with --profile',
    ],
    [
      aws('TimeoutError', 'aborted'),
      'the table shop-prod-runs in eu-west-1 did not answer in time: is there such a Region, and a network?',
    ],
    [
      new Error('Region is missing'),
      'no AWS Region is set: --region names it, or AWS_REGION, or the profile',
    ],
    [
      Object.assign(new Error('getaddrinfo ENOTFOUND dynamodb.eu-wst-1.amazonaws.com'), {
        code: 'ENOTFOUND',
      }),
      "AWS can't be reached in eu-west-1: getaddrinfo ENOTFOUND dynamodb.eu-wst-1.amazonaws.com. Is there such a Region, and a network?",
    ],
    [
      aws('ThrottlingException', 'Rate exceeded'),
      'the table shop-prod-runs in eu-west-1 could not be asked: ThrottlingException: Rate exceeded',
    ],
    ['nothing known', 'the table shop-prod-runs in eu-west-1 could not be asked: nothing known'],
  ])('%s', (error, sentence) => {
    expect(toStageError(error, asked).message).toBe(sentence);
  });

  it('is found behind the error of a ledger', () => {
    const error = toLedgerError(aws('ResourceNotFoundException', 'Requested resource not found'), 'a table');
    expect(toStageError(error, asked).message).toContain('is the stage deployed there?');
  });

  it('is said once', () => {
    const error = new StageError('no AWS Region is set');
    expect(toStageError(error, asked)).toBe(error);
  });
});
