import { expect, it } from 'vitest';
import { toLedger } from '../../../../shared/deploy/stack/base/ledger.ts';
import { stackOf, task } from '../stack-of.ts';

const { resources } = toLedger(stackOf({ jobs: { thumbnail: task } }).context);

it('is the table that the functions use, by its name', () => {
  expect(resources['Ledger']).toMatchObject({
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'media-prod-runs',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    },
  });
});

it('has sparse indexes that hold keys alone', () => {
  const indexes = resources['Ledger']?.Properties?.['GlobalSecondaryIndexes'];
  expect(indexes).toMatchObject([
    { IndexName: 'by-due', Projection: { ProjectionType: 'KEYS_ONLY' } },
    { IndexName: 'by-job', Projection: { ProjectionType: 'KEYS_ONLY' } },
    { IndexName: 'by-status', Projection: { ProjectionType: 'KEYS_ONLY' } },
  ]);
});

it('can be restored, and outlives its stack, but not a first deploy that failed', () => {
  expect(resources['Ledger']).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
  });
});
