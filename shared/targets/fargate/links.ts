import type { FargateWork } from '../../runs/plan.ts';
import { type Links, toConsole } from '../console.ts';

/**
 * Where a person finds a task, and the log stream of the job's container. `externalId` is the task's ARN; undefined for what is none.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
 */
export function toLinks(
  work: Pick<FargateWork, 'cluster' | 'container' | 'logs'>,
  externalId: string,
): Links | undefined {
  const [, partition = '', region = '', path] =
    /^arn:([a-z-]+):ecs:([a-z0-9-]+):\d{12}:task\/(\S+)$/.exec(externalId) ?? [];
  if (path === undefined) return undefined;
  const parts = path.split('/');
  const id = parts.at(-1) ?? '';
  // Old task ARNs don't have their cluster's name.
  const cluster = parts.length > 1 ? parts[0] : work.cluster.split('/').at(-1);
  const page = `ecs/v2/clusters/${cluster}/tasks/${id}/configuration?region=${region}`;
  return {
    console: toConsole(partition, region, page),
    ...(work.logs === undefined
      ? {}
      : {
          logs: { group: work.logs.group, stream: `${work.logs.streamPrefix}/${work.container}/${id}` },
        }),
  };
}
