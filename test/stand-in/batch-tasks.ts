import { type Job, toDetail } from './batch-job.ts';
import { toList, toObject } from './batch-request.ts';
import { recordTask } from './record.ts';
import { ServiceError } from './service.ts';
import { TaskError, type TaskHandler } from './step-functions-machine.ts';

/** What goes wrong with a task of a state machine that calls Batch. */
export type TaskFault =
  /** Nothing is done. */
  | { readonly kind: 'fails'; readonly error: string; readonly cause?: string }
  /** It is done, and the task fails all the same. */
  | { readonly kind: 'acts and fails'; readonly error: string; readonly cause?: string }
  /** Two jobs are made, and the second one is waited for. */
  | { readonly kind: 'acts twice' };

export type BatchTasks = {
  /** By the Resource of a state machine's task. */
  readonly handlers: Readonly<Record<string, TaskHandler>>;
  /** The next calls of submitJob, listJobs or describeJobs, one fault each; `undefined` lets one pass. */
  readonly spoil: (task: TaskName, ...faults: readonly (TaskFault | undefined)[]) => void;
  /** From now on a stopped execution's job lives on: Step Functions cancels it on best effort. */
  readonly leaveJobsOnStop: () => void;
  /** How often each was called by a state machine. */
  readonly countOfTask: (task: TaskName) => number;
};

type TaskName = 'submitJob' | 'listJobs' | 'describeJobs';

type Request = Readonly<Record<string, unknown>>;

type Jobs = {
  readonly operate: (name: string, request: Request) => unknown;
  readonly find: (id: string) => Job | undefined;
  readonly onEnd: (listener: (job: Job) => void) => () => void;
};

/** Step Functions cuts a cause there. */
const longestCause = 32_768;

/** Batch as state machines call it: names in PascalCase, and a task that waits for a job's end. */
export function createBatchTasks({ operate, find, onEnd }: Jobs): BatchTasks {
  const faults = new Map<TaskName, (TaskFault | undefined)[]>();
  const counts = new Map<TaskName, number>();
  let isCancelled = true;

  return {
    leaveJobsOnStop() {
      isCancelled = false;
    },
    spoil: (task, ...news) => void faults.set(task, [...(faults.get(task) ?? []), ...news]),
    countOfTask: (task) => counts.get(task) ?? 0,
    handlers: {
      'arn:aws:states:::batch:submitJob.sync': toHandler('submitJob', submit),
      'arn:aws:states:::aws-sdk:batch:listJobs': toHandler('listJobs', async (request) =>
        call('ListJobs', request),
      ),
      'arn:aws:states:::aws-sdk:batch:describeJobs': toHandler('describeJobs', async (request) =>
        call('DescribeJobs', request),
      ),
    },
  };

  function toHandler(
    task: TaskName,
    act: (request: Request, signal: AbortSignal, isAwaited: boolean) => Promise<unknown>,
  ): TaskHandler {
    return async (input, { signal }) => {
      counts.set(task, (counts.get(task) ?? 0) + 1);
      const fault = faults.get(task)?.shift();
      const request = toCamel(toObject(input));
      if (fault?.kind === 'acts twice') await act(request, signal, false);
      if (fault?.kind === 'acts and fails') await act(request, signal, false);
      if (fault !== undefined && fault.kind !== 'acts twice') {
        throw new TaskError(fault.error, fault.cause ?? `${fault.error} (Service: AWSBatch)`);
      }
      const result = act(request, signal, true).then(toPascal);
      recordTask(task, input, result);
      return result;
    };
  }

  async function submit(request: Request, signal: AbortSignal, isAwaited: boolean): Promise<unknown> {
    const overrides = toObject(request['containerOverrides']);
    const environment = [
      ...toList(overrides['environment']),
      { name: 'MANAGED_BY_AWS', value: 'STARTED_BY_STEP_FUNCTIONS' },
    ];
    const answer = toObject(
      call('SubmitJob', { ...request, containerOverrides: { ...overrides, environment } }),
    );
    if (!isAwaited) return answer;
    const id = String(answer['jobId']);
    const job = await untilEnded(id, signal);
    if (job === undefined) {
      if (isCancelled) call('TerminateJob', { jobId: id, reason: 'The execution was stopped' });
      throw new TaskError('States.Runtime', 'the execution has ended');
    }
    if (job.status === 'SUCCEEDED') return toDetail(job);
    const cause = JSON.stringify(toPascal(toDetail(job))).slice(0, longestCause);
    throw new TaskError('States.TaskFailed', cause);
  }

  function untilEnded(id: string, signal: AbortSignal): Promise<Job | undefined> {
    const { promise, resolve } = Promise.withResolvers<Job | undefined>();
    const forget = onEnd((ended) => {
      if (ended.id === id) resolve(ended);
    });
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    if (signal.aborted || find(id) === undefined) resolve(undefined);
    return promise.finally(forget);
  }

  function call(operation: string, request: Request): unknown {
    try {
      return operate(operation, request);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { code, status, message } = error;
      throw new TaskError(
        `Batch.${code}`,
        `${message} (Service: AWSBatch; Status Code: ${status}; Error Code: ${code})`,
      );
    }
  }
}

/** Members whose keys are a caller's own. */
const maps = ['tags', 'parameters'];

function toCamel(value: Request): Request {
  return rename(value, (key) => key.slice(0, 1).toLowerCase() + key.slice(1)) as Request;
}

function toPascal(value: unknown): unknown {
  return rename(value, (key) => key.slice(0, 1).toUpperCase() + key.slice(1));
}

function rename(value: unknown, toKey: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => rename(each, toKey));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      toKey(key),
      maps.includes(key.toLowerCase()) ? each : rename(each, toKey),
    ]),
  );
}
