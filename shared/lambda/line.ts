import { toCloudPlan } from '../jobs/cloud-plan.ts';
import { readCompiledJobs } from '../jobs/compiled.ts';
import type { Job } from '../jobs/schema/job.ts';
import type { Plan } from '../runs/plan.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { EnvironmentError, type LambdaEnvironment, openNamed } from './environment.ts';
import { toMeasurements } from './measurement.ts';
import type { Telemetry } from './telemetry.ts';

/** The parts of a function that goes on with runs, whatever they came from. */
export type Line = Cloud & {
  /** The name of jobs.yml. */
  readonly service: string;
  readonly jobs: readonly Job[];
  readonly toPlan: (job: Job) => Plan;
};

/** Throws EnvironmentError for what can't be opened. */
export function openLine(
  { jobsPath, stores }: LambdaEnvironment,
  log: Telemetry,
  now: () => number,
  role: 'line' | 'sweep' = 'line',
): Line {
  if (stores.kind !== 'cloud') {
    throw new EnvironmentError(
      'SIGNALBOX_LEDGER is of files, whose runs are started by whoever has them; expected dynamodb://<table>',
    );
  }
  const { service, historyDays, jobs } = openNamed('SIGNALBOX_JOBS', () => readCompiledJobs(jobsPath));
  const cloud = openNamed('SIGNALBOX_DEPLOYMENT', () =>
    openCloud(stores, {
      service,
      historyDays,
      role,
      now,
      saw: (before, after) => log.measured(service, toMeasurements(before, after)),
      warn: log.stumbled,
    }),
  );
  return { ...cloud, service, jobs, toPlan: (job) => toCloudPlan(job, cloud.deployment) };
}
