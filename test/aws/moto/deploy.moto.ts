import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { ListRulesCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { region } from '../../stand-in/core.ts';
import { createMotoClients, toEndpoint } from './moto.ts';

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));
const options = {
  region,
  endpoint: toEndpoint(),
  credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' },
};
const clients = createMotoClients();
const lambda = new LambdaClient(options);
const dynamoDb = new DynamoDBClient(options);
const cloudFormation = new CloudFormationClient(options);
const logs = new CloudWatchLogsClient(options);

const jobs = {
  'import-orders': {
    target: 'fargate',
    container: {
      image: 'ghcr.io/shop/import-orders:4',
      command: ['sh', '-c', `echo \${HOME} \${env:HOME} $\${env:HOME}`],
    },
    resources: { cpu: 0.5, memory: 1024 },
    events: [
      { type: 'sqs', properties: { sqsQueueName: 'orders', batchSize: 5 } },
      {
        type: 'event-bus',
        properties: { useDefaultBus: true, eventPattern: { source: ['shop.orders'] } },
      },
      { type: 'manual' },
    ],
  },
};
const network = { subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'] };

// Commands that bundle, package and deploy take their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-deploy-'));
  // It is somebody else's, and there already.
  await (await clients.sqs()).send(new CreateQueueCommand({ QueueName: 'orders' }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command line as a person has it, whose AWS is moto. */
async function signalbox(...words: string[]) {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    AWS_ENDPOINT_URL: toEndpoint(),
    AWS_ACCESS_KEY_ID: 'moto',
    AWS_SECRET_ACCESS_KEY: 'moto',
    AWS_REGION: region,
  };
  const child = spawn(process.execPath, [main, ...words, '--stage', 'prod'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 200_000,
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

function writeJobs(more: object = {}): void {
  writeFileSync(join(folder, 'jobs.yml'), JSON.stringify({ service: 'shop', network, jobs, ...more }));
}

describe('a stage that the deploy command made', () => {
  beforeAll(async () => {
    writeJobs();
    const { code, stderr } = await signalbox('deploy');
    expect(stderr).toContain('Service deployed to stack shop-prod');
    expect(code).toBe(0);
  });

  test('has the functions of its sources and those that every stage has, set up as the template says', async () => {
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
    expect(Functions.map(({ FunctionName }) => FunctionName).toSorted()).toEqual([
      'shop-prod-event-bus',
      'shop-prod-manual',
      'shop-prod-sqs',
      'shop-prod-state-change',
      'shop-prod-sweep',
      'shop-prod-wake',
    ]);
    const sqs = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'shop-prod-sqs' }));
    expect(sqs).toMatchObject({
      Runtime: 'nodejs24.x',
      Handler: 'sqs.handler',
      MemorySize: 512,
      Timeout: 30,
    });
    expect(sqs.Environment?.Variables).toMatchObject({
      SIGNALBOX_JOBS: '/var/task/jobs.json',
      SIGNALBOX_LEDGER: 'dynamodb://shop-prod-runs',
      SIGNALBOX_PAYLOADS: expect.stringMatching(/^s3:\/\/shop-prod-payloads-/),
      SIGNALBOX_WAKE_QUEUE: `https://sqs.${region}.amazonaws.com/123456789012/shop-prod-wake-{target}`,
    });
    const { logGroups = [] } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/shop-prod-sqs' }),
    );
    expect(logGroups).toMatchObject([{ retentionInDays: 90 }]);
  });

  test('reads the queue that the job names, and its own wake queue', async () => {
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: 'shop-prod-sqs' }),
    );
    expect(EventSourceMappings).toMatchObject([
      {
        EventSourceArn: `arn:aws:sqs:${region}:123456789012:orders`,
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ]);
    const sqs = await clients.sqs();
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'shop-prod-wake-fargate' }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      VisibilityTimeout: '720',
      RedrivePolicy: expect.stringContaining('maxReceiveCount'),
    });
  });

  test('has a ledger with its indexes', async () => {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName: 'shop-prod-runs' }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(Table?.GlobalSecondaryIndexes?.length).toBeGreaterThan(0);
  });

  test("has the job's rule with its pattern and its marker", async () => {
    const bridge = await clients.eventBridge();
    const { Rules = [] } = await bridge.send(new ListRulesCommand());
    const rule = Rules.find(({ EventPattern }) => EventPattern?.includes('shop.orders'));
    expect(JSON.parse(rule?.EventPattern ?? '{}')).toEqual({ source: ['shop.orders'] });
    const { Targets = [] } = await bridge.send(new ListTargetsByRuleCommand({ Rule: rule?.Name }));
    expect(Targets).toMatchObject([
      { Arn: `arn:aws:lambda:${region}:123456789012:function:shop-prod-event-bus` },
    ]);
    expect(Targets[0]?.InputTransformer?.InputTemplate).toContain('<aws.events.event.json>');
  });

  test('gives a container its command as jobs.yml has it, and its log group', async () => {
    const container = await readContainer('stack.json');
    expect(container).toMatchObject(jobs['import-orders'].container);
    expect(container?.logConfiguration?.options?.['awslogs-group']).toBe(
      '/signalbox/shop/prod/import-orders',
    );
  });

  test('is shown by info, with a page to start the job by hand', async () => {
    const { code, stdout } = await signalbox('info', '--json');
    expect(code).toBe(0);
    const info = JSON.parse(stdout);
    expect(info).toMatchObject({ stack: 'shop-prod', region, status: 'UPDATE_COMPLETE' });
    expect(info.testPage).toMatch(/#\/functions\/shop-prod-manual\?tab=testing$/);
    expect(info.jobs).toMatchObject([
      {
        job: 'import-orders',
        resources: expect.arrayContaining([
          expect.objectContaining({ type: 'AWS::Logs::LogGroup', id: '/signalbox/shop/prod/import-orders' }),
        ]),
      },
    ]);
  });

  test('is left as it is by a deploy of the same', async () => {
    const { code, stderr } = await signalbox('deploy');
    expect([code, stderr]).toEqual([0, expect.stringContaining('No changes to deploy')]);
  });

  test('has its roles and definitions in nested stacks when jobs.yml says so, and works as before', async () => {
    writeJobs({ jobStacks: 1 });
    const { code, stderr } = await signalbox('deploy');
    expect([code, stderr]).toEqual([0, expect.stringContaining('Service deployed')]);
    const { StackResources = [] } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: 'shop-prod' }),
    );
    const nested = StackResources.find(({ LogicalResourceId }) => LogicalResourceId === 'JobStack1');
    expect(nested?.ResourceType).toBe('AWS::CloudFormation::Stack');
    const inside = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: nested?.PhysicalResourceId }),
    );
    expect(inside.StackResources?.map(({ LogicalResourceId }) => LogicalResourceId)).toContain(
      'ImportOrdersTaskDefinition',
    );
    const container = await readContainer('templates/JobStack1.json');
    expect(container?.logConfiguration?.options?.['awslogs-group']).toBe(
      '/signalbox/shop/prod/import-orders',
    );
  });

  test('goes with remove, which says what stays', async () => {
    const asked = await signalbox('remove');
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('--yes answers it')]);
    const { code, stderr } = await signalbox('remove', '--yes');
    expect(stderr).toContain('these stay:');
    expect(stderr).toMatch(/Ledger +AWS::DynamoDB::Table +shop-prod-runs/);
    expect(code).toBe(0);
    expect((await signalbox('info')).code).toBe(4);
  });
});

/** Of the task definition that is in one of the package's templates. */
async function readContainer(template: string) {
  const text = readFileSync(join(folder, '.signalbox/deploy/prod', template), 'utf8');
  const [, taskDefinition] = /"Family": ?"([^"]+)"/.exec(text) ?? [];
  const ecs = await clients.ecs();
  const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  return answer.taskDefinition?.containerDefinitions?.find(({ name }) => name === 'job');
}
