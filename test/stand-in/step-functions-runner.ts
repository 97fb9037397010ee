import type { Core } from './core.ts';
import type { Clock } from './step-functions-clock.ts';
import type { Definition, Place } from './step-functions-definition.ts';
import { type Execution, toEventDetail } from './step-functions-execution.ts';
import {
  type Outcome,
  type Program,
  type TaskHandler,
  toProgram,
  type Waited,
} from './step-functions-machine.ts';

/** What an execution does where nobody cares for states: it takes some time, then it ends. */
export type Course = {
  /** Infinity: until it is stopped. */
  readonly seconds: number;
  /** What a successful execution gives. */
  readonly output?: unknown;
  /** It fails with that, and with `cause`. */
  readonly error?: string;
  readonly cause?: string;
};

type Runnable = { readonly name: string } & (
  | { readonly definition: Definition }
  | { readonly course: Course | ((input: unknown) => Course) }
);

/** Runs executions, keeps what becomes of them, and tells of it. */
export type Runner = {
  /** Undefined also for one that ended so long ago that its name is free. */
  readonly find: (arn: string) => Execution | undefined;
  /** Until it ends by itself, or by its timeout, or is ended. `from`: a redriven one goes on there. */
  readonly run: (
    execution: Execution,
    how: { readonly machine: Runnable; readonly program: Program },
    from?: Place,
  ) => void;
  /** Does nothing to one that has ended. */
  readonly end: (arn: string, how: Pick<Execution, 'status'> & Partial<Execution>) => void;
  readonly countOpen: () => number;
  readonly close: () => void;
};

/** For how long the name of an execution that has ended is taken. */
const nameSeconds = 90 * 24 * 3600;

export function createRunner({
  core,
  clock,
  executions,
  note,
}: {
  readonly core: Core;
  readonly clock: Clock;
  readonly executions: Map<string, Execution>;
  readonly note: (waited: Waited) => void;
}): Runner {
  const living = new Map<string, AbortController>();

  function change(execution: Execution): void {
    executions.set(execution.arn, execution);
    core.emit({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      resources: [execution.arn],
      detail: toEventDetail(execution),
    });
  }

  function end(arn: string, how: Pick<Execution, 'status'> & Partial<Execution>): void {
    const ending = living.get(arn);
    const execution = executions.get(arn);
    if (ending === undefined || execution === undefined) return;
    living.delete(arn);
    ending.abort();
    change({ ...execution, ...how, stoppedAt: core.now() });
  }

  return {
    find(arn) {
      const found = executions.get(arn);
      const isForgotten = found?.stoppedAt !== undefined && core.now() - found.stoppedAt > nameSeconds * 1000;
      return isForgotten ? undefined : found;
    },

    run(execution, { machine, program }, from) {
      const ending = new AbortController();
      living.set(execution.arn, ending);
      change(execution);
      const timeoutSeconds = 'definition' in machine ? machine.definition['TimeoutSeconds'] : undefined;
      if (typeof timeoutSeconds === 'number') {
        void clock.wait(timeoutSeconds, ending.signal).then((isOver) => {
          if (isOver) end(execution.arn, { status: 'TIMED_OUT' });
        });
      }
      void program({
        input: JSON.parse(execution.input),
        executionArn: execution.arn,
        executionName: execution.name,
        machine: { arn: execution.machineArn, name: machine.name },
        from,
        signal: ending.signal,
        note,
      }).then((outcome) => {
        if (!ending.signal.aborted) end(execution.arn, toEnd(outcome));
      });
    },

    end,
    countOpen: () => living.size,
    close() {
      for (const ending of living.values()) ending.abort();
    },
  };
}

export function toRunnable(
  machine: Runnable,
  handlers: Readonly<Record<string, TaskHandler>>,
  clock: Clock,
  how: { readonly scale: number; readonly validates: boolean },
): Program {
  if ('definition' in machine) return toProgram(machine.definition, handlers, clock, how);
  const { course } = machine;
  return async ({ input, signal }) => {
    const { seconds, output = {}, error, cause = '' } = typeof course === 'function' ? course(input) : course;
    if (seconds > 0) await clock.wait(seconds, signal);
    if (error === undefined) return { status: 'SUCCEEDED', output };
    return { status: 'FAILED', error, cause, at: { state: '', input } };
  };
}

function toEnd(outcome: Outcome): Pick<Execution, 'status'> & Partial<Execution> {
  return outcome.status === 'SUCCEEDED'
    ? { status: 'SUCCEEDED', output: JSON.stringify(outcome.output) }
    : { status: 'FAILED', error: outcome.error, cause: outcome.cause, failedAt: outcome.at };
}
