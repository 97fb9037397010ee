import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { Clock } from './step-functions-clock.ts';
import {
  type Definition,
  isTopLevel,
  listTasks,
  type Place,
  type TaskState,
  toRedriven,
  toRetrySeconds,
  toScaled,
  toTimeoutMs,
  waitResource,
} from './step-functions-definition.ts';

type Json = NonNullable<Parameters<StateMachine['run']>[0]> | null;

/** What a task's handler is told beside its input. */
export type Task = {
  readonly executionArn: string;
  readonly executionName: string;
  /** The state's name. */
  readonly state: string;
  /** Aborted when the execution is stopped or times out, or the task does. */
  readonly signal: AbortSignal;
};

/** Does what a task's resource does; gives its result. Throws a TaskError to have it fail. */
export type TaskHandler = (input: unknown, task: Task) => Promise<unknown>;

/** A task's failure, by the name that a Retry or a Catch matches: States.TaskFailed, Batch.ServerException … */
export class TaskError extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** Neither retried nor caught by States.ALL. */
class FatalError extends TaskError {
  readonly isRetryable = false;
  readonly isCatchable = false;
}

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string; readonly at: Place };

/** A Wait state, or a wait before a retry; in the seconds of the definition. */
export type Waited = { readonly executionName: string; readonly state: string; readonly seconds: number };

export type Program = (run: {
  readonly input: unknown;
  readonly executionArn: string;
  readonly executionName: string;
  readonly machine: { readonly arn: string; readonly name: string };
  /** A redriven execution goes on there. */
  readonly from: Place | undefined;
  readonly signal: AbortSignal;
  readonly note: (waited: Waited) => void;
}) => Promise<Outcome>;

const valid = new Set<string>();

/** Throws for what is no state machine. It takes its time, so each definition is looked at once. */
function validate(definition: Definition): void {
  const text = JSON.stringify(definition);
  if (valid.has(text)) return;
  // The validator writes defaults into what it is given.
  const known: StateMachineDefinition = JSON.parse(text);
  new StateMachine(known, { validationOptions: { checkArn: true, checkPaths: true } });
  valid.add(text);
}

/**
 * A definition made ready to run by aws-local-stepfunctions, which knows of the context object only what is in
 * `Execution` and `StateMachine`: a definition that uses `$$.State` fails. Tasks are done by handlers, by resource.
 * Waits and retries take `scale` of their time. A task's own timeout does too; `core.pass` does not touch that.
 */
export function toProgram(
  definition: Definition,
  handlers: Readonly<Record<string, TaskHandler>>,
  clock: Clock,
  { scale, validates }: { readonly scale: number; readonly validates: boolean },
): Program {
  if (validates) validate(definition);
  const scaled = toScaled(definition, scale);
  const tasks = listTasks(definition);
  for (const { name, resource } of tasks) {
    if (resource !== waitResource && handlers[resource] === undefined) {
      throw new Error(`state ${name}: the stand-in was given no handler for ${resource}`);
    }
  }

  return async ({ input, from, executionArn, executionName, machine, signal, note }) => {
    let at: Place = { state: String(definition['StartAt']), input };
    const runnable = from === undefined ? scaled : toRedriven(scaled, from);
    const execution = new StateMachine(runnable as unknown as StateMachineDefinition, {
      validationOptions: { noValidate: true },
    }).run(input as Json, {
      context: {
        Execution: {
          Id: executionArn,
          Name: executionName,
          RoleArn: `arn:aws:iam::123456789012:role/machine`,
        },
        StateMachine: { Id: machine.arn, Name: machine.name },
      },
      overrides: { taskResourceLocalHandlers: Object.fromEntries(tasks.map(toOverride)) },
    });
    const stop = () => execution.abort();
    signal.addEventListener('abort', stop, { once: true });
    const followed = follow();
    try {
      const output = await execution.result;
      return { status: 'SUCCEEDED', output };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      if (!signal.aborted) await followed;
      return cause instanceof Error
        ? { status: 'FAILED', error: cause.name, cause: cause.message, at }
        : { status: 'FAILED', error: 'States.Runtime', cause: String(cause), at };
    } finally {
      signal.removeEventListener('abort', stop);
    }

    async function follow(): Promise<void> {
      for await (const event of execution.eventLogs) {
        if (event.type === 'StateEntered' && isTopLevel(definition, event.state.name)) {
          at = { state: event.state.name, input: event.state.input };
        }
        if (event.type === 'StateRetried') {
          note({ executionName, state: event.state.name, seconds: toRetrySeconds(event.retry, scale) });
        }
      }
    }

    function toOverride({ name, resource, timeoutSeconds }: TaskState) {
      const act = async (taskInput: unknown): Promise<Json> => {
        // The interpreter goes on to a retry after it was aborted in the wait before that.
        if (signal.aborted) throw new FatalError('States.Runtime', 'the execution has ended');
        if (resource === waitResource) {
          const seconds = toSeconds(taskInput);
          note({ executionName, state: name, seconds });
          await clock.wait(seconds, signal);
          return null;
        }
        const handler = handlers[resource];
        if (handler === undefined) throw new FatalError('States.Runtime', `no handler for ${resource}`);
        const timedOut = new AbortController();
        const timer = setTimeout(() => timedOut.abort(), toTimeoutMs(timeoutSeconds, scale));
        try {
          const either = AbortSignal.any([signal, timedOut.signal]);
          const result = await handler(taskInput, {
            executionArn,
            executionName,
            state: name,
            signal: either,
          });
          return toChecked(result);
        } catch (error) {
          // The interpreter times the task out by itself, in this very millisecond: that is what failed, not this.
          if (timedOut.signal.aborted) return await new Promise<never>(() => {});
          throw error;
        } finally {
          clearTimeout(timer);
        }
      };
      return [name, act] as const;
    }
  };
}

function toSeconds(input: unknown): number {
  const { seconds, timestamp } = input as { readonly seconds?: unknown; readonly timestamp?: unknown };
  if (timestamp !== undefined) return Math.max(0, (Date.parse(String(timestamp)) - Date.now()) / 1000);
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= 99_999_999) {
    return seconds;
  }
  throw new FatalError('States.Runtime', `${JSON.stringify(seconds)} is not a number of seconds to wait`);
}

const longestBytes = 262_144;

/** 256 KiB of data between states. */
function toChecked(result: unknown): Json {
  const text = JSON.stringify(result ?? null);
  if (Buffer.byteLength(text) <= longestBytes) return JSON.parse(text);
  throw new FatalError(
    'States.DataLimitExceeded',
    'The state/task returned a result with a size exceeding the maximum number of bytes service limit.',
  );
}
