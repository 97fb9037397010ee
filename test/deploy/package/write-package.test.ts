import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { runFramework } from '../../../shared/deploy/framework.ts';
import { type Package, writePackage } from '../../../shared/deploy/package/write-package.ts';
import { type Stack, toStack } from '../../../shared/deploy/stack/stack.ts';
import { StackError } from '../../../shared/deploy/stack/stack-error.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import { createBundles } from '../../support/bundles.ts';
import { makeFolder } from '../../support/folder.ts';

const stage = { service: 'shop', stage: 'prod' };
const file = parseJobs(
  JSON.stringify({
    service: 'shop',
    jobs: {
      'import-orders': {
        target: 'fargate',
        container: { image: 'ghcr.io/shop/job:1' },
        resources: { cpu: 0.5, memory: 1024 },
        events: [{ type: 'sqs', properties: { sqsQueueName: 'orders' } }],
      },
    },
  }),
  'jobs.yml',
);

/** What the Serverless Framework would take for its own variables, and what CloudFormation knows. */
const texts = [
  `echo \${env:HOME} \${HOME} \${AWS::Region} $\${env:HOME} \\\${env:HOME} \\\\\${env:HOME}`,
  `\${self:service} \${opt:stage} \${file(/etc/hostname)} \${nothing:of, "that"} \${env:NOT_SET} \${`,
];

const stack: Stack = {
  functions: [
    {
      name: 'sqs',
      key: 'sqs',
      description: 'Starts jobs for messages of SQS queues',
      handler: 'sqs.handler',
      memorySize: 512,
      timeout: 30,
      recursiveLoop: 'Allow',
      environment: { SIGNALBOX_STAGE: 'prod', PLACE: { 'Fn::Sub': `s3://\${AWS::Region}/\${!Literal}` } },
      roleId: 'SqsRole',
      dependsOn: ['ImportOrdersTaskDefinition'],
    },
  ],
  resources: {
    SqsRole: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] } },
    },
    ImportOrdersTaskDefinition: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Command: texts, Region: { 'Fn::Sub': `\${AWS::Region}` } }] },
    },
    EventRule: {
      Type: 'AWS::Events::Rule',
      Properties: { EventPattern: { detail: { constructor: ['ferrari'], prototype: ['f40'] } } },
    },
  },
  outputs: { RoleArn: { Description: 'a role', Value: { 'Fn::GetAtt': ['SqsRole', 'Arn'] } } },
  files: { jobs: '{"jobs":[]}', deployment: '{"jobs":{}}', toEnvironment: () => ({}) },
  lines: { ImportOrdersTaskDefinition: 3 },
  owners: {
    resources: new Map([['ImportOrdersTaskDefinition', 'import-orders']]),
    outputs: new Map(),
  },
};

