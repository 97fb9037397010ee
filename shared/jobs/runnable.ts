import type { RunnableEvent } from './schema/event.ts';
import type { JobsFile } from './schema/file.ts';
import type { Job } from './schema/job.ts';

/** What of a job its events are matched and its runs are planned by, in AWS. */
const properties = [
  'name',
  'target',
  'timeout',
  'startTimeout',
  'stopTimeout',
  'retryConfig',
  'maxRunsPerHour',
  'onFailure',
  'eventFormat',
  'forwardCredentials',
  'redact',
  'useSpotInstances',
  'taskDefinitionArn',
  'containerName',
  'clusterArn',
  'taskRoleArn',
  'executionRoleArn',
  'resources',
  'projectName',
  'stateMachineArn',
  'waitForEnd',
] as const satisfies readonly (keyof Job)[];

const buildProperties = ['image', 'computeType', 'commands'] as const;

const fileProperties = ['service', 'historyDays'] as const satisfies readonly (keyof JobsFile)[];

type Build = NonNullable<Job['build']>;

type Container = NonNullable<Job['container']>;

/** What routes events to a job and plans its runs; every Job is one. */
export type RunnableJob = Pick<Job, (typeof properties)[number]> & {
  readonly events: readonly RunnableEvent[];
  readonly build?: Pick<Build, (typeof buildProperties)[number]>;
  /** Only on a laptop. */
  readonly local?: NonNullable<Job['local']>;
  /** Only on a laptop. */
  readonly container?: Pick<Container, 'environment'>;
};

/** What the functions read of jobs.yml; every JobsFile is one. */
export type RunnableFile = Pick<JobsFile, 'file' | (typeof fileProperties)[number]> & {
  readonly jobs: readonly RunnableJob[];
  readonly runsApi?: Pick<NonNullable<JobsFile['runsApi']>, 'httpApiName'>;
};

/**
 * What the functions in AWS need of jobs.yml and no more: nothing of a laptop, no variables and roles of jobs, no
 * resources, and nothing of where it is written, so that the same jobs in another folder or on other lines give the same.
 */
export function toRunnableFile(file: JobsFile): RunnableFile {
  const { jobs, runsApi } = file;
  return {
    file: 'jobs.yml',
    ...pick(file, fileProperties),
    jobs: jobs.map((job) => ({
      ...pick(job, properties),
      ...(job.build && { build: pick(job.build, buildProperties) }),
      events: job.events.map(({ line: _, ...event }) => event),
    })),
    ...(runsApi && { runsApi: pick(runsApi, ['httpApiName']) }),
  };
}

/** Those that are there. */
function pick<T extends object, K extends keyof T>(all: T, names: readonly K[]): Pick<T, K>;
function pick(all: object, names: readonly string[]): unknown {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
