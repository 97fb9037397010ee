import { ref, sub } from '../../cloudformation/value.ts';
import type { Declared, StackContext } from '../part.ts';
import { networkIds } from './network.ts';

const gateway = 'InternetGateway';
const attachment = 'InternetGatewayAttachment';
const routes = 'RouteTable';

/** 16,379 addresses each: every task takes one. The other half is left for whatever else is to be there. */
const cidrs = ['10.0.0.0/18', '10.0.64.0/18'];

/**
 * A small network for jobs: two subnets in different availability zones, whose jobs have public addresses and take no
 * connections. It costs nothing by itself, as there is no NAT gateway and those to S3 and DynamoDB are free.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
 */
export function toVpc({ stage: { service, stage } }: StackContext): Readonly<Record<string, Declared>> {
  const VpcId = ref(networkIds.vpc);
  const Tags = [{ Key: 'Name', Value: `${service}-${stage}` }];
  const subnets = networkIds.subnets.flatMap((id, index): [string, Declared][] => [
    [
      id,
      {
        Type: 'AWS::EC2::Subnet',
        Properties: {
          VpcId,
          CidrBlock: cidrs[index],
          AvailabilityZone: { 'Fn::Select': [index, { 'Fn::GetAZs': '' }] },
          // Batch's instances get theirs by this alone.
          MapPublicIpOnLaunch: true,
          Tags,
        },
      },
    ],
    [
      `${id}Routes`,
      {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { SubnetId: ref(id), RouteTableId: ref(routes) },
      },
    ],
  ]);
  return {
    [networkIds.vpc]: {
      Type: 'AWS::EC2::VPC',
      Properties: { CidrBlock: '10.0.0.0/16', EnableDnsSupport: true, EnableDnsHostnames: true, Tags },
    },
    [gateway]: { Type: 'AWS::EC2::InternetGateway', Properties: { Tags } },
    [attachment]: {
      Type: 'AWS::EC2::VPCGatewayAttachment',
      Properties: { VpcId, InternetGatewayId: ref(gateway) },
    },
    [routes]: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId, Tags } },
    InternetRoute: {
      Type: 'AWS::EC2::Route',
      DependsOn: attachment,
      Properties: {
        RouteTableId: ref(routes),
        DestinationCidrBlock: '0.0.0.0/0',
        GatewayId: ref(gateway),
      },
    },
    ...Object.fromEntries(subnets),
    [networkIds.securityGroup]: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: `Jobs of ${service}-${stage}: they connect to others, and nobody to them`,
        VpcId,
        SecurityGroupEgress: [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0', Description: 'Anywhere' }],
        Tags,
      },
    },
    S3Endpoint: toEndpoint('s3'),
    DynamoDbEndpoint: toEndpoint('dynamodb'),
  };

  function toEndpoint(service: string): Declared {
    return {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcId,
        VpcEndpointType: 'Gateway',
        ServiceName: sub(`com.amazonaws.\${AWS::Region}.${service}`),
        RouteTableIds: [ref(routes)],
      },
    };
  }
}
