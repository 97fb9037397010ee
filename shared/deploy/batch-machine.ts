import { toExecutionSeconds } from '../jobs/cloud-plan.ts';
import { toRetry } from '../jobs/retry-plan.ts';
import type { Job } from '../jobs/schema/job.ts';
import type { Machine } from '../targets/batch/asl.ts';
import { toBatchMachine } from '../targets/batch/machine.ts';
import { type Stage, toStackName } from './names.ts';

/** The state machine that a Batch job of jobs.yml is deployed with. */
export function toJobMachine(
  job: Job,
  stage: Stage,
  deployed: { readonly jobQueue: string; readonly jobDefinition: string },
): Machine {
  return toBatchMachine({
    job: job.name,
    stack: toStackName(stage),
    ...deployed,
    retry: toRetry(job),
    tryTimeoutSeconds: job.timeout,
    executionTimeoutSeconds: toExecutionSeconds(job),
  });
}
