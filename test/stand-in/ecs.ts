import { type Core, createTokens, type Tokens } from './core.ts';
import { type EcsDefinition, findDefinition, type ReadObject, toTaskDefinition } from './ecs-definition.ts';
import { parseRunTask, type RunTaskRequest, toList, toText } from './ecs-request.ts';
import { createTask, type EcsTask, type StartFailure, toTaskId } from './ecs-task.ts';
import { type CreateService, type Operation, ServiceError } from './service.ts';

export type EcsOptions = {
  readonly clusters?: readonly string[];
  readonly definitions: readonly EcsDefinition[];
  /** The text of an object; what it throws, the task's start fails with. */
  readonly readObject?: ReadObject;
  /** Between one status of a task and the next. */
  readonly stepMs?: number;
};

export type Ecs = {
  readonly create: CreateService;
  /** All tasks that were ever made, the oldest first. */
  readonly tasks: readonly EcsTask[];
  /** How often containers began to run that were given this token. */
  readonly begun: (token: string) => number;
  /** What there is capacity for; and how many tasks the account may have at a time. */
  readonly setCapacity: (capacity: Partial<Capacity>) => void;
  /** The next tasks are taken, and never run. */
  readonly failNext: (...failures: readonly StartFailure[]) => void;
  /** A new task is not seen by so many of the calls that would show it. */
  readonly hideNew: (times: number) => void;
  /** Tokens are forgotten, earlier than AWS says. */
  readonly lapseTokens: () => void;
  /** Spot takes a task back: a warning, SIGTERM, the end. */
  readonly interrupt: (arn: string) => void;
};

type Capacity = { readonly spot: boolean; readonly onDemand: boolean; readonly mostTasks: number };

const tokenSeconds = 24 * 3600;
/** So long are stopped tasks to be seen. */
const forgottenAfterMs = 3_600_000;
const tokenVariable = 'STP_START_TOKEN';

/**
 * ECS with Fargate's capacity. Its tasks run their containers as child processes.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html
 */
