import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KnownStack, toCloudFormation } from '../support/cloud-formation.ts';
import { makeFolder } from '../support/folder.ts';
import { runHere } from './here.ts';

const id = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-prod/1';
const tags = { 'signalbox:service': 'shop', 'signalbox:stage': 'prod' };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  // Nobody is there, should a command go further than it may.
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A command about stage prod of service shop, where AWS has this stack of its name. */
async function signalbox(stack: KnownStack, words: readonly string[], ask = async (_: string) => false) {
  const folder = makeFolder();
  const job = {
    target: 'fargate',
    container: { image: 'ghcr.io/shop/job:1' },
    resources: { cpu: 0.5, memory: 1024 },
    events: [{ type: 'manual' }],
  };
  writeFileSync(join(folder, 'jobs.yml'), JSON.stringify({ service: 'shop', jobs: { train: job } }));
  vi.spyOn(CloudFormationClient.prototype, 'send').mockImplementation(
    toCloudFormation({ 'shop-prod': { id, ...stack } }),
  );
  return runHere(folder, [...words, '--stage', 'prod'], ask);
}

describe.each([[['deploy']], [['info']], [['remove', '--yes']]])('%j', (words) => {
  it('refuses a stack of that name which has no tags of Signalbox', async () => {
    const { code, stdout, stderr } = await signalbox({ tags: { STAGE: 'prod' } }, words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'the stack shop-prod in eu-west-1 was not made by Signalbox for stage prod of shop: its tag signalbox:service is missing, its tag signalbox:stage is missing (it is UPDATE_COMPLETE). Nothing was done',
    );
  });

  it('refuses a stack that is of another service or stage', async () => {
    const { code, stderr } = await signalbox({ tags: { ...tags, 'signalbox:service': 'other' } }, words);
    expect(code).toBe(2);
    expect(stderr).toContain('its tag signalbox:service is "other", its tag signalbox:stage is "prod"');
  });

  it("refuses somebody else's stack that is only planned", async () => {
    const changeSet = { name: 'shop-prod-change-set', tags: { STAGE: 'prod' } };
    const { code, stderr } = await signalbox({ status: 'REVIEW_IN_PROGRESS', changeSet }, words);
    expect(code).toBe(2);
    expect(stderr).toContain('(it is REVIEW_IN_PROGRESS)');
  });
});

it('info shows a stack that has the tags', async () => {
  const { code, stdout } = await signalbox({ tags }, ['info']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('stack      shop-prod, UPDATE_COMPLETE')]);
});

describe('what is left of a first deploy that failed', () => {
  const changeSet = { name: 'shop-prod-change-set', tags };

  it.each([
    { status: 'REVIEW_IN_PROGRESS', changeSet },
    { status: 'ROLLBACK_COMPLETE', tags },
  ])('is not deployed to, but told how to take away: %j', async (stack) => {
    const { code, stderr } = await signalbox(stack, ['deploy']);
    expect(code).toBe(1);
    expect(stderr).toContain(`the stack shop-prod is ${stack.status}`);
    expect(stderr).toContain('"signalbox remove --stage prod" takes that away');
  });

  it('can be removed', async () => {
    const ask = vi.fn(async (_: string) => false);
    const { code, stderr } = await signalbox({ status: 'REVIEW_IN_PROGRESS', changeSet }, ['remove'], ask);
    expect([code, stderr]).toEqual([0, 'stack shop-prod in eu-west-1, REVIEW_IN_PROGRESS\n']);
    expect(ask).toHaveBeenCalledWith('Remove stage prod of shop?');
  });
});

it('remove says which data goes, of what a snapshot is left, and what stays, before it asks', async () => {
  const stack: KnownStack = {
    tags,
    resources: {
      Ledger: ['AWS::DynamoDB::Table', 'shop-prod-runs'],
      Prices: ['AWS::DynamoDB::Table', 'prices'],
      Undelivered: ['AWS::SQS::Queue', 'shop-prod-undelivered'],
      Customers: ['AWS::RDS::DBCluster', 'customers'],
      SqsLambdaFunction: ['AWS::Lambda::Function', 'shop-prod-sqs'],
      ServerlessDeploymentBucket: ['AWS::S3::Bucket', 'shop-prod-code'],
    },
    template: JSON.stringify({ Resources: { Ledger: { DeletionPolicy: 'RetainExceptOnCreate' } } }),
  };
  const { code, stderr } = await signalbox(stack, ['remove']);
  expect(code).toBe(0);
  const [, lost = '', left = '', kept = ''] = stderr.split(
    /these are deleted|of these a snapshot stays|these stay/,
  );
  expect(lost).toMatch(/Prices +AWS::DynamoDB::Table +prices/);
  expect(lost).toMatch(/Undelivered +AWS::SQS::Queue +shop-prod-undelivered/);
  expect(lost).not.toMatch(/shop-prod-(runs|sqs|code)/);
  expect(left).toContain('customers');
  expect(kept).toContain('shop-prod-runs');
});
