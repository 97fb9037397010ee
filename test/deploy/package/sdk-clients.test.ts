import { expect, test } from 'vitest';
import { toSdkClients } from '../../../shared/deploy/package/sdk-clients.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';

const named = [
  'client-batch',
  'client-codebuild',
  'client-ecs',
  'client-eventbridge',
  'client-s3',
  'client-sfn',
  'client-sns',
  'client-sqs',
];

const onFargate = {
  target: 'fargate',
  container: { image: 'ghcr.io/shop/job:1' },
  resources: { cpu: 0.5, memory: 1024 },
};
const file = parseJobs(
  JSON.stringify({
    service: 'shop',
    jobs: {
      'import-orders': {
        ...onFargate,
        events: [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }],
      },
      train: {
        target: 'batch',
        compute: { type: 'fargate' },
        container: { image: 'ghcr.io/shop/job:1' },
        resources: { cpu: 1, memory: 2048 },
        events: [{ type: 'sns', properties: { snsTopicName: 'models' } }, { type: 'manual' }],
      },
    },
  }),
  'jobs.yml',
);

test("a source's function goes with what its jobs run on, and with what every function may need", () => {
  const always = ['client-eventbridge', 'client-s3', 'client-sns', 'client-sqs'];
  expect(toSdkClients('sqs', named, file).toSorted()).toEqual([...always, 'client-ecs'].toSorted());
  expect(toSdkClients('sns', named, file).toSorted()).toEqual(
    [...always, 'client-batch', 'client-sfn'].toSorted(),
  );
});

test.each(['manual', 'wake', 'sweep', 'state-change', 'runs-api'] as const)(
  '%s goes with all that its code names: its runs may be of a job as it was before',
  (name) => {
    expect(toSdkClients(name, named, file)).toEqual(named);
  },
);

test('a function goes with no client that its code does not name', () => {
  expect(toSdkClients('sqs', ['client-s3'], file)).toEqual(['client-s3']);
});
