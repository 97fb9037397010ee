import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { expect, test } from 'vitest';
import { describeChangeSet, describeStack, listFates } from '../../shared/deploy/deployed-stack.ts';
import { type KnownStack, toCloudFormation } from '../support/cloud-formation.ts';

const id = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-prod/1';
const nested = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-prod-Own-ABC/2';
const kept = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-prod-Kept-DEF/3';

const toClient = (stacks: Readonly<Record<string, KnownStack>>) =>
  ({ send: toCloudFormation(stacks) }) as CloudFormationClient;

test('a stack is told with its tags', async () => {
  const client = toClient({ 'shop-prod': { id, tags: { 'signalbox:service': 'shop', owner: 'ada' } } });
  expect((await describeStack(client, 'shop-prod'))?.tags).toEqual({
    'signalbox:service': 'shop',
    owner: 'ada',
  });
  expect(await describeStack(client, 'shop-test')).toBeUndefined();
});

test('a stack that got no further than its first change set has the tags that it would have got', async () => {
  const changeSet = { name: 'shop-prod-change-set', tags: { 'signalbox:stage': 'prod' } };
  const status = 'REVIEW_IN_PROGRESS';
  const client = toClient({ 'shop-prod': { id, status, changeSet } });
  expect((await describeStack(client, 'shop-prod'))?.tags).toEqual({ 'signalbox:stage': 'prod' });
  const without = toClient({ 'shop-prod': { id, status } });
  expect((await describeStack(without, 'shop-prod'))?.tags).toEqual({});
});

test("the change set of the Serverless Framework is found by the stack's name and by its ARN", async () => {
  const changeSet = { name: 'shop-prod-change-set', tags: {} };
  const client = toClient({ 'shop-prod': { id, changeSet } });
  expect(await describeChangeSet(client, 'shop-prod')).toMatchObject({ ChangeSetId: 'change-set' });
  expect(await describeChangeSet(client, id)).toMatchObject({ ChangeSetId: 'change-set' });
});

test('what becomes of each resource is what its DeletionPolicy says, in nested stacks as well', async () => {
  const client = toClient({
    [id]: {
      resources: {
        Ledger: ['AWS::DynamoDB::Table', 'shop-prod-runs'],
        Orders: ['AWS::SQS::Queue', 'orders'],
        Customers: ['AWS::RDS::DBInstance', 'customers'],
        Replica: ['AWS::RDS::DBInstance', 'replica'],
        Own: ['AWS::CloudFormation::Stack', nested],
        Kept: ['AWS::CloudFormation::Stack', kept],
      },
      template: JSON.stringify({
        Resources: {
          Ledger: { DeletionPolicy: 'RetainExceptOnCreate' },
          Orders: { Properties: {} },
          Customers: {},
          Replica: { Properties: { DBClusterIdentifier: { Ref: 'Cluster' } } },
          Own: {},
          Kept: { DeletionPolicy: 'Retain' },
        },
      }),
    },
    [nested]: {
      resources: {
        Ledger: ['AWS::DynamoDB::Table', 'prices'],
        Users: ['AWS::Cognito::UserPool', 'eu-west-1_users'],
      },
      template:
        'Resources:\n  Ledger:\n    Properties: { Name: !Ref X }\n  Users: { DeletionPolicy: Retain }\n',
    },
    [kept]: {
      resources: { Files: ['AWS::EFS::FileSystem', 'fs-1'] },
      template: 'Resources: { Files: {} }',
    },
  });
  const fates = (await listFates(client, id)).map(({ physicalId, fate }) => [physicalId, fate]);
  expect(fates).toEqual([
    ['shop-prod-runs', 'stays'],
    ['orders', 'goes'],
    ['customers', 'leaves a snapshot'],
    ['replica', 'goes'],
    [nested, 'goes'],
    [kept, 'stays'],
    ['prices', 'goes'],
    ['eu-west-1_users', 'stays'],
    ['fs-1', 'stays'],
  ]);
});

test('a stack without resources loses nothing, and its template is not asked for', async () => {
  expect(await listFates(toClient({ [id]: {} }), id)).toEqual([]);
});
