import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toBundleFiles } from '../../shared/deploy/references.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { queueArn, toQueueMessage } from '../support/aws-messages.ts';
import { createBundles } from '../support/bundles.ts';
import { atEnd } from '../support/folder.ts';
import { loadLambda, toVariables } from '../support/lambda.ts';

const jobsYml = `service: shop
jobs:
  pack:
    target: process
    local: { command: ['true'] }
    events: [{ type: sqs, properties: { sqsQueueArn: !GetAtt Orders.Arn } }]
resources:
  Orders: { Type: AWS::SQS::Queue }
`;

const bundles = createBundles();

it('the bundled function of a queue takes messages of the one that it was told, and of no other', async () => {
  const variables = toVariables(join(bundles.folder, 'references'), jobsYml);
  const files = toBundleFiles(parseJobs(jobsYml, 'jobs.yml'), {
    cluster: '',
    network: { subnets: [], securityGroups: [], assignPublicIp: false },
    jobs: {},
  });
  writeFileSync(variables['SIGNALBOX_JOBS'] ?? '', files.jobs);
  const told = { ...variables, SIGNALBOX_REFERENCES: JSON.stringify({ '1b0b77ab': queueArn }) };
  const knowing = await loadLambda(bundles.pathOf('sqs'), told);
  atEnd(() => knowing.end());
  const payload = { Records: [toQueueMessage('{}')] };
  const ofAnother = { Records: [toQueueMessage('{}', { eventSourceARN: `${queueArn}-old` })] };

  expect(await knowing.invoke(payload, 'request-1')).toMatchObject({ answer: { batchItemFailures: [] } });
  expect(await knowing.invoke(ofAnother, 'request-2')).toHaveProperty('error');
  await expect(loadLambda(bundles.pathOf('sqs'), variables)).rejects.toThrow(
    'SIGNALBOX_REFERENCES has no value for signalbox:reference:1b0b77ab that events of job pack come from',
  );
});
