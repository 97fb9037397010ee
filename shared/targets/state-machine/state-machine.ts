import type { AwsClients } from '../../aws/clients.ts';
import { toReason } from '../../aws/errors.ts';
import type { Limits } from '../../runs/fit.ts';
import { type CarriedEvent, type Order, toVariables } from '../../runs/order.ts';
import type { EpochMs } from '../../runs/run.ts';
import { describeExecutions } from '../execution/describe-executions.ts';
import { parseExecutionChange, toStateChange } from '../execution/execution-event.ts';
import { toAttemptName } from '../execution/execution-token.ts';
import { longestInputBytes, startExecution } from '../execution/start-execution.ts';
import { stopExecution } from '../execution/stop-execution.ts';
import type { StartAnswer, Target } from '../target.ts';
import { createMachineTypes } from './machine-type.ts';

/** The input is the event, and nothing but the event. */
const limits: Limits = {
  inline: (_order, event) => ({ size: Buffer.byteLength(event), most: longestInputBytes }),
};

export type StateMachineOptions = {
  /** After which a call is given up; 10 by default. */
  readonly callSeconds?: number;
  readonly now?: () => EpochMs;
};

/**
 * Starts one attempt of a run as an execution of a STANDARD state machine of the user's.
 *
 * Takes:  orders whose work is a state machine, or a version or an alias of one; the event is the input, up to 256 KiB,
 *         and beyond that `{"claimCheck":{"uri","sha256","sizeBytes"}}`.
 * Gives:  `started` with the execution's ARN; it has ended as well when nobody waits for its end.
 * Repeat: the execution is named `<run id>-<attempt>`, and Step Functions keeps one execution of a name.
 * Needs:  states:StartExecution and states:DescribeStateMachine on the machine, states:DescribeExecution and
 *         states:StopExecution on its executions.
 */
export function createStateMachineTarget(
  { sfn }: Pick<AwsClients, 'sfn'>,
  { callSeconds, now = Date.now }: StateMachineOptions = {},
): Target {
  const types = createMachineTypes(sfn, callSeconds);
  return {
    name: 'state-machine',
    limits,

    async start(order, event, how) {
      const { work, token } = order;
      if (work.target !== 'state-machine') {
        return refuse(`an execution can't be started for ${work.target}`);
      }
      const { stateMachine, waitsForEnd } = work;
      const name = toAttemptName(token);
      if (name === undefined) return refuse(`${token} is not a token`);
      if (await types.isExpress(stateMachine)) {
        return refuse(`${stateMachine} is EXPRESS; only STANDARD machines keep executions by name`);
      }
      const request = { stateMachineArn: stateMachine, name, input: toInput(order, event) };
      const answer = await startExecution(sfn, request, { by: how?.by, now, callSeconds });
      if (answer.kind !== 'started' || waitsForEnd) return answer;
      return { ...answer, endedAt: answer.startedAt ?? now() };
    },

    stop: (handle) => stopExecution(sfn, handle, toAttemptName, callSeconds),

    describe: (handles) => describeExecutions(sfn, handles, toAttemptName, { now, callSeconds }),

    report(event) {
      const change = parseExecutionChange(event);
      // Named by the run alone: an execution that retries by itself, which another target started.
      if (change?.started !== undefined && change.started.attempt === undefined) return undefined;
      return change && toStateChange(change);
    },
  };
}

function toInput(order: Order, event: CarriedEvent): string {
  if (event.tier === 'inline') return event.text;
  const { STP_TRIGGER_EVENT_DATA = '{}' } = toVariables(order, {
    tier: 'claim-check',
    payload: event.payload,
  });
  return STP_TRIGGER_EVENT_DATA;
}

function refuse(reason: string): StartAnswer {
  return { kind: 'refused', cause: { class: 'rejected', reason: toReason(reason) } };
}
