import type { Order } from '../../../shared/runs/order.ts';
import type { StateMachineWork } from '../../../shared/runs/plan.ts';
import { parseToken } from '../../../shared/runs/run.ts';
import {
  createStateMachineTarget,
  type StateMachineOptions,
} from '../../../shared/targets/state-machine/state-machine.ts';
import type { Target } from '../../../shared/targets/target.ts';
import { type StandIn, startStandIn } from '../../stand-in/stand-in.ts';
import {
  createStepFunctions,
  type Machine,
  type StepFunctions,
  type StepFunctionsOptions,
  toMachineArn,
} from '../../stand-in/step-functions.ts';
import { start } from '../../support/draft.ts';
import { atEnd } from '../../support/folder.ts';

export const machines: readonly Machine[] = [
  { name: 'succeeds', course: { seconds: 0.02, output: { done: true } } },
  { name: 'fails', course: { seconds: 0.02, error: 'Job.Failed', cause: 'exited with 3' } },
  { name: 'waits', course: { seconds: Number.POSITIVE_INFINITY }, qualifiers: ['7', 'live'] },
];

export type Machines = {
  readonly target: Target;
  readonly standIn: StandIn;
  readonly stepFunctions: StepFunctions;
};

/** A target whose Step Functions is on this machine; gone when the running test is over. */
export async function createMachines(
  options: Partial<StepFunctionsOptions> = {},
  targetOptions: StateMachineOptions = {},
): Promise<Machines> {
  const stepFunctions = createStepFunctions({ machines, ...options });
  const standIn = await startStandIn(stepFunctions.create);
  atEnd(() => standIn.close());
  return { target: createStateMachineTarget(standIn.clients, targetOptions), standIn, stepFunctions };
}

/** An order for an execution of a machine of that name. */
export function toMachineOrder(
  token: string,
  machine: string,
  change: Partial<StateMachineWork> = {},
): Order<StateMachineWork> {
  return {
    token,
    askedAt: start,
    runId: parseToken(token)?.runId ?? '',
    job: 'word-index',
    source: 'manual',
    attempt: parseToken(token)?.attempt ?? 1,
    maximumAttempts: 1,
    deadline: '2026-11-20T11:00:00.000Z',
    timeoutSeconds: 60,
    startTimeoutSeconds: 60,
    stopTimeoutSeconds: 10,
    work: { target: 'state-machine', stateMachine: toMachineArn(machine), waitsForEnd: true, ...change },
    event: '{"id":"event-1"}',
  };
}
