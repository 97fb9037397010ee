import type { CarriedEvent, Order } from '../../../shared/runs/order.ts';
import type { FargateWork } from '../../../shared/runs/plan.ts';
import { createFargateTarget, type FargateOptions } from '../../../shared/targets/fargate/fargate.ts';
import type { Target } from '../../../shared/targets/target.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { createEcs, type Ecs, type EcsOptions } from '../../stand-in/ecs.ts';
import type { EcsContainerDefinition } from '../../stand-in/ecs-definition.ts';
import type { EcsTask } from '../../stand-in/ecs-task.ts';
import { type Call, type StandIn, startStandIn } from '../../stand-in/stand-in.ts';
import { runId } from '../../support/draft.ts';
import { atEnd } from '../../support/folder.ts';

export const token = `${runId}-1-1`;
export const event = '{"id":"event-1"}';
export const inline: CarriedEvent = { tier: 'inline', text: event };
export const cluster = 'arn:aws:ecs:eu-west-1:123456789012:cluster/jobs';

/** Families of one container each. */
const natures: Readonly<Record<string, Omit<EcsContainerDefinition, 'name'>>> = {
  succeeds: { command: ['sh', '-c', 'exit 0'] },
  'fails-with-3': { command: ['sh', '-c', 'exit 3'] },
  waits: { command: ['sleep', '1000'], stopTimeoutSeconds: 1 },
  prints: { command: ['sh', '-c', 'printf %s "$STP_TRIGGER_EVENT_DATA"'] },
  instant: { course: { seconds: 0, exitCode: 0 } },
};

export type Family = keyof typeof natures;

export type Fargate = {
  readonly target: Target;
  readonly ecs: Ecs;
  readonly standIn: StandIn;
  /** State changes so far, in the order they came. */
  readonly events: readonly ServiceEvent[];
  readonly toOrder: (
    family: string,
    change?: Partial<Order<FargateWork>>,
    work?: Partial<FargateWork>,
  ) => Order<FargateWork>;
  readonly callsOf: (operation: string) => readonly Call[];
  /** The only task there is. */
  readonly onlyTask: () => EcsTask;
};

export function toWork(family: string, change: Partial<FargateWork> = {}): FargateWork {
  return {
    target: 'fargate',
    cluster,
    taskDefinition: `arn:aws:ecs:eu-west-1:123456789012:task-definition/${family}:1`,
    container: 'job',
    network: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: false },
    isSpot: false,
    environmentFiles: [],
    ...change,
  };
}

export function toFargateOrder(
  family: string,
  change: Partial<Order<FargateWork>> = {},
  work: Partial<FargateWork> = {},
): Order<FargateWork> {
  return {
    token,
    askedAt: Date.now(),
    runId: (change.token ?? token).slice(0, 26),
    job: 'word-index',
    source: 'manual',
    attempt: 1,
    maximumAttempts: 3,
    deadline: '2026-11-20T10:02:00.000Z',
    timeoutSeconds: 60,
    startTimeoutSeconds: 60,
    stopTimeoutSeconds: 5,
    work: toWork(family, work),
    event,
    ...change,
  };
}

/** A target and an ECS of the running test's own; what still runs at its end is killed. */
export async function createFargate(
  more: Partial<EcsOptions> = {},
  options: FargateOptions = {},
): Promise<Fargate> {
  const definitions = Object.entries(natures).map(([family, nature]) => ({
    family,
    revision: 1,
    containers: [{ name: 'job', ...nature }],
  }));
  const ecs = createEcs({ ...more, definitions: [...definitions, ...(more.definitions ?? [])] });
  const standIn = await startStandIn(ecs.create);
  atEnd(() => standIn.close());
  const events: ServiceEvent[] = [];
  standIn.core.listen((news) => void events.push(news));
  return {
    target: createFargateTarget(standIn.clients, options),
    ecs,
    standIn,
    events,
    toOrder: toFargateOrder,
    callsOf: (operation) => standIn.calls.filter((each) => each.operation === operation),
    onlyTask() {
      const [task, ...others] = ecs.tasks;
      if (task === undefined || others.length > 0) throw new Error(`there are ${ecs.tasks.length} tasks`);
      return task;
    },
  };
}
