import { randomUUID } from 'node:crypto';
import { type Course, hasEnded, type Job, toDetail, toSummary } from './batch-job.ts';
import { readNameFilter, readRequired, readSubmission, refused, toList } from './batch-request.ts';
import { type BatchTasks, createBatchTasks } from './batch-tasks.ts';
import { type Container, runContainer } from './container.ts';
import type { Core } from './core.ts';
import type { CreateService, Operation } from './service.ts';

/** Either a command, which is run as a child process, or the course that its jobs take, in place of one. */
export type JobDefinition = {
  readonly environment?: Readonly<Record<string, string>>;
} & ({ readonly command: readonly string[] } | { readonly course: Course | ((job: Job) => Course) });

export type BatchOptions = {
  /** ARNs. */
  readonly queues: readonly string[];
  /** By ARN with revision. */
  readonly definitions: Readonly<Record<string, JobDefinition>>;
  /** How long a second of a course is, in real ones: 1 by default. */
  readonly scale?: number;
};

export type Batch = BatchTasks & {
  readonly create: CreateService;
  readonly jobs: () => readonly Job[];
  /** What a job's process wrote. */
  readonly outputOf: (jobId: string) => string;
  /** false: jobs stay RUNNABLE from now on. */
  readonly giveCapacity: (isThere: boolean) => void;
  /** Spot takes the machine away. */
  readonly reclaim: (jobId: string) => void;
  /** ListJobs sees a new job only that long after its submission. */
  readonly hideNewFor: (seconds: number) => void;
  /** The next so many looks by ListJobs see nothing. */
  readonly hideFromLooks: (count: number) => void;
};

const paths = {
  SubmitJob: '/v1/submitjob',
  DescribeJobs: '/v1/describejobs',
  ListJobs: '/v1/listjobs',
  TerminateJob: '/v1/terminatejob',
  CancelJob: '/v1/canceljob',
};

const mostOverrides = 8192;

/**
 * What Batch adds to a job's overrides before ECS gets them: its own variables and the resources. Nobody says how much
 * that is; overrides of 7,680 characters have been seen to be too long.
 */
const addedLength = 1024;

const lookEveryMs = 5;

type Running = { readonly container: Container } | { readonly endsAt: number; readonly course: Course };

