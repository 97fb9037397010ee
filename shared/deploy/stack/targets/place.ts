import type { Deployment } from '../../../jobs/deployment.ts';
import { toReferenceText } from '../../../jobs/reference.ts';
import { getAtt, ref } from '../../cloudformation/value.ts';
import { ids } from '../ids.ts';
import type { Part, StackContext } from '../part.ts';
import { toBatchPlace } from './batch-place.ts';
import { needsCluster, toCluster, toClusterName } from './cluster.ts';
import { toSharedExecutionRole } from './execution-role.ts';
import { needsNetwork, networkIds } from './network.ts';
import { toVpc } from './vpc.ts';

export type Place = Part & { readonly deployed: Pick<Deployment, 'cluster' | 'network'> };

/** What jobs run in and share: the cluster, the network, and what ECS may do for them. What no job needs isn't made. */
export function toPlace(context: StackContext): Place {
  const { file } = context;
  const isNetworkMade = needsNetwork(file) && file.network === undefined;
  return {
    resources: {
      ...toCluster(context),
      ...(isNetworkMade && toVpc(context)),
      ...toSharedExecutionRole(context),
      ...toBatchPlace(context).resources,
    },
    outputs: needsCluster(file)
      ? { ClusterArn: { Description: 'Cluster that tasks run in', Value: getAtt(ids.cluster, 'Arn') } }
      : {},
    deployed: {
      ...(needsCluster(file) && {
        cluster: `arn:\${AWS::Partition}:ecs:\${AWS::Region}:\${AWS::AccountId}:cluster/${toClusterName(context)}`,
      }),
      ...(needsNetwork(file) && { network: toNetwork(file) }),
    },
  };
}

function toNetwork({ network }: StackContext['file']): NonNullable<Deployment['network']> {
  if (network === undefined) {
    return {
      subnets: networkIds.subnets.map((id) => toReferenceText(ref(id))),
      securityGroups: [toReferenceText(ref(networkIds.securityGroup))],
      assignPublicIp: true,
    };
  }
  const { subnets, securityGroups = [], assignPublicIp = false } = network;
  return { subnets, securityGroups, assignPublicIp };
}
