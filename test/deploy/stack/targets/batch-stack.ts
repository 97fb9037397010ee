import type { Declared } from '../../../../shared/deploy/stack/part.ts';
import { toBatchPlace } from '../../../../shared/deploy/stack/targets/batch-place.ts';
import { batchJob, stackOf } from '../stack-of.ts';

export const onFargate = batchJob;
export const onEc2 = { ...batchJob, compute: { type: 'ec2' } };
/** A job with a queue and a definition that are there already. */
export const thereAlready = {
  target: 'batch',
  compute: {
    existing: {
      jobQueueArn: 'arn:aws:batch:eu-west-1:123456789012:job-queue/science',
      jobDefinitionArn: 'arn:aws:batch:eu-west-1:123456789012:job-definition/train:3',
    },
  },
  events: [{ type: 'manual' }],
};

/** What the Batch jobs of a stack share. */
export function placeOf(
  jobs: Readonly<Record<string, object>>,
  more: object = {},
): Readonly<Record<string, Declared>> {
  return toBatchPlace(stackOf({ jobs, ...more }).context).resources;
}
