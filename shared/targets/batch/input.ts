import type { Measure } from '../../runs/fit.ts';
import { type CarriedEvent, type Order, toVariables } from '../../runs/order.ts';
import type { BatchWork } from '../../runs/plan.ts';
import { toWaits } from './waits.ts';

/** What the machine sets itself, because it changes with each attempt or names the execution. */
const ownNames: readonly string[] = ['STP_CURRENT_ATTEMPT', 'STP_RUN_ID'];

/** The input of the execution that runs an order: always the same text for the same order and event. */
export function toExecutionInput(order: Order<BatchWork>, event: CarriedEvent): string {
  const { retry } = order.work;
  const environment = Object.entries(toVariablesOfAll(order, event))
    .filter(([name]) => !ownNames.includes(name))
    .map(([Name, Value]) => ({ Name, Value }));
  return JSON.stringify({
    environment,
    maximum: retry.attempts,
    waits: toWaits(retry, order.runId),
  });
}

/**
 * The most that ECS takes as a task's overrides, in characters of their JSON; bytes are counted, as nobody says which
 * kind. Batch accepts longer ones, and the job
 * ends FAILED. It is far below what Step Functions takes as input, so that needs no measure of its own.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html
 */
const mostOverrides = 8192;

/**
 * What Batch adds of its own before ECS gets them: the variables AWS_BATCH_…, and the resources. Nobody says how much
 * it is; overrides of 7,680 characters have been refused.
 */
const addedLength = 1024;

/** Measures the overrides of a job as ECS gets them, at the attempt with the longest number. */
export const measureInline: Measure = (order, text) => {
  const { work } = order;
  const variables =
    work.target === 'batch'
      ? toVariablesOfAll({ ...order, work }, { tier: 'inline', text })
      : toVariables(order, { tier: 'inline', text });
  const all = { ...variables, STP_CURRENT_ATTEMPT: variables['STP_MAXIMUM_ATTEMPTS'], ...addedBySteps };
  const environment = Object.entries(all).map(([name, value]) => ({ name, value }));
  const overrides = { containerOverrides: [{ name: 'default', environment }] };
  const ownLength = work.target === 'batch' ? (work.ownLength ?? 0) : 0;
  const size = Buffer.byteLength(JSON.stringify(overrides));
  return { size: size + ownLength + addedLength, most: mostOverrides };
};

/** Step Functions marks the jobs that it waits for so. */
const addedBySteps = { MANAGED_BY_AWS: 'STARTED_BY_STEP_FUNCTIONS' };

/** The attempts are the machine's, not the plan's. */
function toVariablesOfAll(order: Order<BatchWork>, event: CarriedEvent): Record<string, string> {
  return toVariables({ ...order, maximumAttempts: order.work.retry.attempts }, event);
}
