import { expect, test } from 'vitest';
import { toFailureLines } from '../../cli/failures.ts';

const lines = { OrdersMapping: 12, TrainRule: 30 };
const type = 'AWS::Lambda::EventSourceMapping';

test('a failure is told with the line of jobs.yml that its resource comes from', () => {
  const failures = [
    { id: 'OrdersMapping', type, reason: 'Queue orders does not exist' },
    { id: 'Ledger', type: 'AWS::DynamoDB::Table', reason: 'shop-prod-runs already exists' },
  ];
  expect(toFailureLines(failures, '/home/ada/jobs.yml', lines)).toBe(
    [
      '/home/ada/jobs.yml:12 OrdersMapping (AWS::Lambda::EventSourceMapping): Queue orders does not exist',
      'Ledger (AWS::DynamoDB::Table): shop-prod-runs already exists',
    ].join('\n'),
  );
});

test('a refused change is told with the line of the first resource that it names', () => {
  const reason = 'Template error: resource TrainRule references undefined resource Missing';
  expect(toFailureLines([{ reason }], 'jobs.yml', lines)).toBe(`jobs.yml:30 ${reason}`);
  expect(toFailureLines([{ reason: 'no constructor of Object' }], 'jobs.yml', lines)).toBe(
    'no constructor of Object',
  );
});
