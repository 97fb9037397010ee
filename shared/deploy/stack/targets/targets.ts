import type { Job } from '../../../jobs/schema/job.ts';
import type { JobPart, StackContext } from '../part.ts';
import { toBatchJob } from './batch.ts';
import { toCodeBuildJob } from './codebuild.ts';
import { toFargateJob } from './fargate.ts';
import { toStateMachineJob } from './state-machine.ts';

/** What a job runs on in AWS. Throws StackError. */
export function toTarget(job: Job, context: StackContext): JobPart {
  switch (job.target) {
    case 'fargate':
      return toFargateJob(job, context);
    case 'codebuild':
      return toCodeBuildJob(job, context);
    case 'batch':
      return toBatchJob(job, context);
    case 'state-machine':
      return toStateMachineJob(job, context);
    case 'process':
      throw new Error(`the job ${job.name} runs on a laptop only`);
  }
}
