import type { RunTaskCommandOutput } from '@aws-sdk/client-ecs';
import type { AwsClients } from '../../aws/clients.ts';
import { toAwsFailure, toReason } from '../../aws/errors.ts';
import { inParallel } from '../../in-parallel.ts';
import type { CarriedEvent, Order } from '../../runs/order.ts';
import type { FargateWork } from '../../runs/plan.ts';
import { type EpochMs, parseToken } from '../../runs/run.ts';
import { toMessage } from '../../to-message.ts';
import type { Report, StartAnswer, StopAnswer, Target } from '../target.ts';
import { tooLate } from '../too-late.ts';
import { createEcsApi, type EcsApi } from './ecs-api.ts';
import { createEnvironmentFiles } from './environment-files.ts';
import { toFinding } from './finding.ts';
import { isFargate, limits } from './limits.ts';
import { toLinks } from './links.ts';
import { lookFor, lookForAll } from './look.ts';
import { toRunTask } from './request.ts';
import { toFailureCause, toRefusal } from './start-failure.ts';
import { toStateChange } from './state-change.ts';
import { type EcsTask, isTaskArn, parseTask } from './task.ts';

export type FargateOptions = {
  /** The longest time for one call to ECS. */
  readonly callSeconds?: number;
  readonly now?: () => EpochMs;
};

/** A start that is called so much later than it was asked for may be a repeat, whoever calls it. */
const lateMs = 60_000;

/**
 * Starts one attempt of a run as a task on Fargate.
 *
 * Takes:  orders whose work is a task definition; the event travels as a variable, as an environment file or by claim
 *         check, to one named container.
 * Gives:  `started` once ECS has taken the task; the task's ARN is its external id.
 * Repeat: ECS knows a token for 24 hours at most, so a repeated start first looks among the run's tasks for one that has
 *         the token as a variable.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
 */
export function createFargateTarget(clients: Pick<AwsClients, 'ecs'>, options: FargateOptions = {}): Target {
  const { callSeconds, now = Date.now } = options;
  const api = createEcsApi(clients, callSeconds);
  const listFiles = createEnvironmentFiles(api);

  return {
    name: 'fargate',
    limits,

    async start(order, event, { isRepeat, by } = { isRepeat: false }) {
      if (!isFargate(order)) {
        const reason = `a task can't be started for ${order.work.target}`;
        return { kind: 'refused', cause: { class: 'rejected', reason } };
      }
      if (isRepeat || now() - order.askedAt > lateMs) {
        const found = await findStarted(api, order);
        if (found !== undefined) return found;
      }
      let files: readonly string[] | undefined;
      if (event.tier === 'environment-file') {
        const listed = await listFiles(order.work, event.payload);
        if (listed.cause !== undefined) return { kind: 'refused', cause: listed.cause };
        files = listed.files;
      }
      return tooLate(by, now()) ?? runTask(api, order, event, files);
    },

    async stop({ token, externalId, work }) {
      if (work.target !== 'fargate') throw new Error(`a ${work.target} job is no task`);
      const runId = parseToken(token)?.runId ?? '';
      try {
        const arns = externalId === undefined ? await toLivingOf(token, work.cluster, runId) : [externalId];
        if (arns === undefined) return { kind: 'unknown', reason: 'ECS has no trace of it' };
        await inParallel(arns, (arn) => stopTask(api, work.cluster, arn, runId));
        return { kind: 'asked' };
      } catch (error) {
        return { kind: 'unknown', reason: toReason(toMessage(error)) } satisfies StopAnswer;
      }
    },

    async describe(handles) {
      const lookedAt = now();
      const found = await lookForAll(api, handles);
      return handles.map((handle): Report => {
        const { token, externalId, work } = handle;
        const task = found(handle);
        if (task === undefined) {
          const name = externalId === undefined ? {} : { externalId };
          return { token, ...name, state: 'absent', lookedAt };
        }
        const [container, logs] =
          work.target === 'fargate' ? [work.container, toLinks(work, task.arn)?.logs] : [];
        return { token, externalId: task.arn, ...toFinding(task, container, now(), logs) };
      });
    },

    report: (event) => toStateChange(event, now()),
  };

  /** All that have the token are stopped, should there be more than one; undefined when there is none. */
  async function toLivingOf(token: string, cluster: string, runId: string) {
    const tasks = (await lookFor(api, cluster, runId))(token);
    if (tasks.length === 0) return undefined;
    return tasks.filter(({ lastStatus }) => lastStatus !== 'STOPPED').map(({ arn }) => arn);
  }
}

async function runTask(
  api: EcsApi,
  order: Order<FargateWork>,
  event: CarriedEvent,
  files: readonly string[] | undefined,
): Promise<StartAnswer> {
  let answer: RunTaskCommandOutput;
  try {
    answer = await api.runTask(toRunTask(order, event, files));
  } catch (error) {
    return toAwsFailure(error).name === 'ConflictException' ? toTaken(api, order, error) : toRefusal(error);
  }
  const task = parseTask(answer.tasks?.[0]);
  if (task !== undefined) return toStarted(task);
  const [failure] = answer.failures ?? [];
  return failure === undefined
    ? { kind: 'unknown', reason: 'ECS answered with neither a task nor a failure' }
    : { kind: 'refused', cause: toFailureCause(failure) };
}

/** The token was used before, with other bytes: whatever it started then is what was asked for. */
async function toTaken(api: EcsApi, order: Order<FargateWork>, error: unknown): Promise<StartAnswer> {
  const { resourceIds }: { resourceIds?: unknown } = typeof error === 'object' && error !== null ? error : {};
  const [arn]: unknown[] = Array.isArray(resourceIds) ? resourceIds : [];
  if (isTaskArn(arn)) return { kind: 'started', externalId: arn };
  const found = await findStarted(api, order);
  return (
    found ?? { kind: 'unknown', reason: 'its token was used before, and ECS does not say for which task' }
  );
}

/**
 * undefined when nothing is to be seen. A look that fails says nothing of an earlier call, so the start's fate stays
 * unknown: nothing is started on the mere hope that nothing runs.
 */
async function findStarted(api: EcsApi, order: Order<FargateWork>): Promise<StartAnswer | undefined> {
  try {
    const [task] = (await lookFor(api, order.work.cluster, order.runId))(order.token);
    return task && toStarted(task);
  } catch (error) {
    return { kind: 'unknown', reason: toReason(`what runs could not be looked for: ${toMessage(error)}`) };
  }
}

function toStarted({ arn, startedAt }: EcsTask): StartAnswer {
  return { kind: 'started', externalId: arn, ...(startedAt === undefined ? {} : { startedAt }) };
}

/** A task that ECS has forgotten has ended long ago. */
async function stopTask(api: EcsApi, cluster: string, arn: string, runId: string): Promise<void> {
  try {
    await api.stopTask(cluster, arn, `Stopped by Signalbox for run ${runId}`);
  } catch (error) {
    const { name, message } = toAwsFailure(error);
    if (name === 'InvalidParameterException' && /not found|MISSING/i.test(message)) return;
    throw error;
  }
}
