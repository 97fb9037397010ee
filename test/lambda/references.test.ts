import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toBundleFiles } from '../../shared/deploy/references.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { toReferenceText } from '../../shared/jobs/reference.ts';
import type { RuleCompilers } from '../../shared/jobs/routing-table.ts';
import { everySource } from '../../shared/jobs/rules/every-source.ts';
import { EnvironmentError, parseLambdaEnvironment } from '../../shared/lambda/environment.ts';
import { openLine } from '../../shared/lambda/line.ts';
import { openLambdaRouter } from '../../shared/lambda/router.ts';
import { createTelemetry } from '../../shared/lambda/telemetry.ts';
import { manual } from '../../shared/sources/manual.ts';
import { sqs } from '../../shared/sources/sqs.ts';
import { invocation } from '../contract/source.ts';
import { toQueueMessage } from '../support/aws-messages.ts';
import { makeFolder } from '../support/folder.ts';

const jobsYml = `service: shop
jobs:
  pack:
    target: fargate
    container: { image: pack }
    resources: { cpu: 1, memory: 2048 }
    onFailure: { type: sqs, arn: !GetAtt Failed.Arn }
    events:
      - type: manual
      - { type: sqs, properties: { sqsQueueArn: !GetAtt Orders.Arn } }
  clean:
    target: codebuild
    build: { image: "aws/codebuild/standard:7.0", computeType: BUILD_GENERAL1_SMALL, commands: ["echo arn:\${AWS::Region}"] }
    events: [{ type: manual }]
  settle:
    target: state-machine
    stateMachineArn: !GetAtt Machine.Arn
    events: [{ type: manual }]
resources:
  Failed: { Type: AWS::SQS::Queue }
  Machine: { Type: AWS::StepFunctions::StateMachine }
  Orders: { Type: AWS::SQS::Queue }
`;

const deployment: Deployment = {
  cluster: `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/shop-prod`,
  network: {
    subnets: [toReferenceText({ Ref: 'PublicSubnet1' })],
    securityGroups: ['sg-0a'],
    assignPublicIp: true,
  },
  jobs: {
    pack: { target: 'fargate', taskDefinition: 'shop-prod-pack-0a1b2c3d' },
    clean: { target: 'codebuild', project: 'shop-prod-clean' },
  },
};

/** What a digest is of: the reference's text. */
const [failed, machine, orders, subnet] = ['a277ea8f', '25be333b', '1b0b77ab', '9fd4e84a'] as const;

/** As CloudFormation puts it into the variable: a name or an id for everything. */
const values = {
  [failed]: 'arn:aws:sqs:eu-west-1:123456789012:failed',
  [machine]: 'arn:aws:states:eu-west-1:123456789012:stateMachine:settle',
  [orders]: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  [subnet]: 'subnet-0a1b',
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
};

const telemetry = createTelemetry(() => {}, Date.now);

/** The environment of a function that was not told what `missing` stands for. */
function toEnvironment(...missing: readonly string[]) {
  const folder = makeFolder();
  const files = toBundleFiles(parseJobs(jobsYml, 'jobs.yml'), deployment);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const told = Object.entries(values).filter(([key]) => !missing.includes(key));
  return parseLambdaEnvironment({
    SIGNALBOX_JOBS: write('jobs.json', files.jobs),
    SIGNALBOX_DEPLOYMENT: write('deployment.json', files.deployment),
    SIGNALBOX_LEDGER: 'dynamodb://shop-prod-runs',
    SIGNALBOX_WAKE_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/123456789012/wake-{target}',
    SIGNALBOX_REFERENCES: JSON.stringify(Object.fromEntries(told)),
  });
}

/** What a function that was not told something makes of the plan of a job. */
function planOf(name: string, ...missing: readonly string[]) {
  const { jobs, toPlan } = openLine(toEnvironment(...missing), telemetry, Date.now);
  const job = jobs.find((each) => each.name === name);
  return job && toPlan(job);
}

function open(source: keyof RuleCompilers, ...missing: readonly string[]) {
  const rules = { [source]: everySource[source] };
  return openLambdaRouter(toEnvironment(...missing), { rules, log: telemetry }).router;
}

it('a function starts with what its references stand for in the plans of its jobs', () => {
  expect(planOf('clean')).toMatchObject({
    work: {
      overrides: {
        buildspec: `{"version":0.2,"phases":{"build":{"commands":["echo arn:\${AWS::Region}"]}}}`,
      },
    },
  });
  expect(planOf('pack')).toMatchObject({
    work: {
      cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop-prod',
      network: { subnets: ['subnet-0a1b'], securityGroups: ['sg-0a'] },
      taskDefinition: 'shop-prod-pack-0a1b2c3d',
    },
    onFailure: { type: 'sqs', arn: 'arn:aws:sqs:eu-west-1:123456789012:failed' },
  });
});

describe('a function with the environment of another deploy than its files', () => {
  it('does not start without the place that its own events come from', () => {
    expect(() => open('sqs', orders)).toThrow(
      new EnvironmentError(
        `SIGNALBOX_REFERENCES has no value for signalbox:reference:${orders} that events of job pack come from, expected one from the same deploy as the function's files`,
      ),
    );
  });

  it('starts without the places of other functions', () => {
    expect(() => open('manual', orders)).not.toThrow();
  });

  it.each([
    ['a subnet', 'pack', subnet],
    ['where failures are reported', 'pack', failed],
    ['a state machine', 'settle', machine],
  ])('makes no plan without %s', (_what, job, digest) => {
    expect(() => planOf(job, digest)).toThrow(EnvironmentError);
    expect(() => planOf(job, digest)).toThrow(
      `SIGNALBOX_REFERENCES has no value for signalbox:reference:${digest} that job ${job} needs, expected`,
    );
  });

  it('makes no plan without the Region of an ARN', () => {
    expect(() => planOf('pack', 'AWS::Region')).toThrow(
      `has no value for arn:aws:ecs:\${AWS::Region}:123456789012:cluster/shop-prod that job pack needs`,
    );
  });

  it('makes the plans of jobs that need nothing of it, whatever their commands say', () => {
    expect(planOf('clean', ...Object.keys(values))).toMatchObject({ work: { project: 'shop-prod-clean' } });
  });

  it('refuses a delivery before anything is recorded', async () => {
    const message = { Records: [toQueueMessage('{}')] };
    await expect(open('sqs', subnet).route(sqs.parse(message, invocation))).rejects.toThrow(EnvironmentError);
    const call = manual.parse({ job: 'settle', input: null }, invocation);
    await expect(open('manual', machine).route(call)).rejects.toThrow(EnvironmentError);
  });
});