export function createEcs(options: EcsOptions): Ecs {
  const { clusters = ['jobs'], definitions, stepMs = 1 } = options;
  const readObject: ReadObject =
    options.readObject ??
    (() => Promise.reject(new Error('NoSuchBucket: The specified bucket does not exist')));
  const tasks: EcsTask[] = [];
  const byId = new Map<string, EcsTask>();
  const byStarter = new Map<string, readonly EcsTask[]>();
  const failures: StartFailure[] = [];
  const unseen = new Map<string, number>();
  const tokensOf = new Map<string, Tokens<{ readonly arns: readonly string[]; readonly answer: unknown }>>();
  let capacity: Capacity = { spot: true, onDemand: true, mostTasks: Number.POSITIVE_INFINITY };
  let hiddenTimes = 0;
  let living = 0;
  let isClosed = false;

  function create(core: Core) {
    const toClusterArn = (given: unknown) => {
      const name = (toText(given) || 'default').split('/').at(-1) ?? '';
      if (!clusters.includes(name)) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
      return core.toArn('ecs', `cluster/${name}`);
    };
    const isKnown = ({ stoppedAt }: EcsTask) => core.now() - (stoppedAt() ?? core.now()) < forgottenAfterMs;
    const inCluster = (clusterArn: string, of: readonly EcsTask[]) =>
      of.filter(({ arn }) => arn.startsWith(`${clusterArn.replace(':cluster/', ':task/')}/`)).filter(isKnown);
    /** By its ARN, or by the id at the end of that. */
    const findTask = (clusterArn: string, name: string) => {
      const task = byId.get(name.split('/').at(-1) ?? '');
      return task && inCluster(clusterArn, [task])[0];
    };
    /** Counts this look at a task that isn't to be seen yet. */
    const isSeen = ({ arn }: EcsTask) => {
      const left = unseen.get(arn) ?? 0;
      unseen.set(arn, left - 1);
      return left <= 0;
    };

    function toShortage({ isSpot, count }: RunTaskRequest): string | undefined {
      if (living + count > capacity.mostTasks) {
        return "You've reached the limit on the number of tasks you can run concurrently";
      }
      return (isSpot ? capacity.spot : capacity.onDemand)
        ? undefined
        : 'Capacity is unavailable at this time. Please try again later or in a different availability zone';
    }

    function place(request: RunTaskRequest, clusterArn: string): EcsTask {
      const definition = findDefinition(definitions, request.taskDefinition);
      for (const { name } of request.containers) {
        if (definition.containers.some((each) => each.name === name)) continue;
        throw new ServiceError(
          'InvalidParameterException',
          `Override for container named ${name} is not a container in the TaskDefinition.`,
        );
      }
      const { family, revision } = definition;
      const id = toTaskId();
      const task = createTask(core, {
        arn: `${clusterArn.replace(':cluster/', ':task/')}/${id}`,
        clusterArn,
        definition,
        definitionArn: core.toArn('ecs', `task-definition/${family}:${revision}`),
        request,
        readObject,
        startFailure: failures.shift(),
        stepMs,
      });
      tasks.push(task);
      byId.set(id, task);
      byStarter.set(request.startedBy, [...(byStarter.get(request.startedBy) ?? []), task]);
      unseen.set(task.arn, hiddenTimes);
      return task;
    }

    const operations: Record<string, Operation> = {
      RunTask(body, { isSecond }) {
        if (isClosed) throw new ServiceError('ServerException', 'Service Unavailable.', 500);
        const request = parseRunTask(body);
        const clusterArn = toClusterArn(request.cluster);
        const tokens = tokensOf.get(clusterArn) ?? createTokens(core.now, tokenSeconds);
        tokensOf.set(clusterArn, tokens);
        const { clientToken } = request;
        const made = isSecond ? undefined : tokens.find(clientToken, body);
        if (made === 'other parameters') {
          const resourceIds = tokens.madeWith(clientToken ?? '')?.arns ?? [];
          throw new ServiceError(
            'ConflictException',
            'The provided clientToken is already in use with a different request.',
            400,
            { resourceIds },
          );
        }
        if (made !== undefined) return made.answer;
        const shortage = toShortage(request);
        if (shortage !== undefined) {
          return { tasks: [], failures: Array.from({ length: request.count }, () => ({ reason: shortage })) };
        }
        const placed = Array.from({ length: request.count }, () => place(request, clusterArn));
        const answer = { tasks: placed.map((task) => task.toAnswer()), failures: [] };
        tokens.remember(clientToken, body, { arns: placed.map(({ arn }) => arn), answer });
        for (const task of placed) {
          living += 1;
          void task.run().finally(() => {
            living -= 1;
          });
        }
        return answer;
      },

      StopTask(body) {
        const clusterArn = toClusterArn(body['cluster']);
        const task = findTask(clusterArn, toText(body['task']));
        if (task === undefined) {
          throw new ServiceError('InvalidParameterException', 'The referenced task was not found.');
        }
        task.stop('UserInitiated', toText(body['reason']) || 'Task stopped by user');
        return { task: task.toAnswer() };
      },

      DescribeTasks(body) {
        const clusterArn = toClusterArn(body['cluster']);
        const asked = toList(body['tasks']).map(toText);
        if (asked.length === 0 || asked.length > 100) {
          throw new ServiceError('InvalidParameterException', 'Tasks must have between 1 and 100 items.');
        }
        const answers: unknown[] = [];
        const missing: unknown[] = [];
        for (const name of asked) {
          const task = findTask(clusterArn, name);
          const isTagged = toList(body['include']).includes('TAGS');
          if (task === undefined || !isSeen(task)) missing.push({ arn: name, reason: 'MISSING' });
          else answers.push({ ...task.toAnswer(), ...(isTagged ? {} : { tags: [] }) });
        }
        return { tasks: answers, failures: missing };
      },

      ListTasks(body) {
        const clusterArn = toClusterArn(body['cluster']);
        const { startedBy, desiredStatus = 'RUNNING', maxResults = 100, nextToken = '0' } = body;
        if (startedBy !== undefined && (body['family'] !== undefined || body['launchType'] !== undefined)) {
          throw new ServiceError(
            'InvalidParameterException',
            'cannot specify startedBy with other arguments',
          );
        }
        const ofStarter = typeof startedBy === 'string' ? (byStarter.get(startedBy) ?? []) : tasks;
        const found = inCluster(clusterArn, ofStarter).filter(
          (task) => task.desiredStatus() === desiredStatus && isSeen(task),
        );
        const from = Number(nextToken);
        const to = from + Number(maxResults);
        return {
          taskArns: found.slice(from, to).map(({ arn }) => arn),
          ...(to < found.length ? { nextToken: String(to) } : {}),
        };
      },

      DescribeTaskDefinition(body) {
        const definition = findDefinition(definitions, toText(body['taskDefinition']));
        const arn = core.toArn('ecs', `task-definition/${definition.family}:${definition.revision}`);
        return { taskDefinition: toTaskDefinition(definition, arn), tags: [] };
      },
    };

    return {
      name: 'ecs',
      targetPrefix: 'AmazonEC2ContainerServiceV20141113',
      operations,
      async close() {
        isClosed = true;
        await Promise.all(tasks.map((task) => task.kill()));
      },
    };
  }

  return {
    create,
    tasks,
    begun: (token) =>
      tasks.filter(
        ({ hasBegun, request }) =>
          hasBegun() && request.containers.some(({ environment }) => environment[tokenVariable] === token),
      ).length,
    setCapacity(change) {
      capacity = { ...capacity, ...change };
    },
    failNext: (...next) => void failures.push(...next),
    hideNew(times) {
      hiddenTimes = times;
    },
    lapseTokens() {
      for (const tokens of tokensOf.values()) tokens.lapse();
    },
    interrupt: (arn) => tasks.find((task) => task.arn === arn)?.interrupt(),
  };
}
