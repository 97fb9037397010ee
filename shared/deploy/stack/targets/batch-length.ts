import { isReference } from '../../../jobs/reference.ts';
import type { Job } from '../../../jobs/schema/job.ts';

/** Of a job's own command and variables as JSON, in bytes: Batch may count them with those of its event. */
export function toOwnLength({ command = [], environment = [] }: NonNullable<Job['container']>): number {
  const known = environment.map(({ name, value }) => ({ name, value: isReference(value) ? unknown : value }));
  return Buffer.byteLength(JSON.stringify({ command, environment: known }));
}

/** As long as a value that only CloudFormation knows is taken to be. */
const unknown = '?'.repeat(512);