export function createBatch({ queues, definitions, scale = 1 }: BatchOptions): Batch {
  const jobs = new Map<string, Job>();
  const running = new Map<string, Running>();
  const containers = new Map<string, Container>();
  const waiting = new Set<(job: Job) => void>();
  let isCapacityThere = true;
  let hiddenSeconds = 0;
  let blindLooks = 0;
  let known: Core | undefined;
  let timer: NodeJS.Timeout | undefined;

  // SubmitJob has no token: the same request twice makes two jobs.
  const operations: Readonly<Record<string, Operation>> = {
    SubmitJob(request) {
      const { definition, ...submission } = readSubmission(request);
      const found = definitions[definition];
      if (!queues.includes(submission.queue)) throw refused(`JobQueue ${submission.queue} not found`);
      if (found === undefined) throw refused(`JobDefinition ${definition} not found`);
      const id = randomUUID();
      const arn = coreOf().toArn('batch', `job/${id}`);
      const own = Object.entries(found.environment ?? {}).map(([name, value]) => ({ name, value }));
      const given = new Set(submission.environment.map(({ name }) => name));
      jobs.set(id, {
        ...submission,
        definition,
        id,
        arn,
        createdAt: now(),
        command: submission.command ?? ('command' in found ? found.command : []),
        environment: [...submission.environment, ...own.filter(({ name }) => !given.has(name))],
        status: 'SUBMITTED',
      });
      watch();
      return { jobArn: arn, jobName: submission.name, jobId: id };
    },

    DescribeJobs(request) {
      const ids = toList(request['jobs']);
      if (ids.length === 0 || ids.length > 100) throw refused('jobs must have 1 to 100 ids');
      return {
        jobs: ids.flatMap((id) => {
          const job = jobs.get(String(id)) ?? [...jobs.values()].find(({ arn }) => arn === id);
          // startedAt is required in the service's model: it's 0 before the start.
          return job === undefined ? [] : [{ startedAt: 0, ...toDetail(job) }];
        }),
      };
    },

    ListJobs(request) {
      const queue = readRequired(request, 'jobQueue');
      if (!queues.includes(queue)) throw refused(`JobQueue ${queue} not found`);
      const name = readNameFilter(request);
      const status = request['jobStatus'] ?? 'RUNNING';
      const from = Number(request['nextToken'] ?? 0);
      const most = Number(request['maxResults'] ?? 100);
      blindLooks -= 1;
      const all = blindLooks >= 0 ? [] : [...jobs.values()];
      const found = all
        .filter((job) => job.queue === queue && coreOf().now() - job.createdAt >= hiddenSeconds * 1000)
        .filter((job) => (name === undefined ? job.status === status : isNamed(job, name)))
        .reverse();
      return {
        jobSummaryList: found.slice(from, from + most).map(toSummary),
        ...(found.length > from + most ? { nextToken: String(from + most) } : {}),
      };
    },

    TerminateJob(request) {
      const job = find(request);
      const statusReason = readRequired(request, 'reason');
      if (job.status === 'STARTING' || job.status === 'RUNNING') {
        end(job, { statusReason, isTerminated: true, exitCode: 143 });
      } else if (!hasEnded(job)) {
        change(job, { status: 'FAILED', statusReason, isTerminated: true, stoppedAt: now() });
      }
      return {};
    },

    CancelJob(request) {
      const job = find(request);
      const statusReason = readRequired(request, 'reason');
      if (job.status === 'SUBMITTED' || job.status === 'PENDING' || job.status === 'RUNNABLE') {
        change(job, { status: 'FAILED', statusReason, isCancelled: true, stoppedAt: now() });
      }
      return {};
    },
  };

  const tasks = createBatchTasks({
    operate: (name, request) => operations[name]?.(request, { isSecond: false }),
    find: (id) => jobs.get(id),
    onEnd: (listener) => {
      waiting.add(listener);
      return () => void waiting.delete(listener);
    },
  });

  return {
    ...tasks,
    create(core) {
      known = core;
      return { name: 'batch', paths, operations, close };
    },
    jobs: () => [...jobs.values()],
    outputOf: (jobId) => containers.get(jobId)?.output() ?? '',
    giveCapacity(isThere) {
      isCapacityThere = isThere;
    },
    reclaim(jobId) {
      const job = jobs.get(jobId);
      if (job === undefined || hasEnded(job)) throw new Error(`no job ${jobId} lives`);
      end(job, { statusReason: 'Host EC2 (instance i-0123456789abcdef0) terminated.' });
    },
    hideNewFor(seconds) {
      hiddenSeconds = seconds;
    },
    hideFromLooks(count) {
      blindLooks = count;
    },
  };

  function coreOf(): Core {
    if (known === undefined) throw new Error('the stand-in of Batch was not started');
    return known;
  }

  function now(): number {
    return Math.floor(coreOf().now());
  }

  function change(job: Job, news: Partial<Job>): void {
    Object.assign(job, news);
    coreOf().emit({
      source: 'aws.batch',
      'detail-type': 'Batch Job State Change',
      resources: [job.arn],
      detail: toDetail(job),
    });
    if (hasEnded(job)) for (const listener of [...waiting]) listener(job);
  }

  function watch(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const job of jobs.values()) step(job);
      if ([...jobs.values()].some((job) => !hasEnded(job))) watch();
    }, lookEveryMs);
  }

  /** One step on a job's way, at most. */
  function step(job: Job): void {
    switch (job.status) {
      case 'SUBMITTED':
        change(job, { status: 'RUNNABLE' });
        break;
      case 'RUNNABLE':
        if (isCapacityThere) place(job);
        break;
      case 'STARTING':
        begin(job);
        break;
      case 'RUNNING':
        check(job);
        break;
    }
  }

  function place(job: Job): void {
    if (toOverridesLength(job) <= mostOverrides) {
      change(job, { status: 'STARTING' });
      return;
    }
    const statusReason = `Container Overrides length must be at most ${mostOverrides}`;
    change(job, { status: 'FAILED', statusReason, stoppedAt: now() });
  }

  function begin(job: Job): void {
    const definition = definitions[job.definition];
    if (definition === undefined) throw new Error(`no job definition ${job.definition}`);
    const { id } = job;
    const stream = `job/default/${id.replaceAll('-', '')}`;
    if ('course' in definition) {
      const course = typeof definition.course === 'function' ? definition.course(job) : definition.course;
      running.set(id, { course, endsAt: coreOf().now() + course.seconds * scale * 1000 });
    } else {
      const variables = Object.fromEntries(job.environment.map(({ name, value }) => [name, value]));
      const container = runContainer(job.command, { ...variables, ...toOwnVariables(job) });
      containers.set(id, container);
      running.set(id, { container });
      void container.ended.then(({ exitCode, reason }) => {
        if (hasEnded(job)) return;
        end(job, {
          statusReason: reason === undefined ? 'Essential container in task exited' : 'Task failed to start',
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(reason === undefined ? {} : { containerReason: reason }),
        });
      });
    }
    change(job, { status: 'RUNNING', startedAt: now(), logStreamName: stream });
  }

  function check(job: Job): void {
    const { startedAt = 0, timeoutSeconds } = job;
    const state = running.get(job.id);
    if (state !== undefined && 'course' in state && state.endsAt <= coreOf().now()) {
      const { exitCode, statusReason = 'Essential container in task exited', containerReason } = state.course;
      end(job, {
        statusReason,
        ...(exitCode === undefined ? {} : { exitCode }),
        ...(containerReason === undefined ? {} : { containerReason }),
      });
    } else if (timeoutSeconds !== undefined && coreOf().now() >= startedAt + timeoutSeconds * 1000) {
      end(job, { statusReason: 'Job attempt duration exceeded timeout', exitCode: 137 });
    }
  }

  function end(job: Job, how: Partial<Job>): void {
    const state = running.get(job.id);
    running.delete(job.id);
    if (state !== undefined && 'container' in state) state.container.stop(0);
    change(job, { ...how, status: how.exitCode === 0 ? 'SUCCEEDED' : 'FAILED', stoppedAt: now() });
  }

  function find(request: Readonly<Record<string, unknown>>): Job {
    const id = readRequired(request, 'jobId');
    readRequired(request, 'reason');
    const job = jobs.get(id);
    if (job === undefined) throw refused(`Job ${id} does not exist`);
    return job;
  }

  function close(): void {
    clearTimeout(timer);
    for (const container of containers.values()) container.stop(0);
  }
}

function isNamed({ name }: Job, filter: string): boolean {
  const wanted = filter.toLowerCase();
  return wanted.endsWith('*')
    ? name.toLowerCase().startsWith(wanted.slice(0, -1))
    : name.toLowerCase() === wanted;
}

function toOverridesLength({ environment }: Job): number {
  return JSON.stringify({ containerOverrides: [{ name: 'default', environment }] }).length + addedLength;
}

/** https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html */
function toOwnVariables({ id, queue }: Job): Readonly<Record<string, string>> {
  return {
    AWS_BATCH_JOB_ID: id,
    AWS_BATCH_JOB_ATTEMPT: '1',
    AWS_BATCH_JQ_NAME: queue.slice(queue.lastIndexOf('/') + 1),
    AWS_BATCH_CE_NAME: 'stand-in',
  };
}
