/** How a job goes where nobody cares for processes. */
export type Course = {
  /** From RUNNING on. Infinity: until it is stopped. */
  readonly seconds: number;
  readonly exitCode?: number;
  /** As Batch says it; "Essential container in task exited" by default. */
  readonly statusReason?: string;
  readonly containerReason?: string;
};

export type JobStatus =
  | 'SUBMITTED'
  | 'PENDING'
  | 'RUNNABLE'
  | 'STARTING'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED';

/** A job as the stand-in keeps it. Times are milliseconds since 1970. */
export type Job = {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  readonly queue: string;
  readonly definition: string;
  readonly createdAt: number;
  readonly timeoutSeconds: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly propagatesTags: boolean;
  readonly command: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  status: JobStatus;
  statusReason?: string;
  startedAt?: number;
  stoppedAt?: number;
  exitCode?: number;
  containerReason?: string;
  logStreamName?: string;
  isTerminated?: boolean;
  isCancelled?: boolean;
};

export function hasEnded({ status }: Job): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED';
}

/** As DescribeJobs and the service's events have it. https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html */
export function toDetail(job: Job): Readonly<Record<string, unknown>> {
  const ending = {
    ...(job.exitCode === undefined ? {} : { exitCode: job.exitCode }),
    ...(job.containerReason === undefined ? {} : { reason: job.containerReason }),
    ...(job.logStreamName === undefined ? {} : { logStreamName: job.logStreamName }),
  };
  return {
    jobArn: job.arn,
    jobName: job.name,
    jobId: job.id,
    jobQueue: job.queue,
    status: job.status,
    attempts: hasEnded(job)
      ? [
          {
            container: { ...ending, networkInterfaces: [] },
            ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
            ...(job.stoppedAt === undefined ? {} : { stoppedAt: job.stoppedAt }),
            statusReason: job.statusReason ?? 'Essential container in task exited',
          },
        ]
      : [],
    ...(job.statusReason === undefined ? {} : { statusReason: job.statusReason }),
    createdAt: job.createdAt,
    retryStrategy: { attempts: 1, evaluateOnExit: [] },
    ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
    ...(job.stoppedAt === undefined ? {} : { stoppedAt: job.stoppedAt }),
    dependsOn: [],
    jobDefinition: job.definition,
    parameters: {},
    container: {
      image: 'registry.example/job:1',
      command: [...job.command],
      volumes: [],
      environment: job.environment.map((each) => ({ ...each })),
      mountPoints: [],
      ulimits: [],
      networkInterfaces: [],
      resourceRequirements: [
        { value: '1', type: 'VCPU' },
        { value: '2048', type: 'MEMORY' },
      ],
      secrets: [],
      ...ending,
    },
    ...(job.timeoutSeconds === undefined ? {} : { timeout: { attemptDurationSeconds: job.timeoutSeconds } }),
    tags: { ...job.tags },
    propagateTags: job.propagatesTags,
    platformCapabilities: ['EC2'],
    eksAttempts: [],
    isCancelled: job.isCancelled ?? false,
    isTerminated: job.isTerminated ?? false,
  };
}

/** As ListJobs has it. */
export function toSummary(job: Job): Readonly<Record<string, unknown>> {
  return {
    jobArn: job.arn,
    jobId: job.id,
    jobName: job.name,
    createdAt: job.createdAt,
    status: job.status,
    ...(job.statusReason === undefined ? {} : { statusReason: job.statusReason }),
    ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
    ...(job.stoppedAt === undefined ? {} : { stoppedAt: job.stoppedAt }),
    container: job.exitCode === undefined ? {} : { exitCode: job.exitCode },
    jobDefinition: job.definition,
  };
}
