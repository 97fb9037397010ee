import { describe, expect, it } from 'vitest';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { build, stackOf, task } from '../stack-of.ts';
import { compile, container } from './fargate-stack.ts';

const arn = 'arn:aws:ecs:eu-west-1:123456789012';

const thumbnail = `target: fargate,
    container: {
      image: 'ghcr.io/acme/thumbnail:1.4',
      command: [node, thumbnail.mjs],
      environment: [{ name: THUMBNAIL_WIDTH, value: 320 }],
      secrets: [{ name: DB_PASSWORD, valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdE1' }]
    },
    sidecars: [{ name: proxy, image: 'envoyproxy/envoy:v1.31' }],
    resources: { cpu: 0.5, memory: 1024, storage: 50, architecture: arm64 },
    stopTimeout: 90, logging: { retentionDays: 30 },
    iamRoleStatements: [{ Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::uploads/*' }]`;

const logs = {
  LogDriver: 'awslogs',
  Options: {
    'awslogs-group': '/signalbox/media/prod/thumbnail',
    'awslogs-region': 'eu-west-1',
    'awslogs-stream-prefix': 'run',
    mode: 'non-blocking',
    'max-buffer-size': '25m',
  },
};

describe('the task definition of a job', () => {
  it('has what jobs.yml says', () => {
    const { resolve } = compile({ thumbnail });
    expect(resolve.properties('ThumbnailTaskDefinition')).toEqual({
      Family: expect.stringMatching(/^media-prod-thumbnail-[0-9a-f]{8}$/),
      RequiresCompatibilities: ['FARGATE'],
      NetworkMode: 'awsvpc',
      Cpu: '512',
      Memory: '1024',
      EphemeralStorage: { SizeInGiB: 50 },
      RuntimePlatform: { OperatingSystemFamily: 'LINUX', CpuArchitecture: 'ARM64' },
      TaskRoleArn: 'arn:aws:iam::123456789012:role/signalbox/media/prod/job/stack-ThumbnailJobRole-1a2b3c',
      ExecutionRoleArn:
        'arn:aws:iam::123456789012:role/signalbox/media/prod/execution/stack-ThumbnailExecutionRole-1a2b3c',
      ContainerDefinitions: [
        {
          Name: 'job',
          Essential: true,
          Image: 'ghcr.io/acme/thumbnail:1.4',
          Command: ['node', 'thumbnail.mjs'],
          Environment: [{ Name: 'THUMBNAIL_WIDTH', Value: '320' }],
          Secrets: [
            {
              Name: 'DB_PASSWORD',
              ValueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdE1',
            },
          ],
          LogConfiguration: logs,
          StopTimeout: 90,
          DependsOn: [{ ContainerName: 'proxy', Condition: 'START' }],
        },
        { Name: 'proxy', Essential: false, Image: 'envoyproxy/envoy:v1.31', LogConfiguration: logs },
      ],
      Tags: [{ Key: 'signalbox:job', Value: 'thumbnail' }],
    });
  });

  it('leaves to ECS what jobs.yml leaves out', () => {
    const { resolve } = compile({
      plain:
        'target: fargate, container: { image: node }, resources: { cpu: 16, memory: 32768, storage: 20 }',
    });
    const definition = resolve.properties('PlainTaskDefinition');
    expect(definition).not.toHaveProperty('EphemeralStorage');
    expect(definition).toMatchObject({
      Cpu: '16384',
      Memory: '32768',
      RuntimePlatform: { CpuArchitecture: 'X86_64' },
    });
    expect(Object.keys((definition['ContainerDefinitions'] as object[])[0] ?? {})).toEqual([
      'Name',
      'Essential',
      'Image',
      'LogConfiguration',
      'StopTimeout',
    ]);
  });

  it('has the functions of CloudFormation where jobs.yml has references', () => {
    const { resources } = compile(
      {
        a: `target: fargate, resources: { cpu: 1, memory: 2048 }, container: {
          image: !Sub '\${Images.RepositoryUri}:7', environment: [{ name: QUEUE, value: !Ref Orders }] }`,
      },
      'resources: { Images: { Type: AWS::ECR::Repository }, Orders: { Type: AWS::SQS::Queue } }',
    );
    expect(resources.ATaskDefinition.Properties.ContainerDefinitions[0]).toMatchObject({
      Image: { 'Fn::Sub': `\${Images.RepositoryUri}:7` },
      Environment: [{ Name: 'QUEUE', Value: { Ref: 'Orders' } }],
    });
  });

  it('is kept when another takes its place, and goes with the stack', () => {
    const { resources } = compile({ thumbnail });
    expect(resources.ThumbnailTaskDefinition).toMatchObject({
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Delete',
      line: 4,
    });
  });
});

