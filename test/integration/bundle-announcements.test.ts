import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { toPreload } from '../chaos/fast-clock.ts';
import { region } from '../stand-in/core.ts';
import { createEventBridge, type PutEvent } from '../stand-in/event-bridge.ts';
import { startStandIn } from '../stand-in/stand-in.ts';
import { createQueueDestination } from '../support/announcements.ts';
import { createBundles } from '../support/bundles.ts';
import { openTable } from '../support/dynamo.ts';
import { createBucket, createQueue, startFauxqs } from '../support/fauxqs.ts';
import { atEnd } from '../support/folder.ts';
import { loadLambda } from '../support/lambda.ts';

const jobsYml = `service: media
announcements: { eventBusName: runs }
jobs:
  resize:
    target: codebuild
    build: { image: 'aws/codebuild/standard:7.0', computeType: BUILD_GENERAL1_SMALL, commands: [make] }
    onFailure: { type: sqs, arn: 'arn:aws:sqs:eu-west-1:000000000000:failures' }
    events:
      - type: manual
`;

const bundles = createBundles();

it('the bundled sweep tells the bus and the failure destination of a run that a trigger could not start', async () => {
  const [table, fauxqs] = await Promise.all([openTable(), startFauxqs()]);
  atEnd(table.stop);
  const taken: PutEvent[] = [];
  const standIn = await startStandIn(createEventBridge({ taken }));
  atEnd(standIn.close);
  const bucket = await createBucket(fauxqs, 'signalbox-payloads');
  const wakeQueue = await createQueue(fauxqs, 'signalbox-wake');
  const { receive } = await createQueueDestination(fauxqs, 'failures');
  const write = (name: string, text: string) => {
    const path = join(bundles.folder, name);
    writeFileSync(path, text);
    return path;
  };
  // It was never deployed.
  const deployment = {
    cluster: '',
    network: { subnets: [], securityGroups: [], assignPublicIp: false },
    jobs: {},
  };
  const variables = {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'stand-in',
    AWS_SECRET_ACCESS_KEY: 'stand-in',
    AWS_ENDPOINT_URL: standIn.url,
    AWS_ENDPOINT_URL_DYNAMODB: table.endpoint,
    AWS_ENDPOINT_URL_S3: fauxqs.endpoint,
    AWS_ENDPOINT_URL_SQS: fauxqs.endpoint,
    SIGNALBOX_JOBS: write('jobs.json', compileJobs(parseJobs(jobsYml, '/media/jobs.yml'))),
    SIGNALBOX_DEPLOYMENT: write('deployment.json', JSON.stringify(deployment)),
    SIGNALBOX_LEDGER: `dynamodb://${table.table}`,
    SIGNALBOX_PAYLOADS: `s3://${bucket}`,
    SIGNALBOX_WAKE_QUEUE: wakeQueue,
    SIGNALBOX_EVENT_BUS: 'runs',
  };
  const manual = await loadLambda(bundles.pathOf('manual'), variables);
  atEnd(() => manual.end());

  const answered = await manual.invoke({ job: 'resize', input: { width: 7 } }, 'request-1');
  expect(answered).not.toHaveProperty('error');
  // No acknowledgement waits for a bus.
  expect(taken).toEqual([]);

  // A minute later, by its own clock, which is twice as fast from then on.
  const aMinuteOn = toPreload({ since: Date.now() - 60_000, factor: 2 });
  const sweep = await loadLambda(bundles.pathOf('sweep'), {
    ...variables,
    NODE_OPTIONS: `--import=${aMinuteOn}`,
  });
  atEnd(() => sweep.end());
  expect(await sweep.invoke({}, 'request-2', 300_000)).not.toHaveProperty('error');

  const failure = {
    service: 'media',
    job: 'resize',
    status: 'failed',
    hops: 0,
    cause: { class: 'rejected' },
  };
  expect(taken).toMatchObject([
    { bus: 'runs', source: 'signalbox', 'detail-type': 'Run Failed', detail: failure },
  ]);
  const reports = (await receive()).map(({ Body = '' }) => JSON.parse(Body));
  expect(reports).toMatchObject([{ ...failure, event: { records: [{ data: { input: { width: 7 } } }] } }]);
});
