import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { batchJob, stackOf } from '../stack-of.ts';
import { onEc2, thereAlready } from './batch-stack.ts';
import { own, statementsOf } from './role-of.ts';

/** The package has no types. */
const validate: (
  machine: object,
  options: { readonly checkPaths: boolean; readonly checkArn: boolean },
) => { readonly isValid: boolean; readonly errorsText: (separator: string) => string } = createRequire(
  import.meta.url,
)('asl-validator');

const { existing } = thereAlready.compute;

/** What a job `train` is made into. */
function partOf(job: object, more: object = {}) {
  const [only] = stackOf({ jobs: { train: job }, ...more }).jobs;
  if (only === undefined) throw new Error('there is no job');
  return only.part;
}

function definitionOf(job: object, more: object = {}) {
  return partOf(job, more).resources['TrainJobDefinition']?.Properties ?? {};
}

/** The text of its machine's definition, and what stands for the names in it. */
function machineOf(part: ReturnType<typeof partOf>) {
  const { DefinitionString } = part.resources['TrainStateMachine']?.Properties ?? {};
  const [text, values] = (DefinitionString as { 'Fn::Sub': [string, Record<string, unknown>] })['Fn::Sub'];
  return { text, values };
}

describe('a job that Batch runs', () => {
  it('has a definition on Fargate with its size, its container and its roles', () => {
    const job = {
      ...batchJob,
      container: {
        image: 'ghcr.io/acme/train:7',
        command: ['python', 'train.py'],
        environment: [{ name: 'DEPTH', value: 3 }],
        secrets: [
          { name: 'KEY', valueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf' },
        ],
      },
      resources: { cpu: 0.25, memory: 512, storage: 50, architecture: 'arm64' },
      timeout: 7200,
    };
    expect(partOf(job).resources['TrainJobDefinition']).toEqual({
      Type: 'AWS::Batch::JobDefinition',
      line: 1,
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Delete',
      Properties: {
        JobDefinitionName: 'media-prod-train',
        Type: 'container',
        PlatformCapabilities: ['FARGATE'],
        ContainerProperties: {
          Image: 'ghcr.io/acme/train:7',
          Command: ['python', 'train.py'],
          Environment: [{ Name: 'DEPTH', Value: '3' }],
          Secrets: [
            { Name: 'KEY', ValueFrom: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf' },
          ],
          ResourceRequirements: [
            { Type: 'VCPU', Value: '0.25' },
            { Type: 'MEMORY', Value: '512' },
          ],
          JobRoleArn: { 'Fn::GetAtt': ['TrainJobRole', 'Arn'] },
          ExecutionRoleArn: { 'Fn::GetAtt': ['TrainExecutionRole', 'Arn'] },
          LogConfiguration: {
            LogDriver: 'awslogs',
            Options: {
              'awslogs-group': { Ref: 'TrainJobLogGroup' },
              'awslogs-region': { Ref: 'AWS::Region' },
              'awslogs-stream-prefix': 'run',
            },
          },
          NetworkConfiguration: { AssignPublicIp: 'ENABLED' },
          RuntimePlatform: { OperatingSystemFamily: 'LINUX', CpuArchitecture: 'ARM64' },
          EphemeralStorage: { SizeInGiB: 50 },
        },
        RetryStrategy: { Attempts: 1 },
        Timeout: { AttemptDurationSeconds: 7200 },
        ResourceRetentionPolicy: { SkipDeregisterOnUpdate: true },
        PropagateTags: true,
        Tags: { 'signalbox:job': 'train' },
      },
    });
  });

  it('has a definition on EC2 with its GPUs, and nothing that only Fargate knows', () => {
    const properties = definitionOf({ ...onEc2, resources: { cpu: 8, memory: 30_000, gpu: 1 } });
    expect(properties).toMatchObject({
      PlatformCapabilities: ['EC2'],
      ContainerProperties: {
        ResourceRequirements: [
          { Type: 'VCPU', Value: '8' },
          { Type: 'MEMORY', Value: '30000' },
          { Type: 'GPU', Value: '1' },
        ],
      },
    });
    expect(Object.keys(properties['ContainerProperties'] as object)).toEqual([
      'Image',
      'JobRoleArn',
      'ExecutionRoleArn',
      'LogConfiguration',
      'ResourceRequirements',
    ]);
  });

  it.each([
    [{ assignPublicIp: true }, 'ENABLED'],
    [{ assignPublicIp: false }, 'DISABLED'],
    [{}, 'DISABLED'],
  ])('in a network of its own with %j has public addresses %s', (ip, expected) => {
    const network = { subnets: ['subnet-0a'], securityGroups: ['sg-0b'], ...ip };
    expect(definitionOf(batchJob, { network })).toMatchObject({
      ContainerProperties: { NetworkConfiguration: { AssignPublicIp: expected } },
    });
  });

  it('asks for no storage where Fargate gives it without being asked', () => {
    const size = { cpu: 1, memory: 2048, storage: 20 };
    const { ContainerProperties } = definitionOf({ ...batchJob, resources: size });
    expect(ContainerProperties).not.toHaveProperty('EphemeralStorage');
  });

  it('has a state machine that is valid and names its queue and its definition', () => {
    const part = partOf({ ...batchJob, retryConfig: { attempts: 4, retryIntervalSeconds: 60 } });
    const { text, values } = machineOf(part);
    expect(part.resources['TrainStateMachine']).toMatchObject({
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'media-prod-train',
        StateMachineType: 'STANDARD',
        RoleArn: { 'Fn::GetAtt': ['BatchMachineRole', 'Arn'] },
        Tags: [{ Key: 'signalbox:job', Value: 'train' }],
      },
    });
    expect(values).toEqual({
      JobQueue: { Ref: 'BatchFargateQueue' },
      JobDefinition: { Ref: 'TrainJobDefinition' },
    });
    const placeholders = new Set(text.match(/\$\{[^}]*\}/g));
    expect([...placeholders].toSorted()).toEqual([`\${AWS::Partition}`, `\${JobDefinition}`, `\${JobQueue}`]);
    const deployed = JSON.parse(
      text
        .replaceAll(`\${AWS::Partition}`, 'aws')
        .replaceAll(`\${JobQueue}`, existing.jobQueueArn)
        .replaceAll(`\${JobDefinition}`, existing.jobDefinitionArn),
    );
    const { isValid, errorsText } = validate(deployed, { checkPaths: true, checkArn: true });
    expect(isValid, errorsText('\n')).toBe(true);
    expect(deployed.States['Submit the job'].Parameters).toMatchObject({
      JobQueue: existing.jobQueueArn,
      JobDefinition: existing.jobDefinitionArn,
      RetryStrategy: { Attempts: 1 },
    });
    expect(deployed.States['Take what a person gave'].Parameters).toMatchObject({ maximum: 4 });
  });

  it('is started with its machine, and looked for in its queue', () => {
    const { deployed, stateChanges } = partOf(onEc2);
    const zone = `\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}`;
    expect(deployed).toEqual({
      target: 'batch',
      stateMachine: `arn:${zone}:stateMachine:media-prod-train`,
      jobQueue: `arn:${zone.replace('states', 'batch')}:job-queue/media-prod-ec2`,
      // Of {"command":[],"environment":[]}.
      ownLength: 31,
    });
    expect(stateChanges).toEqual([
      { of: 'batch-job', jobQueue: { prefix: own('batch', 'job-queue/media-prod-') } },
      { of: 'execution', stateMachine: { prefix: own('states', 'stateMachine:media-prod-') } },
    ]);
  });

  it('is deployed with the length of its command and variables, of which one that only CloudFormation knows is long', () => {
    const lengthOf = (value: unknown) => {
      const container = { image: 'train', environment: [{ name: 'TABLE', value }] };
      const { deployed } = partOf({ ...batchJob, container });
      return deployed?.target === 'batch' ? deployed.ownLength : undefined;
    };
    // {"command":[],"environment":[{"name":"TABLE","value":"x"}]}
    expect(lengthOf('x')).toBe(59);
    expect(lengthOf({ 'Fn::ImportValue': 'table' })).toBe(59 + 511);
  });

  it('is allowed to start and follow its own executions, and to end jobs that a machine of ours submitted', () => {
    const { starting, following } = partOf(batchJob);
    const executions = [own('states', 'execution:media-prod-train:*')];
    expect(starting).toEqual([
      { actions: ['states:StartExecution'], resources: [own('states', 'stateMachine:media-prod-train')] },
      { actions: ['states:DescribeExecution'], resources: executions },
    ]);
    expect(following).toEqual([
      { actions: ['states:DescribeExecution', 'states:StopExecution'], resources: executions },
      { actions: ['batch:DescribeJobs', 'batch:ListJobs'], anyResource: expect.stringMatching(/resource/) },
      {
        actions: ['batch:CancelJob', 'batch:TerminateJob'],
        resources: [own('batch', 'job/*')],
        condition: { StringEquals: { 'aws:ResourceTag/signalbox:stack': 'media-prod' } },
      },
    ]);
  });

  it('has four resources of its own, a fifth with secrets, and outputs that lead to it', () => {
    const part = partOf(batchJob);
    expect(Object.keys(part.resources)).toEqual([
      'TrainJobLogGroup',
      'TrainJobRole',
      'TrainJobDefinition',
      'TrainStateMachine',
    ]);
    const secrets = [{ name: 'KEY', valueFrom: 'arn:aws:ssm:eu-west-1:123456789012:parameter/key' }];
    const withSecret = partOf({ ...batchJob, container: { ...batchJob.container, secrets } });
    expect(Object.keys(withSecret.resources)).toContain('TrainExecutionRole');
    expect(Object.entries(part.outputs ?? {}).map(([name, { Value }]) => [name, Value])).toEqual([
      ['TrainJobDefinitionArn', { Ref: 'TrainJobDefinition' }],
      ['TrainLogGroupArn', { 'Fn::GetAtt': ['TrainJobLogGroup', 'Arn'] }],
      ['TrainStateMachineArn', { Ref: 'TrainStateMachine' }],
    ]);
  });

  it('may read its own events, and what jobs.yml says', () => {
    const iamRoleStatements = [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::models/*' },
    ];
    const role = partOf({ ...batchJob, iamRoleStatements }).resources['TrainJobRole'];
    expect(statementsOf(role)).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject'],
        Resource: [{ 'Fn::Sub': `\${Payloads.Arn}/payloads/train/*` }],
      },
      { Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::models/*'] },
    ]);
  });
});

describe('a job with a queue and a definition that are there already', () => {
  it('has a machine of its own, and nothing else', () => {
    const part = partOf(thereAlready);
    expect(Object.keys(part.resources)).toEqual(['TrainStateMachine']);
    expect(Object.keys(part.outputs ?? {})).toEqual(['TrainStateMachineArn']);
    expect(machineOf(part).values).toEqual({
      JobQueue: existing.jobQueueArn,
      JobDefinition: existing.jobDefinitionArn,
    });
    expect(part.deployed).toMatchObject({ jobQueue: existing.jobQueueArn });
    expect(part.deployed).not.toHaveProperty('ownLength');
    expect(part.stateChanges[0]).toEqual({ of: 'batch-job', jobQueue: existing.jobQueueArn });
  });

  it('may have them from the same stack', () => {
    const references = { jobQueueArn: { Ref: 'Science' }, jobDefinitionArn: { Ref: 'Train' } };
    const resources = {
      Science: { Type: 'AWS::Batch::JobQueue', Properties: {} },
      Train: { Type: 'AWS::Batch::JobDefinition', Properties: {} },
    };
    const part = partOf({ ...thereAlready, compute: { existing: references } }, { resources });
    expect(machineOf(part).values).toEqual({ JobQueue: { Ref: 'Science' }, JobDefinition: { Ref: 'Train' } });
    expect(part.deployed).toMatchObject({ jobQueue: 'signalbox:reference:{"Ref":"Science"}' });
  });
});
