import { toCloudPlan } from '../../../jobs/cloud-plan.ts';
import { toEventExpiry } from '../../../ledgers/dynamodb/expiry.ts';
import { getAtt, ref, sub } from '../../cloudformation/value.ts';
import { ids } from '../ids.ts';
import type { Declared, Part, StackContext } from '../part.ts';
import type { JobWithPart } from '../stack.ts';

const daySeconds = 86_400;

/**
 * The bucket of events that are too big for the ledger or for a target, or too secret for both. CloudFormation can't
 * delete a bucket that isn't empty: removing the stack leaves it, with what makes its objects expire. The next deploy
 * has a bucket of its own.
 */
export function toPayloadBucket({ file }: StackContext, jobs: readonly JobWithPart[]): Part {
  return {
    resources: {
      [ids.payloads]: toBucket(toKeptDays(jobs, file.historyDays)),
      PayloadsPolicy: toTlsOnly(),
    },
    outputs: { PayloadBucketName: { Description: 'Bucket of big events', Value: ref(ids.payloads) } },
  };
}

/** As long as the ledger has the event of any of these jobs' runs: the longest life that a run may have, then the history. */
function toKeptDays(jobs: readonly JobWithPart[], historyDays: number): number {
  const seconds = jobs.map(({ job, part: { deployed } }) => {
    const plan = toCloudPlan(job, { jobs: deployed === undefined ? {} : { [job.name]: deployed } });
    return toEventExpiry({ createdAt: 0, plan }, historyDays);
  });
  return Math.ceil(Math.max(historyDays * daySeconds, ...seconds) / daySeconds);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
function toBucket(days: number): Declared {
  return {
    Type: 'AWS::S3::Bucket',
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: { Rules: [{ Id: 'expire', Status: 'Enabled', ExpirationInDays: days }] },
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit */
function toTlsOnly(): Declared {
  return {
    Type: 'AWS::S3::BucketPolicy',
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Bucket: ref(ids.payloads),
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [getAtt(ids.payloads, 'Arn'), sub(`\${${ids.payloads}.Arn}/*`)],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  };
}