describe('the family of a task definition', () => {
  const familyOf = (job: string, others: Readonly<Record<string, string>> = {}) => {
    const part = compile({ ...others, thumbnail: job }).parts.at(-1);
    return part?.deployed?.target === 'fargate' ? part.deployed.taskDefinition : undefined;
  };

  it('is the same as long as its content is', () => {
    const family = familyOf(thumbnail);
    expect(family).toMatch(/^media-prod-thumbnail-[0-9a-f]{8}$/);
    expect(familyOf(thumbnail.replace('retentionDays: 30', 'retentionDays: 60'))).toBe(family);
    expect(familyOf(`${thumbnail}, timeout: 60`)).toBe(family);
    expect(familyOf(thumbnail, { another: `target: fargate, ${container}` })).toBe(family);
  });

  it.each([
    ['thumbnail:1.4', 'thumbnail:1.5'],
    ['value: 320', 'value: 640'],
    ['memory: 1024', 'memory: 2048'],
    ['envoy:v1.31', 'envoy:v1.32'],
    ['stopTimeout: 90', 'stopTimeout: 60'],
  ])('is another with %s changed to %s', (before, after) => {
    expect(familyOf(thumbnail.replace(before, after))).not.toBe(familyOf(thumbnail));
  });
});

describe('a job on Fargate', () => {
  it('takes three resources, and a fourth for its secrets', () => {
    const own = (job: string) => Object.keys(compile({ thumbnail: job }).part.resources);
    expect(own(`target: fargate, ${container}`)).toEqual([
      'ThumbnailTaskDefinition',
      'ThumbnailJobLogGroup',
      'ThumbnailJobRole',
    ]);
    expect(own(thumbnail)).toEqual([
      'ThumbnailTaskDefinition',
      'ThumbnailJobLogGroup',
      'ThumbnailJobRole',
      'ThumbnailExecutionRole',
    ]);
  });

  it('has a log group that keeps its lines as long as jobs.yml says, and that its links lead to', () => {
    const { resolve, part } = compile({ thumbnail });
    expect(resolve.properties('ThumbnailJobLogGroup')).toMatchObject({
      LogGroupName: '/signalbox/media/prod/thumbnail',
      RetentionInDays: 30,
    });
    expect(part.deployed).toMatchObject({
      logs: { group: '/signalbox/media/prod/thumbnail', streamPrefix: 'run' },
    });
  });

  it('is found by the outputs', () => {
    const { resolve, part } = compile({ thumbnail });
    const values = Object.entries(part.outputs ?? {}).map(([name, { Value }]) => [name, resolve.text(Value)]);
    expect(Object.fromEntries(values)).toEqual({
      ThumbnailTaskDefinitionArn: expect.stringMatching(
        /^arn:aws:ecs:eu-west-1:123456789012:task-definition\/media-prod-thumbnail-[0-9a-f]{8}:1$/,
      ),
      ThumbnailLogGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/signalbox/media/prod/thumbnail:*',
    });
  });

  it('hears of its tasks, whichever definition of the stack they are of', () => {
    const { resolve, part } = compile({ thumbnail });
    expect(resolve.value(part.stateChanges)).toEqual([
      { of: 'task', taskDefinition: { prefix: `${arn}:task-definition/media-prod-` } },
    ]);
  });

  it('may do in AWS what jobs.yml says, and read its own events', () => {
    const { allowedTo, resolve } = compile({ thumbnail });
    expect(allowedTo('ThumbnailJobRole')).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::payloads/payloads/thumbnail/*'] },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::uploads/*'] },
    ]);
    expect(resolve.properties('ThumbnailJobRole')).toMatchObject({
      Path: '/signalbox/media/prod/job/',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: ['codebuild.amazonaws.com', 'ecs-tasks.amazonaws.com'] },
            Condition: { StringEquals: { 'aws:SourceAccount': '123456789012' } },
          },
        ],
      },
    });
  });

  it('has a role that trusts whatever the job is moved to, as its tasks go on with it', () => {
    const { resolve } = compile({ thumbnail });
    const { resources } = stackOf({ jobs: { thumbnail: build } }).jobs[0]?.part ?? {};
    const trust = resolve.properties('ThumbnailJobRole')['AssumeRolePolicyDocument'];
    const moved = resources?.['ThumbnailJobRole']?.Properties?.['AssumeRolePolicyDocument'];
    expect(resolve.value(moved)).toEqual(trust);
  });

  it('is refused with more iamRoleStatements than a role has room for', () => {
    const bucket = (index: number) => `arn:aws:s3:::a-bucket-with-a-rather-long-name-${index}/*`;
    const iamRoleStatements = Array.from({ length: 100 }, (_, index) => ({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: bucket(index),
    }));
    const compileMany = (count: number) =>
      stackOf({ jobs: { thumbnail: { ...task, iamRoleStatements: iamRoleStatements.slice(0, count) } } });
    expect(() => compileMany(60)).not.toThrow();
    expect(() => compileMany(100)).toThrow(StackError);
    expect(() => compileMany(100)).toThrow(
      /the role of the job thumbnail would have a policy of up to \d+ characters, and IAM takes 10240; expected iamRoleStatements that say the same with less/,
    );
  });

  it('does not take the ids of the function that is called like it', () => {
    expect(Object.keys(compile({ sqs: `target: fargate, ${container}` }).part.resources)).toEqual([
      'SqsTaskDefinition',
      'SqsJobLogGroup',
      'SqsJobRole',
    ]);
  });
});
