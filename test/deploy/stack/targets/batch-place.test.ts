import { describe, expect, it } from 'vitest';
import { toLongestJson } from '../../../../shared/deploy/cloudformation/longest.ts';
import { StackError } from '../../../../shared/deploy/stack/stack-error.ts';
import { build } from '../stack-of.ts';
import { onEc2, onFargate, placeOf, thereAlready } from './batch-stack.ts';
import { own, resourcesOf, statementsOf } from './role-of.ts';

const withGpu = { ...onEc2, resources: { cpu: 8, memory: 30_000, gpu: 1 } };
const onArm = { ...onEc2, resources: { cpu: 1, memory: 2048, architecture: 'arm64' } };
const spot = (job: object) => ({ ...job, useSpotInstances: true });

/** Ids of the resources of a type. */
function idsOf(resources: ReturnType<typeof placeOf>, type: string): readonly string[] {
  return Object.entries(resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
}

const environments = 'AWS::Batch::ComputeEnvironment';
const queues = 'AWS::Batch::JobQueue';

function computeOf(resources: ReturnType<typeof placeOf>, id: string) {
  return resources[id]?.Properties?.['ComputeResources'] as Readonly<Record<string, unknown>>;
}

describe('what the Batch jobs of a stack share', () => {
  it('is nothing without one', () => {
    expect(placeOf({ report: build })).toEqual({});
  });

  it('is but the role of their machines where queues and definitions are there already', () => {
    expect(Object.keys(placeOf({ train: thereAlready }))).toEqual(['BatchMachineRole']);
  });

  it('has a queue and an environment for each kind of compute, however many jobs use it', () => {
    const resources = placeOf({ a: onFargate, b: onFargate, c: onEc2, d: onArm, e: withGpu });
    expect(idsOf(resources, queues)).toEqual([
      'BatchFargateQueue',
      'BatchEc2Queue',
      'BatchEc2Arm64Queue',
      'BatchEc2GpuQueue',
    ]);
    expect(idsOf(resources, environments)).toEqual([
      'BatchFargateEnvironment',
      'BatchEc2Environment',
      'BatchEc2Arm64Environment',
      'BatchEc2GpuEnvironment',
    ]);
  });

  it('tries Spot first, then the on-demand environment that other jobs use as well', () => {
    const resources = placeOf({ cheap: spot(onEc2), sure: onEc2 });
    expect(idsOf(resources, environments)).toEqual(['BatchEc2SpotEnvironment', 'BatchEc2Environment']);
    expect(resources['BatchEc2SpotQueue']?.Properties).toMatchObject({
      JobQueueName: 'media-prod-ec2-spot',
      ComputeEnvironmentOrder: [
        { Order: 1, ComputeEnvironment: { Ref: 'BatchEc2SpotEnvironment' } },
        { Order: 2, ComputeEnvironment: { Ref: 'BatchEc2Environment' } },
      ],
    });
    expect(resources['BatchEc2Queue']?.Properties).toMatchObject({
      ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: { Ref: 'BatchEc2Environment' } }],
    });
  });

  it('has Fargate environments in the network of the stack', () => {
    const resources = placeOf({ cheap: spot(onFargate) });
    expect(computeOf(resources, 'BatchFargateSpotEnvironment')).toEqual({
      Type: 'FARGATE_SPOT',
      MaxvCpus: 256,
      Subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
      SecurityGroupIds: [{ Ref: 'JobSecurityGroup' }],
    });
    expect(computeOf(resources, 'BatchFargateEnvironment')).toMatchObject({ Type: 'FARGATE' });
    expect(idsOf(resources, 'AWS::IAM::InstanceProfile')).toEqual([]);
  });

  it('has EC2 environments that cost nothing while nothing runs, and are changed in place', () => {
    const resources = placeOf({ train: spot(withGpu) });
    expect(resources['BatchEc2GpuSpotEnvironment']?.Properties).toEqual({
      Type: 'MANAGED',
      ReplaceComputeEnvironment: false,
      UpdatePolicy: { TerminateJobsOnUpdate: false, JobExecutionTimeoutMinutes: 360 },
      ComputeResources: {
        Type: 'SPOT',
        AllocationStrategy: 'SPOT_PRICE_CAPACITY_OPTIMIZED',
        MinvCpus: 0,
        MaxvCpus: 256,
        InstanceTypes: ['g4dn'],
        Ec2Configuration: [{ ImageType: 'ECS_AL2023_NVIDIA' }],
        UpdateToLatestImageVersion: true,
        InstanceRole: { 'Fn::GetAtt': ['BatchInstanceProfile', 'Arn'] },
        LaunchTemplate: {
          LaunchTemplateId: { Ref: 'BatchLaunchTemplate' },
          Version: { 'Fn::GetAtt': ['BatchLaunchTemplate', 'LatestVersionNumber'] },
        },
        Subnets: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
        Tags: { Name: 'media-prod-batch', 'signalbox:service': 'media', 'signalbox:stage': 'prod' },
      },
    });
    expect(computeOf(resources, 'BatchEc2GpuEnvironment')).toMatchObject({
      Type: 'EC2',
      AllocationStrategy: 'BEST_FIT_PROGRESSIVE',
    });
  });

  it.each([
    [onEc2, 'BatchEc2Environment', 'default_x86_64'],
    [onArm, 'BatchEc2Arm64Environment', 'default_arm64'],
  ])('has instances of the architecture of their jobs', (job, id, type) => {
    expect(computeOf(placeOf({ train: job }), id)).toMatchObject({
      InstanceTypes: [type],
      Ec2Configuration: [{ ImageType: 'ECS_AL2023' }],
    });
  });

  it('has room for its largest job, on Spot and on demand', () => {
    const large = { ...onEc2, resources: { cpu: 300, memory: 2048 } };
    const resources = placeOf({ large, small: spot(onEc2) });
    expect(computeOf(resources, 'BatchEc2SpotEnvironment')).toMatchObject({ MaxvCpus: 300 });
    expect(computeOf(resources, 'BatchEc2Environment')).toMatchObject({ MaxvCpus: 300 });
  });

  it('gives instances a public address where there is no NAT, with their security groups', () => {
    const resources = placeOf({ train: onEc2 });
    expect(resources['BatchLaunchTemplate']?.Properties).toEqual({
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: 'required' },
        NetworkInterfaces: [
          {
            DeviceIndex: 0,
            AssociatePublicIpAddress: true,
            DeleteOnTermination: true,
            Groups: [{ Ref: 'JobSecurityGroup' }],
          },
        ],
      },
    });
    expect(computeOf(resources, 'BatchEc2Environment')).not.toHaveProperty('SecurityGroupIds');
  });

  it("leaves the addresses to the user's own network otherwise", () => {
    const network = { subnets: ['subnet-0a'], securityGroups: ['sg-0b'] };
    const resources = placeOf({ train: onEc2 }, { network });
    expect(resources['BatchLaunchTemplate']?.Properties).toEqual({
      LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' } },
    });
    expect(computeOf(resources, 'BatchEc2Environment')).toMatchObject({
      Subnets: ['subnet-0a'],
      SecurityGroupIds: ['sg-0b'],
    });
  });

  it.each([
    [
      { ...withGpu, resources: { ...withGpu.resources, architecture: 'arm64' } },
      /GPU with architecture arm64/,
    ],
    [{ ...withGpu, resources: { ...withGpu.resources, gpu: 9 } }, /found 9 GPUs, expected at most 8/],
  ])('refuses what none of its instances has', (train, message) => {
    const compile = () => placeOf({ train });
    expect(compile).toThrow(StackError);
    expect(compile).toThrow(message);
  });
});

