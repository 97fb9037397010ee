import type { Job } from '../../../jobs/schema/job.ts';
import { toLogicalId } from '../../cloudformation/logical-id.ts';
import { StackError } from '../stack-error.ts';

/** What a job runs on in Batch; jobs of one kind share a queue, and its compute environments. */
export type ComputeKind = {
  readonly type: 'ec2' | 'fargate';
  readonly isSpot: boolean;
  /** Of instances. On Fargate it's the job's definition that says it. */
  readonly isArm: boolean;
  readonly hasGpu: boolean;
};

/** Of the instances with GPUs that the stack uses, as far as they go: g4dn.metal. */
const mostGpus = 8;

/** Undefined for a job that names a queue and a definition which are there already. */
export function toComputeKind(job: Job): ComputeKind | undefined {
  const { target, compute, resources, useSpotInstances: isSpot = false } = job;
  const type = target === 'batch' ? compute?.type : undefined;
  if (type === undefined) return undefined;
  if (type === 'fargate') return { type, isSpot, isArm: false, hasGpu: false };
  const isArm = resources?.architecture === 'arm64';
  const gpus = resources?.gpu ?? 0;
  if (isArm && gpus > 0) {
    throw refuse(job, 'found a GPU with architecture arm64, for which Batch has no image; expected x86_64');
  }
  if (gpus > mostGpus) {
    throw refuse(
      job,
      `found ${gpus} GPUs, expected at most ${mostGpus}: the stack's instances are of the family g4dn`,
    );
  }
  return { type, isSpot, isArm, hasGpu: gpus > 0 };
}

/** As `ec2-gpu-spot`. */
export function toKindName({ type, isSpot, isArm, hasGpu }: ComputeKind): string {
  return [type, isArm && 'arm64', hasGpu && 'gpu', isSpot && 'spot'].filter(Boolean).join('-');
}

export function toQueueId(kind: ComputeKind): string {
  return toLogicalId('batch', toKindName(kind), 'Queue');
}

function refuse({ name, line }: Job, message: string): StackError {
  return new StackError([{ line, message: `the batch job ${name}: ${message}` }]);
}
