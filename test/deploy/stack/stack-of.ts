import type { StackContext } from '../../../shared/deploy/stack/part.ts';
import type { JobWithPart } from '../../../shared/deploy/stack/stack.ts';
import { toTarget } from '../../../shared/deploy/stack/targets/targets.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';

/** Properties of a jobs.yml; the service is media, unless it's another. */
type Given = { readonly jobs: Readonly<Record<string, object>> } & Readonly<Record<string, unknown>>;

/** What a stack is made of: the stage is prod. */
export function stackOf(given: Given): {
  readonly context: StackContext;
  readonly jobs: readonly JobWithPart[];
} {
  const file = parseJobs(JSON.stringify({ service: 'media', ...given }), 'jobs.yml');
  const context = { file, stage: { service: file.service, stage: 'prod' } };
  const jobs = file.jobs
    .filter(({ target }) => target !== 'process')
    .map((job) => ({ job, part: toTarget(job, context) }));
  return { context, jobs };
}

const manual = [{ type: 'manual' }];

/** A job that runs as a task. */
export const task = {
  target: 'fargate',
  container: { image: 'public.ecr.aws/docker/library/alpine:3.22' },
  resources: { cpu: 0.25, memory: 512 },
  events: manual,
};

/** A job that CodeBuild runs. */
export const build = {
  target: 'codebuild',
  build: {
    image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
    computeType: 'BUILD_GENERAL1_SMALL',
    commands: ['make'],
  },
  events: manual,
};

/** A job that Batch runs. */
export const batchJob = {
  target: 'batch',
  container: { image: 'public.ecr.aws/docker/library/alpine:3.22' },
  resources: { cpu: 1, memory: 2048 },
  compute: { type: 'fargate' },
  events: manual,
};

/** A job that is a state machine. */
export const machine = {
  target: 'state-machine',
  stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:orders',
  events: manual,
};

/** `task-1` to `task-<count>`. */
export function many(count: number, job: object): Readonly<Record<string, object>> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`task-${index + 1}`, job]));
}
