import { describe, expect, it } from 'vitest';
import { getAtt, ref, sub } from '../../shared/deploy/cloudformation/value.ts';
import { toBundleFiles } from '../../shared/deploy/references.ts';
import type { FunctionName } from '../../shared/deploy/stack/function-name.ts';
import { StackError } from '../../shared/deploy/stack/stack-error.ts';
import type { Deployment } from '../../shared/jobs/deployment.ts';
import { fillInPseudoParameters, fillInReferences } from '../../shared/jobs/fill-in.ts';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { toReferenceText } from '../../shared/jobs/reference.ts';

const jobsYml = `
service: shop
runsApi: { httpApiName: shopApi, authorizer: { type: iam } }
jobs:
  pack:
    target: fargate
    container:
      image: !ImportValue pack-image
      environment: [{ name: TABLE, value: !Ref Table }]
    resources: { cpu: 1, memory: 2048 }
    onFailure: { type: sqs, arn: !GetAtt Failed.Arn }
    events:
      - { type: sqs, properties: { sqsQueueArn: !GetAtt Orders.Arn } }
      - { type: s3, properties: { bucketArn: "{{resolve:ssm:/shop/uploads}}", s3EventType: "s3:ObjectCreated:*" } }
      - { type: http-api-gateway, properties: { httpApiGatewayName: shopApi, method: POST, path: /orders } }
  settle:
    target: state-machine
    stateMachineArn: !GetAtt Machine.Arn
    events:
      - { type: sqs, properties: { sqsQueueName: payments } }
resources:
  Orders: { Type: AWS::SQS::Queue }
  Failed: { Type: AWS::SQS::Queue }
  Table: { Type: AWS::DynamoDB::Table }
  Machine: { Type: AWS::StepFunctions::StateMachine }
`;

const deployment: Deployment = {
  cluster: `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/shop-prod`,
  network: {
    subnets: [toReferenceText(ref('PublicSubnet1'))],
    securityGroups: ['sg-0a'],
    assignPublicIp: true,
  },
  jobs: { pack: { target: 'fargate', taskDefinition: 'shop-prod-pack-0a1b2c3d' } },
};

const files = toBundleFiles(parseJobs(jobsYml, 'jobs.yml'), deployment);

const nothingDeployed: Deployment = { jobs: {} };

/** A job with a queue for each text, in this order. */
function jobsOf(queues: readonly string[]): string {
  const events = queues.map((queue) => `{ type: sqs, properties: { sqsQueueArn: ${queue} } }`);
  return `service: shop
jobs: { a: { target: codebuild, projectName: build, events: [${events.join()}] } }
resources:
  Orders: { Type: AWS::SQS::Queue }
  Parcels: { Type: AWS::SQS::Queue }
  Returns: { Type: AWS::SQS::Queue }
`;
}

/** What CloudFormation is told to put into the variable, as [key of the JSON object, where its value comes from]. */
function toGiven(name: Parameters<typeof files.toEnvironment>[0]): Readonly<Record<string, unknown>> {
  const { SIGNALBOX_REFERENCES: variable } = files.toEnvironment(name);
  if (typeof variable !== 'object') return {};
  const { 'Fn::Sub': given } = variable;
  const [text, values] = Array.isArray(given) ? given : [given, {}];
  const entries = Object.entries(JSON.parse(text)).map(([key, shown]) => {
    const of = String(shown).slice(2, -1);
    return [key, values[of] ?? of];
  });
  return Object.fromEntries(entries);
}

const sourcesOf = (name: Parameters<typeof files.toEnvironment>[0]) =>
  Object.entries(toGiven(name))
    .filter(([key]) => /^[0-9a-f]{8}$/.test(key))
    .map(([, source]) => source);

const inAnyOrder = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).toSorted();

