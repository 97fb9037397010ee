import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileJobs } from '../../shared/jobs/compiled.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { toRunnableFile } from '../../shared/jobs/runnable.ts';
import { parseLambdaEnvironment } from '../../shared/lambda/environment.ts';
import { openLine } from '../../shared/lambda/line.ts';
import { createTelemetry } from '../../shared/lambda/telemetry.ts';
import { start } from '../support/draft.ts';
import { makeFolder } from '../support/folder.ts';

const jobs = `
service: media
jobs:
  resize:
    target: process
    local: { command: [resize] }
    events: [{ type: manual }]
`;

/** What the metrics of a function with such an environment are of. Nothing is opened or asked. */
function measuredOf(variables: Readonly<Record<string, string>>) {
  const folder = makeFolder();
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const environment = parseLambdaEnvironment({
    SIGNALBOX_JOBS: write('jobs.json', compileJobs(toRunnableFile(parseJobs(jobs, 'jobs.yml')))),
    SIGNALBOX_DEPLOYMENT: write('deployment.json', '{"jobs":{}}'),
    SIGNALBOX_LEDGER: 'dynamodb://media-prod-runs',
    SIGNALBOX_WAKE_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/123456789012/media-prod-wake-{target}',
    AWS_REGION: 'eu-west-1',
    ...variables,
  });
  const now = () => start;
  return openLine(
    environment,
    createTelemetry(() => {}, now),
    now,
  ).measured;
}

it('the metrics of a function are of its service, and of its stage if it has one', () => {
  expect(measuredOf({})).toEqual({ service: 'media' });
  expect(measuredOf({ SIGNALBOX_STAGE: 'prod' })).toEqual({ service: 'media', stage: 'prod' });
});
