import { readCompiledJobs } from '../jobs/compiled.ts';
import type { RunnableJob } from '../jobs/runnable.ts';
import type { Plan } from '../runs/plan.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { EnvironmentError, type LambdaEnvironment, openNamed } from './environment.ts';
import { toKnownPlan } from './known-references.ts';
import { toMeasurements } from './measurement.ts';
import type { Measured } from './metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** The parts of a function that goes on with runs, whatever they came from. */
export type Line = Cloud & {
  /** What its metrics are of. */
  readonly measured: Measured;
  readonly jobs: readonly RunnableJob[];
  /** Throws EnvironmentError when the function was not told all that is in it. */
  readonly toPlan: (job: RunnableJob) => Plan;
};

/** Throws EnvironmentError for what can't be opened. */
export function openLine(
  { jobsPath, stage, stores, references }: LambdaEnvironment,
  log: Telemetry,
  now: () => number,
  role: 'line' | 'sweep' = 'line',
): Line {
  if (stores.kind !== 'cloud') {
    throw new EnvironmentError(
      'SIGNALBOX_LEDGER is of files, whose runs are started by whoever has them; expected dynamodb://<table>',
    );
  }
  const { service, historyDays, jobs } = openNamed('SIGNALBOX_JOBS', () =>
    readCompiledJobs(jobsPath, references),
  );
  const measured = { service, ...(stage !== undefined && { stage }) };
  const cloud = openNamed('SIGNALBOX_DEPLOYMENT', () =>
    openCloud(stores, {
      sender: measured,
      historyDays,
      ...(references && { references }),
      role,
      now,
      saw: (before, after) => log.measured(measured, toMeasurements(before, after)),
      warn: log.stumbled,
    }),
  );
  return { ...cloud, measured, jobs, toPlan: (job) => toKnownPlan(job, cloud.deployment) };
}
