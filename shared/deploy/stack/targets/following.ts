import type { Statement } from '../../cloudformation/statement.ts';
import { toNamePrefix } from '../../names.ts';
import type { CloudTargetName } from '../base/names.ts';
import type { StackContext } from '../part.ts';
import { toMachineCalls } from './batch.ts';
import { needsCluster, toOwnCluster } from './cluster.ts';
import { toBuildCalls } from './codebuild.ts';
import { toTaskFollowing } from './fargate-calls.ts';

/**
 * Looks at and stops whatever runs on a target by the stack's own names: runs of jobs that were renamed, moved or taken
 * out of jobs.yml since they began as well.
 */
export function toStackFollowing(target: CloudTargetName, context: StackContext): readonly Statement[] {
  const names = `${toNamePrefix(context.stage)}*`;
  switch (target) {
    case 'fargate':
      return needsCluster(context.file) ? toTaskFollowing(toOwnCluster(context)) : [];
    case 'codebuild':
      return toBuildCalls(names).following;
    case 'batch':
      return toMachineCalls(names, context).following;
    case 'state-machine':
      return [];
  }
}
