import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toStack } from '../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';

const path = fileURLToPath(new URL('../../examples/deploy-jobs.yml', import.meta.url));
const file = parseJobs(readFileSync(path, 'utf8'), path);
const { resources, functions, outputs, lines } = toStack({
  file,
  stage: { service: 'studio', stage: 'prod' },
});

const types = Object.values(resources).map(({ Type }) => Type);
const countOf = (type: string) => types.filter((each) => each === type).length;
const propertiesOf = (type: string) =>
  Object.values(resources).flatMap(({ Type, Properties = {} }) => (Type === type ? [Properties] : []));

describe('the stack of examples/deploy-jobs.yml', () => {
  it('has a function for each source that is used, and those that every stack has', () => {
    expect(functions.map(({ name }) => name)).toEqual([
      'http-api-gateway',
      'application-load-balancer',
      'sqs',
      'sns',
      'event-bus',
      'schedule',
      's3',
      'kinesis-stream',
      'dynamo-db-stream',
      'cloudwatch-log',
      'manual',
      'wake',
      'sweep',
      'state-change',
      'runs-api',
    ]);
    expect(functions.map(({ roleId }) => resources[roleId]?.Type)).toEqual(
      functions.map(() => 'AWS::IAM::Role'),
    );
  });

  it('has one subscription for each event', () => {
    expect({
      'polled sources, and a wake queue for each target': countOf('AWS::Lambda::EventSourceMapping'),
      topics: countOf('AWS::SNS::Subscription'),
      schedules: countOf('AWS::Scheduler::Schedule'),
      'log groups': countOf('AWS::Logs::SubscriptionFilter'),
      'routes of listeners': countOf('AWS::ElasticLoadBalancingV2::ListenerRule'),
      consumers: countOf('AWS::Kinesis::StreamConsumer'),
    }).toEqual({
      'polled sources, and a wake queue for each target': 3 + 4,
      topics: 1,
      schedules: 1,
      'log groups': 1,
      'routes of listeners': 1,
      consumers: 1,
    });
  });

  it('has what its jobs run on', () => {
    expect({
      clusters: countOf('AWS::ECS::Cluster'),
      'task definitions': countOf('AWS::ECS::TaskDefinition'),
      projects: countOf('AWS::CodeBuild::Project'),
      'compute environments': countOf('AWS::Batch::ComputeEnvironment'),
      'job definitions': countOf('AWS::Batch::JobDefinition'),
      'state machines, one of them its own': countOf('AWS::StepFunctions::StateMachine'),
    }).toEqual({
      clusters: 1,
      'task definitions': 1,
      projects: 1,
      // EC2 Spot, EC2 where Spot has no capacity, and Fargate.
      'compute environments': 3,
      'job definitions': 2,
      'state machines, one of them its own': 3,
    });
  });

  it('lets the poster read and write posters, and nothing else of the bucket it did not ask for', () => {
    const [definition] = propertiesOf('AWS::ECS::TaskDefinition');
    expect(definition?.['Family']).toMatch(/^studio-prod-poster-[0-9a-f]{8}$/);
    const role = resources['PosterJobRole']?.Properties?.['Policies'];
    expect(JSON.stringify(role)).toContain(
      '"Action":["s3:GetObject"],"Resource":[{"Fn::Sub":"${Posters.Arn}/in/*"}]',
    );
    expect(JSON.stringify(role)).toContain(
      '"Action":["s3:PutObject"],"Resource":[{"Fn::Sub":"${Posters.Arn}/out/*"}]',
    );
  });

  it('keeps the ledger for good, and what is stored of events away from the public', () => {
    expect(resources['Ledger']?.Type).toBe('AWS::DynamoDB::Table');
    expect(resources['Ledger']?.Properties).toMatchObject({
      TableName: 'studio-prod-runs',
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
    expect(resources['Payloads']?.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('says the line of jobs.yml of each resource that comes from it', () => {
    const text = readFileSync(path, 'utf8').split('\n');
    for (const [id, line] of Object.entries(lines)) {
      expect(resources[id], id).toBeDefined();
      expect(text[line - 1]?.trim(), id).not.toBe('');
    }
    expect(text[(lines['PosterTaskDefinition'] ?? 0) - 1]).toContain('poster:');
  });

  it('has outputs that lead to its jobs, far from as many as CloudFormation takes', () => {
    expect(Object.keys(outputs).length).toBeGreaterThan(5);
    expect(Object.keys(outputs).length).toBeLessThan(60);
  });

  it('hears of changes in its own bucket, whose name nobody knows yet, by a rule of EventBridge', () => {
    expect(resources['Posters']?.Properties?.['NotificationConfiguration']).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
  });
});
