import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { createCommandLine } from './signalbox.ts';

const { start, makeProject, close } = createCommandLine();
// It bundles the functions, and runs the Serverless Framework.
vi.setConfig({ testTimeout: 120_000 });
afterAll(close);

const folder = makeProject({
  'import-orders': {
    target: 'fargate',
    container: { image: 'ghcr.io/shop/job:1' },
    resources: { cpu: 0.5, memory: 1024 },
    events: [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }],
  },
});

/** No credentials, no file of the AWS CLI, and nobody who could be asked. */
const more = { AWS_EC2_METADATA_DISABLED: 'true', HTTPS_PROXY: 'http://127.0.0.1:9' };
const run = (...words: string[]) => start(folder, words, { more, mostMs: 110_000 }).ended;

it('package writes the template and the zips, which no other does meanwhile, and says how big they are', async () => {
  const both = await Promise.all([run('package', '--stage', 'prod'), run('package', '--stage', 'prod')]);
  const { code, stdout, stderr } = both.find((ended) => ended.code === 0) ?? both[0];
  expect([code, stderr]).toEqual([0, '']);
  expect(both.find((ended) => ended.code === 1)?.stderr).toContain('another command packages or deploys');
  const path = '.signalbox/deploy/prod/.serverless/cloudformation-template-update-stack.json';
  expect(stdout).toContain(`template   ${path}`);
  expect(stdout).toMatch(/resources {2}\d+ of at most 500/);
  expect(stdout).toMatch(/size +\d+ KiB of at most 1024 KiB/);
  expect(stdout).toMatch(/sqs +\d+ KiB/);
  const { Resources } = JSON.parse(readFileSync(join(folder, path), 'utf8'));
  expect(Resources.SqsLambdaFunction.Properties.FunctionName).toBe('shop-prod-sqs');
  expect(existsSync(join(folder, '.signalbox/deploy/prod/functions/sqs.zip'))).toBe(true);
  expect(readFileSync(join(folder, '.signalbox/.gitignore'), 'utf8')).toBe('*\n');
});

it('package --json says the same, for programs', async () => {
  const { code, stdout } = await run('package', '--stage', 'test', '--json');
  expect(code).toBe(0);
  const { template, resources, templateBytes, functions } = JSON.parse(stdout);
  expect(template).toMatch(/deploy\/test\/\.serverless\/cloudformation-template-update-stack\.json$/);
  expect(Object.keys(JSON.parse(readFileSync(template, 'utf8')).Resources)).toHaveLength(resources);
  expect(templateBytes).toBeGreaterThan(10_000);
  for (const { zip, bytes } of functions) expect(readFileSync(zip)).toHaveLength(bytes);
});

it('deploy, info and remove say that there are no credentials, before they do anything', async () => {
  for (const words of [['deploy'], ['info'], ['remove', '--yes']]) {
    const { code, stderr } = await run(...words, '--stage', 'other', '--region', 'eu-west-1');
    expect([code, stderr]).toEqual([5, expect.stringContaining('there are no AWS credentials')]);
  }
  expect(existsSync(join(folder, '.signalbox/deploy/other'))).toBe(false);
});
