import type {
  DescribeTaskDefinitionCommandOutput,
  RunTaskCommandInput,
  RunTaskCommandOutput,
  Task,
} from '@aws-sdk/client-ecs';
import { call } from '../../aws/call.ts';
import type { AwsClients } from '../../aws/clients.ts';
import { inParallel } from '../../in-parallel.ts';

/** The calls to ECS that the target makes; each is given up after some seconds, and asked once. */
export type EcsApi = {
  readonly runTask: (input: RunTaskCommandInput) => Promise<RunTaskCommandOutput>;
  readonly stopTask: (cluster: string, task: string, reason: string) => Promise<void>;
  /** Tasks in any order; those that ECS has no trace of are left out. */
  readonly describeTasks: (cluster: string, arns: readonly string[]) => Promise<readonly Task[]>;
  /** ARNs of all tasks started by somebody: living ones, and those that stopped within the last hour. */
  readonly listTasks: (cluster: string, startedBy: string) => Promise<readonly string[]>;
  readonly describeTaskDefinition: (name: string) => Promise<DescribeTaskDefinitionCommandOutput>;
};

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const mostPerDescribe = 100;

/** As a list is asked for: of what lives, and of what has ended. */
const states = ['RUNNING', 'STOPPED'] as const;

export function createEcsApi(clients: Pick<AwsClients, 'ecs'>, seconds?: number): EcsApi {
  // The SDK is loaded with the first call, not before.
  const load = async () => ({ client: await clients.ecs(), sdk: await import('@aws-sdk/client-ecs') });

  async function listWith(cluster: string, startedBy: string, desiredStatus: (typeof states)[number]) {
    const { client, sdk } = await load();
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = nextToken === undefined ? {} : { nextToken };
      const command = new sdk.ListTasksCommand({ cluster, startedBy, desiredStatus, ...page });
      const answer = await call((options) => client.send(command, options), seconds);
      arns.push(...(answer.taskArns ?? []));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined && nextToken !== '');
    return arns;
  }

  return {
    async runTask(input) {
      const { client, sdk } = await load();
      return call((options) => client.send(new sdk.RunTaskCommand(input), options), seconds);
    },

    async stopTask(cluster, task, reason) {
      const { client, sdk } = await load();
      await call(
        (options) => client.send(new sdk.StopTaskCommand({ cluster, task, reason }), options),
        seconds,
      );
    },

    async describeTasks(cluster, arns) {
      const { client, sdk } = await load();
      const describe = async (tasks: string[]) => {
        const command = new sdk.DescribeTasksCommand({ cluster, tasks });
        const answer = await call((options) => client.send(command, options), seconds);
        const failure = answer.failures?.find(({ reason }) => reason !== 'MISSING');
        if (failure !== undefined) throw new Error(`ECS did not describe a task: ${failure.reason}`);
        return answer.tasks ?? [];
      };
      const found: Task[] = [];
      for (let at = 0; at < arns.length; at += mostPerDescribe) {
        found.push(...(await describe(arns.slice(at, at + mostPerDescribe))));
      }
      return found;
    },

    async listTasks(cluster, startedBy) {
      const lists = await inParallel(states, (desired) => listWith(cluster, startedBy, desired));
      return [...new Set(lists.flat())];
    },

    async describeTaskDefinition(taskDefinition) {
      const { client, sdk } = await load();
      const command = new sdk.DescribeTaskDefinitionCommand({ taskDefinition });
      return call((options) => client.send(command, options), seconds);
    },
  };
}
