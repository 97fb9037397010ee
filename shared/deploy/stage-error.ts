import { toAwsFailure, toReason } from '../aws/errors.ts';

/** A deployed stage can't be read or commanded; `message` is for a person. */
export class StageError extends Error {
  override readonly name = 'StageError';
}

/** What was being done when it failed. */
export type Asked = {
  /** As in "the table shop-prod-runs". */
  readonly what: string;
  readonly region?: string;
  readonly profile?: string;
};

/** Names that services have for one thing. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html */
const kinds: Readonly<Record<string, 'missing' | 'denied' | 'expired' | 'unknown' | 'none' | 'silent'>> = {
  ResourceNotFoundException: 'missing',
  NoSuchBucket: 'missing',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  ExpiredToken: 'expired',
  ExpiredTokenException: 'expired',
  RequestExpired: 'expired',
  UnrecognizedClientException: 'unknown',
  InvalidClientTokenId: 'unknown',
  InvalidAccessKeyId: 'unknown',
  InvalidSignatureException: 'unknown',
  SignatureDoesNotMatch: 'unknown',
  CredentialsProviderError: 'none',
  TokenProviderError: 'none',
  AbortError: 'silent',
  TimeoutError: 'silent',
};

/** One sentence of what went wrong, and what can be done. What is one already stays as it is. */
export function toStageError(error: unknown, asked: Asked): StageError {
  if (error instanceof StageError) return error;
  const root = toRoot(error);
  return new StageError(toSentence(root, asked), { cause: error });
}

function toSentence(error: unknown, { what, region, profile }: Asked): string {
  const { name, message } = toAwsFailure(error);
  const reason = toReason(message).replace(/\.$/, '');
  const there = region === undefined ? '' : ` in ${region}`;
  switch (kinds[name]) {
    case 'missing':
      return `${what} is not there${there}: is the stage deployed there? --region and --profile say where it is looked for`;
    case 'denied':
      return toDenied(reason, what);
    case 'expired':
      return `the credentials have expired: sign in again, for instance with "aws sso login${profile === undefined ? '' : ` --profile ${profile}`}" (${reason})`;
    case 'unknown':
      return `AWS does not take these credentials${there}: ${reason}`;
    case 'none':
      return `there are no AWS credentials${profile === undefined ? '' : ` for profile ${profile}`}: ${reason}. Sign in with the AWS CLI, set AWS_PROFILE or the AWS_… variables, or name a profile with --profile`;
    case 'silent':
      return `${what}${there} did not answer in time: is there such a Region, and a network?`;
  }
  if (message === 'Region is missing')
    return 'no AWS Region is set: --region names it, or AWS_REGION, or the profile';
  if (codeOf(error) === 'ENOTFOUND')
    return `AWS can't be reached${there}: ${reason}. Is there such a Region, and a network?`;
  return `${what}${there} could not be asked: ${name === 'Error' || name === '' ? '' : `${name}: `}${reason}`;
}

/** AWS says who may not do what: "User: <arn> is not authorized to perform: <action> on resource: <arn> because …" */
function toDenied(reason: string, what: string): string {
  const [, who, action, resource] =
    /User: (\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(reason) ?? [];
  return action === undefined
    ? `AWS denied access to ${what}: ${reason}`
    : `${who} may not do ${action} on ${resource ?? what}: its policies have to allow that action`;
}

/** What AWS said is the cause of what the ledger or the payload store says. */
function toRoot(error: unknown): unknown {
  const isWrapped = error instanceof Error && ['LedgerError', 'PayloadError'].includes(error.name);
  return isWrapped && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
