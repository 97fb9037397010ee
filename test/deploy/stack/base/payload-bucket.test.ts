import { describe, expect, it } from 'vitest';
import { toPayloadBucket } from '../../../../shared/deploy/stack/base/payload-bucket.ts';
import { batchJob, stackOf, task } from '../stack-of.ts';

function bucketOf(given: Parameters<typeof stackOf>[0]) {
  const { context, jobs } = stackOf(given);
  return toPayloadBucket(context, jobs).resources;
}

function daysOf(job: object, file: object = {}): unknown {
  const { Payloads } = bucketOf({ ...file, jobs: { one: job } });
  const lifecycle = Payloads?.Properties?.['LifecycleConfiguration'] as {
    Rules: [{ ExpirationInDays: number }];
  };
  return lifecycle.Rules[0].ExpirationInDays;
}

describe('the payload bucket', () => {
  it('is private and encrypted, and is spoken to over TLS only', () => {
    const { Payloads, PayloadsPolicy } = bucketOf({ jobs: { one: task } });
    expect(Payloads?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect(PayloadsPolicy?.Properties?.['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [{ 'Fn::GetAtt': ['Payloads', 'Arn'] }, { 'Fn::Sub': '${Payloads.Arn}/*' }],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });

  it('outlives its stack together with its policy, as no bucket can be deleted that has objects', () => {
    for (const resource of Object.values(bucketOf({ jobs: { one: task } }))) {
      expect(resource).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });
});

describe('an object of the payload bucket expires', () => {
  it('after the history and the longest life of a run: an attempt of an hour that waits for an hour twice', () => {
    expect(daysOf(task)).toBe(91);
    expect(daysOf(task, { historyDays: 31 })).toBe(32);
  });

  it('later for a job with many long attempts', () => {
    // Ten times five days to start, a day to run and an hour of back-off.
    const job = { ...task, timeout: 86_400, startTimeout: 432_000, retryConfig: { attempts: 10 } };
    expect(daysOf(job)).toBe(90 + 61);
  });

  it('a week later for a job whose runs may wait for their hour', () => {
    expect(daysOf({ ...task, maxRunsPerHour: 10 })).toBe(98);
  });

  it('after all attempts of a Batch job, which its state machine makes', () => {
    const job = { ...batchJob, timeout: 864_000, retryConfig: { attempts: 3 } };
    expect(daysOf(job)).toBeGreaterThanOrEqual(90 + 30);
  });

  it('by the job that takes longest', () => {
    const jobs = { short: task, long: { ...task, timeout: 864_000 } };
    const { context, jobs: parts } = stackOf({ jobs });
    expect(JSON.stringify(toPayloadBucket(context, parts))).toContain('"ExpirationInDays":101');
  });

  it('after the history when nothing runs in AWS', () => {
    const local = { target: 'process', local: { command: ['true'] }, events: [{ type: 'manual' }] };
    expect(daysOf(local)).toBe(90);
  });
});
