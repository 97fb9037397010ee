import { describe, expect, it } from 'vitest';
import { toPlace } from '../../../../shared/deploy/stack/targets/place.ts';
import { toReferenceText } from '../../../../shared/jobs/reference.ts';
import { compile, container, toContext } from './fargate-stack.ts';

const onFargate = { a: `target: fargate, ${container}` };
const onCodeBuild = {
  a: 'target: codebuild, build: { image: node, computeType: BUILD_GENERAL1_SMALL, commands: [make] }',
};
const onBatch = { a: `target: batch, ${container}, compute: { type: fargate }` };
const network = 'network: { subnets: [subnet-0a, subnet-0b], securityGroups: [sg-0c], assignPublicIp: true }';

const typesOf = (jobs: Readonly<Record<string, string>>, settings?: string) =>
  Object.values(toPlace(toContext(jobs, settings)).resources).map(({ Type }) => Type);

describe('the place that jobs run in', () => {
  it('is nothing for jobs that need none', () => {
    expect(toPlace(toContext(onCodeBuild))).toEqual({
      resources: {},
      outputs: {},
      deployed: {},
    });
    expect(toPlace(toContext({ a: 'target: process, local: { command: [x] }' }))).toEqual({
      resources: {},
      outputs: {},
      deployed: {},
    });
  });

  it('is a cluster in the network of jobs.yml', () => {
    expect(typesOf(onFargate, network)).toEqual(['AWS::ECS::Cluster', 'AWS::IAM::Role']);
    expect(toPlace(toContext(onFargate, network)).deployed).toEqual({
      cluster: `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/media-prod`,
      network: { subnets: ['subnet-0a', 'subnet-0b'], securityGroups: ['sg-0c'], assignPublicIp: true },
    });
  });

  it('has the default security group, and no public addresses, unless jobs.yml says otherwise', () => {
    expect(toPlace(toContext(onFargate, 'network: { subnets: [subnet-0a] }')).deployed.network).toEqual({
      subnets: ['subnet-0a'],
      securityGroups: [],
      assignPublicIp: false,
    });
  });

  it('has a cluster with the capacity providers of Spot when a task in it is to run on that', () => {
    expect(compile(onFargate).resolve.properties('Cluster')).toEqual({ ClusterName: 'media-prod' });
    const spot = { ...onFargate, b: `target: fargate, useSpotInstances: true, ${container}` };
    expect(compile(spot).resolve.properties('Cluster')).toEqual({
      ClusterName: 'media-prod',
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
  });

  it('has no cluster when all tasks are in others', () => {
    const job = `target: fargate, taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/report',
      containerName: main, clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/others'`;
    const { resources, deployed } = toPlace(toContext({ a: job }, network));
    expect(resources).toEqual({});
    expect(deployed).toEqual({
      network: { subnets: ['subnet-0a', 'subnet-0b'], securityGroups: ['sg-0c'], assignPublicIp: true },
    });
  });

  it('is a network of its own when jobs.yml has none', () => {
    const ref = (id: string) => toReferenceText({ Ref: id });
    expect(toPlace(toContext(onFargate)).deployed.network).toEqual({
      subnets: [ref('SubnetA'), ref('SubnetB')],
      securityGroups: [ref('JobSecurityGroup')],
      assignPublicIp: true,
    });
    expect(typesOf(onBatch)).toContain('AWS::EC2::VPC');
    expect(typesOf(onBatch)).not.toContain('AWS::ECS::Cluster');
  });
});

describe('the network of a stack', () => {
  const { place, resolve } = compile(onFargate);
  const ofType = (type: string) =>
    Object.entries(place.resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id]) => resolve.properties(id));

  it('has two subnets, in different availability zones, that lead to the Internet', () => {
    expect(ofType('AWS::EC2::Subnet')).toMatchObject([
      { CidrBlock: '10.0.0.0/18', AvailabilityZone: 'eu-west-1a', MapPublicIpOnLaunch: true },
      { CidrBlock: '10.0.64.0/18', AvailabilityZone: 'eu-west-1b', MapPublicIpOnLaunch: true },
    ]);
    const table = resolve.ref('RouteTable');
    expect(ofType('AWS::EC2::SubnetRouteTableAssociation')).toEqual([
      { SubnetId: resolve.ref('SubnetA'), RouteTableId: table },
      { SubnetId: resolve.ref('SubnetB'), RouteTableId: table },
    ]);
    expect(ofType('AWS::EC2::Route')).toEqual([
      {
        RouteTableId: table,
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: resolve.ref('InternetGateway'),
      },
    ]);
  });

  it('has a security group that lets nobody in', () => {
    const [group] = ofType('AWS::EC2::SecurityGroup');
    expect(group).toMatchObject({ SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0' }] });
    expect(group).not.toHaveProperty('SecurityGroupIngress');
  });

  it('reaches S3 and DynamoDB for nothing, and costs nothing itself', () => {
    expect(ofType('AWS::EC2::VPCEndpoint')).toMatchObject([
      { VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.eu-west-1.s3' },
      { VpcEndpointType: 'Gateway', ServiceName: 'com.amazonaws.eu-west-1.dynamodb' },
    ]);
    expect(ofType('AWS::EC2::NatGateway')).toEqual([]);
    expect(ofType('AWS::EC2::EIP')).toEqual([]);
  });
});