describe('the files of the functions', () => {
  it('have a digest in place of each reference', () => {
    const { file } = JSON.parse(files.jobs);
    expect(files.jobs).not.toContain('GetAtt');
    expect(file.jobs[0].events[0].properties.sqsQueueArn).toMatch(/^signalbox:reference:[0-9a-f]{8}$/);
    expect(JSON.parse(files.deployment).network.subnets[0]).toMatch(/^signalbox:reference:[0-9a-f]{8}$/);
  });

  it('have one digest for one reference, wherever it stands', () => {
    const { runsApi, jobs } = JSON.parse(files.jobs).file;
    expect(runsApi.httpApiName).toMatch(/^signalbox:reference:[0-9a-f]{8}$/);
    expect(jobs[0].events[2].properties.httpApiGatewayName).toBe(runsApi.httpApiName);
  });

  it('are given the sources of its own events, and what the jobs of these need', () => {
    const given = (name: FunctionName) => inAnyOrder(sourcesOf(name));
    const [failed, subnet] = [getAtt('Failed', 'Arn'), ref('PublicSubnet1')];
    const machine = getAtt('Machine', 'Arn');
    expect(given('s3')).toEqual(inAnyOrder([failed, '{{resolve:ssm:/shop/uploads}}', subnet]));
    expect(given('sqs')).toEqual(inAnyOrder([failed, getAtt('Orders', 'Arn'), machine, subnet]));
    expect(given('http-api-gateway')).toEqual(inAnyOrder([failed, ref('ShopApiHttpApi'), subnet]));
    for (const name of ['manual', 'state-change', 'runs-api'] as const)
      expect(given(name), name).toEqual(inAnyOrder([failed, machine, subnet]));
  });

  it('never mean another reference after an edit: those of one deploy fill no other place of the next one', () => {
    const before = toBundleFiles(
      parseJobs(jobsOf(['!GetAtt Orders.Arn', '!GetAtt Parcels.Arn']), 'jobs.yml'),
      nothingDeployed,
    );
    const after = toBundleFiles(
      parseJobs(jobsOf(['!GetAtt Returns.Arn', '!GetAtt Orders.Arn']), 'jobs.yml'),
      nothingDeployed,
    );
    expect(before.toEnvironment('sqs')).toEqual({
      SIGNALBOX_REFERENCES: sub(`{"1b0b77ab":"\${R1b0b77ab}","a1b0ed70":"\${Ra1b0ed70}"}`, {
        R1b0b77ab: getAtt('Orders', 'Arn'),
        Ra1b0ed70: getAtt('Parcels', 'Arn'),
      }),
    });
    const values = { '1b0b77ab': '<orders>', a1b0ed70: '<parcels>' };
    const [first, second] = JSON.parse(fillInReferences(after.jobs, values)).file.jobs[0].events;
    expect(first.properties.sqsQueueArn).toBe('signalbox:reference:74f0acac');
    expect(second.properties.sqsQueueArn).toBe('<orders>');
  });

  it('are given the same when jobs.yml has them in another order', () => {
    const [one, other] = [
      ['!ImportValue a', '!ImportValue b'],
      ['!ImportValue b', '!ImportValue a'],
    ].map((queues) =>
      toBundleFiles(parseJobs(jobsOf(queues), 'jobs.yml'), nothingDeployed).toEnvironment('sqs'),
    );
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('cannot have two references of one digest', () => {
    const alike = parseJobs(
      jobsOf(['queue-1979', 'queue-17616'].map((name) => `!ImportValue ${name}`)),
      'jobs.yml',
    );
    expect(() => toBundleFiles(alike, nothingDeployed)).toThrow(
      '!ImportValue queue-1979 and !ImportValue queue-17616 have the same digest',
    );
  });

  it('are given the pseudo parameters of the deployment where they are needed', () => {
    expect(toGiven('s3')).toMatchObject({
      'AWS::AccountId': 'AWS::AccountId',
      'AWS::Partition': 'AWS::Partition',
      'AWS::Region': 'AWS::Region',
    });
  });

  it('are given the ARN of a bucket by its name, where the bucket waits for the function', () => {
    const text = `service: shop
jobs:
  a:
    target: codebuild
    projectName: build
    events:
      - { type: s3, properties: { bucketArn: !GetAtt Named.Arn, s3EventType: "s3:ObjectCreated:*" } }
      - { type: s3, properties: { bucketArn: !GetAtt Other.Arn, s3EventType: "s3:ObjectCreated:*" } }
resources:
  Named: { Type: AWS::S3::Bucket, Properties: { BucketName: uploads } }
  Other: { Type: AWS::S3::Bucket }
`;
    const own = toBundleFiles(parseJobs(text, 'jobs.yml'), deployment);
    expect(own.toEnvironment('s3')).toEqual({
      SIGNALBOX_REFERENCES: sub(`{"30f675a0":"\${R30f675a0}","3298372a":"\${R3298372a}"}`, {
        R30f675a0: getAtt('Other', 'Arn'),
        R3298372a: sub(`arn:\${AWS::Partition}:s3:::uploads`),
      }),
    });
  });

  it('are given nothing where runs are gone on with, which have their plans', () => {
    expect(files.toEnvironment('wake')).toEqual({});
    expect(files.toEnvironment('sweep')).toEqual({});
  });

  it('need nothing when jobs.yml has no references', () => {
    const text =
      'service: shop\njobs: { a: { target: codebuild, projectName: build, events: [{ type: sqs, properties: { sqsQueueName: q } }] } }';
    const plain = toBundleFiles(parseJobs(text, 'jobs.yml'), {
      cluster: 'shop-prod',
      network: { subnets: [], securityGroups: [], assignPublicIp: false },
      jobs: {},
    });
    expect(plain.toEnvironment('sqs')).toEqual({});
    expect(plain.toEnvironment('manual')).toEqual({});
  });

  it('are what was written, once they are filled in', () => {
    const keys = Object.keys(toGiven('sqs'));
    const values = Object.fromEntries(keys.map((key) => [key, `<${key}>`]));
    const jobs = JSON.parse(fillInReferences(files.jobs, values)).file.jobs;
    expect(jobs[0].onFailure.arn).toMatch(/^<[0-9a-f]{8}>$/);
    expect(JSON.parse(fillInPseudoParameters(files.deployment, values)).cluster).toBe(
      'arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:cluster/shop-prod',
    );
  });

  it('cannot be given more references than an environment holds', () => {
    const events = Array.from(
      { length: 31 },
      (_, index) => `{ type: sqs, properties: { sqsQueueArn: !ImportValue queue-${index} } }`,
    );
    const text = `service: shop\njobs: { a: { target: codebuild, projectName: build, events: [${events.join()}, { type: manual }] } }`;
    const many = toBundleFiles(parseJobs(text, 'jobs.yml'), deployment);
    expect(() => many.toEnvironment('sqs')).toThrow(StackError);
    expect(() => many.toEnvironment('sqs')).toThrow(
      'the function sqs has to be told 31 references, expected at most 30, since its environment holds 4 KB; names in place of ARNs, such as sqsQueueName, need none',
    );
    expect(many.toEnvironment('manual')).toEqual({});
  });
});