const bundles = createBundles();
const write = (folder: string, changes: Partial<Stack> = {}, declared = file): Package =>
  writePackage(folder, {
    file: declared,
    stage,
    stack: { ...stack, ...changes },
    bundles: { folder: dirname(bundles.pathOf('sqs')), metafile: bundles.metafile() },
  });
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('a package', () => {
  let folder: string;
  let written: Package;
  beforeAll(() => {
    folder = join(bundles.folder, '.signalbox/deploy/prod');
    written = write(folder);
  });

  test("has a zip with a function's code, its clients and what it reads", () => {
    const [zip] = written.zips;
    const bytes = readFileSync(join(folder, 'functions/sqs.zip'));
    expect(zip).toEqual({ name: 'sqs', path: 'functions/sqs.zip', bytes: bytes.length });
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual([
      'client-ecs.cjs',
      'client-eventbridge.cjs',
      'client-s3.cjs',
      'client-sns.cjs',
      'client-sqs.cjs',
      'deployment.json',
      'jobs.json',
      'sqs.cjs',
    ]);
    expect(Buffer.from(files['jobs.json'] ?? []).toString()).toBe('{"jobs":[]}');
    expect(Buffer.from(files['deployment.json'] ?? []).toString()).toBe('{"jobs":{}}');
  });

  test('is the same, byte for byte, when it is made again', () => {
    const again = join(makeFolder(), 'package');
    write(again);
    const files = (of: string) => readdirSync(of, { recursive: true, encoding: 'utf8' }).toSorted();
    expect(files(again)).toEqual(files(folder));
    for (const path of ['functions/sqs.zip', 'stack.json', 'lines.json', 'serverless.yml'])
      expect(readFileSync(join(again, path)).equals(readFileSync(join(folder, path)))).toBe(true);
  });

  test('holds nothing of the one before', () => {
    writeFileSync(join(folder, 'left-over'), '');
    write(folder);
    expect(existsSync(join(folder, 'left-over'))).toBe(false);
  });

  test('says which line a resource comes from', () => {
    expect(readJson(folder, 'lines.json')).toEqual({ ImportOrdersTaskDefinition: 3 });
  });

  test('becomes a template with the functions and every text as it was, without an account or a network', async () => {
    const { isDone, output } = await runFramework(folder, ['package', '--stage', 'prod'], 'kept');
    expect(output).toContain('Service packaged');
    expect(isDone).toBe(true);
    const { Resources, Outputs } = readJson(folder, '.serverless/cloudformation-template-update-stack.json');
    const { resources } = readJson(folder, 'stack.json');
    expect(Object.keys(resources.Resources)).toEqual(Object.keys(stack.resources));
    for (const [id, resource] of Object.entries(resources.Resources))
      expect(JSON.stringify(Resources[id]), id).toBe(JSON.stringify(resource));
    for (const [name, output] of Object.entries(resources.Outputs))
      expect(JSON.stringify(Outputs[name]), name).toBe(JSON.stringify(output));
    expect(Resources.ImportOrdersTaskDefinition).toEqual(stack.resources['ImportOrdersTaskDefinition']);
    expect(JSON.stringify(Resources.EventRule)).toContain(
      '{"detail":{"constructor":["ferrari"],"prototype":["f40"]}}',
    );
    expect(Outputs.RoleArn).toEqual(stack.outputs['RoleArn']);
    expect(Object.keys(Outputs)).toEqual(['ServerlessDeploymentBucketName', 'RoleArn']);
    expect(Resources.SqsLambdaFunction).toEqual({
      Type: 'AWS::Lambda::Function',
      DependsOn: ['SqsLogGroup', 'ImportOrdersTaskDefinition'],
      Properties: {
        Code: {
          S3Bucket: { Ref: 'ServerlessDeploymentBucket' },
          S3Key: expect.stringMatching(/^serverless\/shop\/prod\/.*\/sqs\.zip$/),
        },
        FunctionName: 'shop-prod-sqs',
        Description: 'Starts jobs for messages of SQS queues',
        Handler: 'sqs.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        MemorySize: 512,
        Timeout: 30,
        RecursiveLoop: 'Allow',
        Environment: { Variables: stack.functions[0]?.environment },
        Role: { 'Fn::GetAtt': ['SqsRole', 'Arn'] },
      },
    });
    expect(Resources.SqsLogGroup.Properties).toEqual({
      LogGroupName: '/aws/lambda/shop-prod-sqs',
      RetentionInDays: 90,
    });
    expect(
      Object.keys(Resources)
        .filter((id) => !(id in stack.resources))
        .toSorted(),
    ).toEqual([
      'ServerlessDeploymentBucket',
      'ServerlessDeploymentBucketPolicy',
      'SqsLambdaFunction',
      'SqsLogGroup',
    ]);
    expect(Resources.ServerlessDeploymentBucket.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });
});

test('nested stacks are resources of the root, with their templates beside it', () => {
  const folder = join(makeFolder(), 'package');
  const { nested } = write(folder, {}, { ...file, jobStacks: 1 });
  expect(nested).toEqual([{ id: 'JobStack1', resources: 1, bytes: expect.any(Number) }]);
  const { resources, templates } = readJson(folder, 'stack.json');
  expect(Object.keys(resources.Resources)).toEqual(['SqsRole', 'EventRule', 'JobStack1']);
  const [{ key, file: path }] = templates;
  expect(key).toMatch(/^serverless\/shop\/prod\/templates\/[0-9a-f]{64}\.json$/);
  expect(resources.Resources.JobStack1).toEqual({
    Type: 'AWS::CloudFormation::Stack',
    Properties: {
      TemplateURL: {
        'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/\${ServerlessDeploymentBucket}/${key}`,
      },
      Parameters: {},
    },
  });
  expect(Object.keys(readJson(folder, path).Resources)).toEqual(['ImportOrdersTaskDefinition']);
});

describe('a jobs.yml', () => {
  const job = `
  import-orders:
    target: codebuild
    build: { image: "aws/codebuild/standard:7.0", computeType: BUILD_GENERAL1_SMALL, commands: [make] }
    local: { command: [node, import.mjs], environment: { API_KEY: of-a-laptop } }
    events: [{ type: event-bus, properties: { useDefaultBus: true, eventPattern: { detail: { constructor: [ferrari] } } } }]
`;

  /** The files of a package of this jobs.yml, by their paths. */
  function packageOf(text: string, path: string): Readonly<Record<string, Buffer>> {
    const declared = parseJobs(text, path);
    const to = join(makeFolder(), 'package');
    const code = makeFolder();
    const compiled = toStack({ file: declared, stage });
    for (const { name } of compiled.functions) writeFileSync(join(code, `${name}.cjs`), name);
    const metafile = { inputs: {}, outputs: {} };
    writePackage(to, { file: declared, stage, stack: compiled, bundles: { folder: code, metafile } });
    const files = readdirSync(to, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    return Object.fromEntries(
      files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name))]),
    );
  }

  test('gives the same functions and the same stack in another folder and with other comments', () => {
    const one = packageOf(`service: shop\njobs:${job}`, '/home/one/jobs.yml');
    const other = packageOf(`# Cars.\n\nservice: shop\njobs: # all\n${job}`, '/srv/another/shop/jobs.yml');
    const paths = Object.keys(one).filter((path) => path !== 'lines.json');
    expect(paths.filter((path) => path.endsWith('.zip')).toSorted()).toEqual([
      'event-bus.zip',
      'manual.zip',
      'state-change.zip',
      'sweep.zip',
      'wake.zip',
    ]);
    expect(paths.filter((path) => !other[path]?.equals(one[path] ?? Buffer.of()))).toEqual([]);
    const { 'jobs.json': jobs = Buffer.of() } = unzipSync(one['manual.zip'] ?? Buffer.of());
    expect(Buffer.from(jobs).toString()).toContain('"detail":{"constructor":["ferrari"]}');
    expect(Buffer.from(jobs).toString()).not.toContain('of-a-laptop');
    expect(one['stack.json']?.toString().replaceAll(/\s/g, '')).toContain('"constructor":["ferrari"]');
  });
});

test("an id of the Serverless Framework's own is refused, with the line of what has it", () => {
  const SqsLogGroup = { Type: 'AWS::Logs::LogGroup' };
  const make = () =>
    write(join(makeFolder(), 'package'), {
      resources: { ...stack.resources, SqsLogGroup },
      lines: { SqsLogGroup: 7 },
    });
  expect(make).toThrow(StackError);
  expect(make).toThrow('CloudFormation would know it as SqsLogGroup, which the stack itself has already');
});

test('without a package, the Serverless Framework says how to make one', async () => {
  const root = join(import.meta.dirname, '../../..');
  const { isDone, output } = await runFramework(root, ['package'], 'kept');
  expect(isDone).toBe(false);
  expect(output).toContain('run "signalbox package --stage <name>" or "signalbox deploy --stage <name>"');
  expect(existsSync(join(root, '.serverless'))).toBe(false);
});