describe('the role of instances', () => {
  it("may be one of Batch's clusters, pull the images of its jobs and write their logs", () => {
    const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/train:7';
    const role = placeOf({ train: { ...onEc2, container: { image } }, sum: onFargate })['BatchInstanceRole'];
    expect(resourcesOf(role, 'ecs:RegisterContainerInstance')).toEqual([own('ecs', 'cluster/AWSBatch-*')]);
    expect(resourcesOf(role, 'ecs:Poll')).toEqual([own('ecs', 'container-instance/AWSBatch-*')]);
    expect(resourcesOf(role, 'ecr:BatchGetImage')).toEqual([
      { 'Fn::Sub': `arn:\${AWS::Partition}:ecr:eu-west-1:123456789012:repository/train` },
    ]);
    expect(resourcesOf(role, 'logs:PutLogEvents')).toEqual([
      own('logs', 'log-group:/signalbox/media/prod/*:*'),
    ]);
    const everywhere = statementsOf(role).filter(({ Resource }) => Resource === '*');
    expect(everywhere.flatMap(({ Action }) => Action)).toEqual([
      'ec2:DescribeTags',
      'ecr:GetAuthorizationToken',
      'ecs:DiscoverPollEndpoint',
    ]);
  });

  it('has policies of their own when the repositories of its jobs take more room than a role has', () => {
    const jobs = Array.from({ length: 100 }, (_, index) => {
      const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/a-team-with-a-long-name/a-tool-with-one-too-${index}`;
      return [`job-${index}`, { ...onEc2, container: { image } }];
    });
    const resources = placeOf(Object.fromEntries(jobs));
    const policies = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy');
    expect(resources['BatchInstanceRole']?.Properties).not.toHaveProperty('Policies');
    expect(resources['BatchInstanceRole']?.Properties?.['ManagedPolicyArns']).toEqual(
      policies.map(([id]) => ({ Ref: id })),
    );
    const documents = policies.map(([, { Properties }]) => Properties?.['PolicyDocument']);
    for (const document of documents) expect(toLongestJson(document)).toBeLessThanOrEqual(6144);
    expect(JSON.stringify(documents).match(/a-tool-with-one-too-\d+/g)).toHaveLength(100);
  });
});
