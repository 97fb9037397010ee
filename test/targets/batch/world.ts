import type { Order } from '../../../shared/runs/order.ts';
import type { BatchWork, Retry } from '../../../shared/runs/plan.ts';
import { createBatchTarget } from '../../../shared/targets/batch/batch.ts';
import { toExecutionInput } from '../../../shared/targets/batch/input.ts';
import { toBatchMachine } from '../../../shared/targets/batch/machine.ts';
import { createBatch, type JobDefinition } from '../../stand-in/batch.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { startStandIn } from '../../stand-in/stand-in.ts';
import { createStepFunctions, toMachineArn } from '../../stand-in/step-functions.ts';
import { runId } from '../../support/draft.ts';
import { atEnd } from '../../support/folder.ts';
import { until } from '../../support/until.ts';

export const jobQueue = 'arn:aws:batch:eu-west-1:123456789012:job-queue/reports';
export const jobDefinition = 'arn:aws:batch:eu-west-1:123456789012:job-definition/report:3';

/** Retries everything that a job may ask for. */
export const retry: Retry = {
  attempts: 1,
  intervalSeconds: 0,
  multiplier: 1,
  maxIntervalSeconds: 3600,
  jitter: 'none',
  retryOn: ['exit-code', 'timed-out', 'interrupted', 'out-of-memory', 'image-pull', 'stopped', 'lost'],
};

export type WorldOptions = {
  readonly retry?: Partial<Retry>;
  readonly definition?: JobDefinition;
  /** How long a second of the machine's waits is; they are noted in seconds all the same. */
  readonly scale?: number;
  readonly executionTimeoutSeconds?: number;
  readonly callSeconds?: number;
  /** The target's clock. */
  readonly now?: () => number;
};

export type World = Awaited<ReturnType<typeof createBatchWorld>>;

/** A state machine, a queue and a job definition, in stand-ins of the services; gone when the running test is over. */
export async function createBatchWorld({
  retry: change = {},
  definition = { course: { seconds: 0, exitCode: 0 } },
  scale = 0.000_001,
  executionTimeoutSeconds = 365 * 86_400,
  callSeconds = 10,
  now = Date.now,
}: WorldOptions = {}) {
  const rules: Retry = { ...retry, ...change };
  const work: BatchWork = {
    target: 'batch',
    stateMachine: toMachineArn('report'),
    jobQueue,
    retry: rules,
    tryTimeoutSeconds: 3600,
    tryStartTimeoutSeconds: 600,
  };
  const machine = toBatchMachine({
    job: 'report',
    stack: 'media-prod',
    jobQueue,
    jobDefinition,
    retry: rules,
    tryTimeoutSeconds: work.tryTimeoutSeconds,
    executionTimeoutSeconds,
  });
  const batch = createBatch({ queues: [jobQueue], definitions: { [jobDefinition]: definition } });
  const steps = createStepFunctions({
    machines: [{ name: 'report', definition: machine }],
    handlers: batch.handlers,
    // A test of its own does that.
    validates: false,
    scale,
  });
  const standIn = await startStandIn(steps.create, batch.create);
  atEnd(() => standIn.close());
  const events: ServiceEvent[] = [];
  standIn.core.listen((event) => void events.push(event));

  return {
    standIn,
    batch,
    steps,
    work,
    events,
    target: createBatchTarget(standIn.clients, { callSeconds, now }),
    toOrder: (change: Partial<Order<BatchWork>> = {}): Order<BatchWork> => toBatchOrder(work, change),
    /** Runs it to its end, as a run of ours would or as a person would. */
    async execute(
      input: string = toExecutionInput(toBatchOrder(work), { tier: 'inline', text: '{}' }),
      name = runId,
    ) {
      const { StartExecutionCommand } = await import('@aws-sdk/client-sfn');
      const client = await standIn.clients.sfn();
      await client.send(new StartExecutionCommand({ stateMachineArn: work.stateMachine, name, input }));
      const execution = await until(`${name} has ended`, () =>
        steps.executions().find((each) => each.name === name && each.status !== 'RUNNING'),
      );
      const { status, error, cause, output } = execution;
      return { status, error, cause, output: output === undefined ? undefined : JSON.parse(output) };
    },
    /** Between attempts; in seconds. */
    waits: () =>
      steps.waits.filter(({ state }) => state === 'Wait for the next attempt').map(({ seconds }) => seconds),
  };
}

/** An order with every field, as the engine makes it. */
export function toBatchOrder(work: BatchWork, change: Partial<Order<BatchWork>> = {}): Order<BatchWork> {
  return {
    token: `${runId}-1-1`,
    askedAt: 1_795_168_800_000,
    runId,
    job: 'report',
    source: 'sqs',
    attempt: 1,
    maximumAttempts: 1,
    deadline: '2026-11-27T10:00:00.000Z',
    timeoutSeconds: 7 * 86_400,
    startTimeoutSeconds: 3600,
    stopTimeoutSeconds: 30,
    work,
    event: '{}',
    ...change,
  };
}
