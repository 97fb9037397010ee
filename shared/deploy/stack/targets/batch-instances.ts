import { type Statement, toPolicyStatements } from '../../cloudformation/statement.ts';
import { arnOf, getAtt, ref } from '../../cloudformation/value.ts';
import type { Declared, StackContext } from '../part.ts';
import { toRolePolicies } from '../role-policies.ts';
import { toTrustingRole } from '../service-role.ts';
import { toComputeKind } from './batch-kind.ts';
import { toImageStatements } from './image-statements.ts';
import { toWriteLogs } from './job-logs.ts';
import { toNetworkValues } from './network.ts';

const roleId = 'BatchInstanceRole';
const profileId = 'BatchInstanceProfile';
const launchTemplateId = 'BatchLaunchTemplate';

/** What all instances of a stack share: what they may do, and how they start. */
export function toInstanceResources(context: StackContext): Readonly<Record<string, Declared>> {
  const { service, stage } = context.stage;
  const { properties, policies } = toRolePolicies(toPolicyStatements(toAgentStatements(context)), {
    name: 'signalbox',
    Path: `/signalbox/${service}/${stage}/execution/`,
    toPolicyId: (number) => `${roleId}Policy${number}`,
    whose: "the role of Batch's instances",
    expected: 'images of fewer repositories, or jobs in several services',
  });
  const { Type, Properties } = toTrustingRole('ec2.amazonaws.com');
  return {
    ...policies,
    [roleId]: { Type, Properties: { ...Properties, ...properties } },
    [profileId]: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [ref(roleId)] } },
    [launchTemplateId]: toLaunchTemplate(context),
  };
}

/** For the compute resources of an environment. */
export function toInstanceProperties(context: StackContext): Readonly<Record<string, unknown>> {
  const { subnets, securityGroups, assignPublicIp } = toNetworkValues(context);
  return {
    InstanceRole: getAtt(profileId, 'Arn'),
    LaunchTemplate: {
      LaunchTemplateId: ref(launchTemplateId),
      // A version of its own, not $Latest: CloudFormation then sees that there is something to update.
      Version: getAtt(launchTemplateId, 'LatestVersionNumber'),
    },
    Subnets: subnets,
    // The template has them, where it has the network interface.
    ...(!assignPublicIp && { SecurityGroupIds: securityGroups }),
  };
}

/**
 * Without NAT, an instance needs a public address to reach ECS, Batch and its image. It's asked for here, as a subnet of
 * the user's may give none by itself; an interface in a template has its security groups with it.
 * https://docs.aws.amazon.com/batch/latest/userguide/launch-templates.html
 */
function toLaunchTemplate(context: StackContext): Declared {
  const { securityGroups, assignPublicIp } = toNetworkValues(context);
  return {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: {
      LaunchTemplateData: {
        MetadataOptions: { HttpTokens: 'required' },
        ...(assignPublicIp && {
          NetworkInterfaces: [
            {
              DeviceIndex: 0,
              AssociatePublicIpAddress: true,
              DeleteOnTermination: true,
              Groups: securityGroups,
            },
          ],
        }),
      },
    },
  };
}

/**
 * For ECS's agent and Docker: what the managed policy AmazonEC2ContainerServiceforEC2Role allows, as far as Batch's
 * instances need it, for the clusters that Batch makes, the images of these jobs and their logs. Batch names a cluster
 * after its environment, `AWSBatch-<environment>-<uuid>`, whose own name can't be said here: it needs this role first.
 * https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerServiceforEC2Role.html
 */
function toAgentStatements(context: StackContext): readonly Statement[] {
  const clusters = arnOf('ecs', 'cluster/AWSBatch-*');
  const instances = arnOf('ecs', 'container-instance/AWSBatch-*');
  const jobs = context.file.jobs.filter((job) => toComputeKind(job)?.type === 'ec2');
  return [
    {
      actions: [
        'ecs:DeregisterContainerInstance',
        'ecs:RegisterContainerInstance',
        'ecs:SubmitAttachmentStateChanges',
        'ecs:SubmitContainerStateChange',
        'ecs:SubmitTaskStateChange',
      ],
      resources: [clusters],
    },
    {
      actions: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
      resources: [instances],
    },
    {
      actions: ['ecs:TagResource'],
      resources: [instances],
      condition: { StringEquals: { 'ecs:CreateAction': 'RegisterContainerInstance' } },
    },
    {
      actions: ['ecs:DiscoverPollEndpoint'],
      anyResource: 'ECS knows no resource for the endpoint that an agent asks for work',
    },
    {
      actions: ['ec2:DescribeTags'],
      anyResource: 'EC2 knows no resource for a look at tags, which an agent takes at those of its instance',
    },
    ...toImageStatements(jobs.flatMap(({ container }) => container?.image ?? [])),
    toWriteLogs({ name: '*' }, context),
  ];
}
