import { resolve } from 'node:path';
import type { Plan, Work } from '../runs/plan.ts';
import { toRetry } from './retry-plan.ts';
import type { RunnableJob } from './runnable.ts';

/** The plan of a run on this machine, where every job is a process. `directory` is that of jobs.yml. */
export function toLocalPlan(job: RunnableJob, directory: string): Plan {
  return {
    work: toWork(job, directory),
    retry: toRetry(job),
    timeoutSeconds: job.timeout,
    startTimeoutSeconds: job.startTimeout,
    stopTimeoutSeconds: job.stopTimeout,
    ...(job.maxRunsPerHour !== undefined && { maxRunsPerHour: job.maxRunsPerHour }),
  };
}

function toWork({ name, target, local, container }: RunnableJob, directory: string): Work {
  if (local === undefined) {
    const reason = `job ${name} has no local.command in jobs.yml, so its ${target} target can't be stood in for on this machine`;
    return { target: 'none', reason };
  }
  const declared = container?.environment ?? [];
  return {
    target: 'process',
    command: local.command,
    directory: resolve(directory, local.workingDirectory),
    environment: {
      ...Object.fromEntries(declared.map(({ name, value }) => [name, value])),
      ...local.environment,
    },
  };
}
