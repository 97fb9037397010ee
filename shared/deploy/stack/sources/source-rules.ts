import type { JobEvent } from '../../../jobs/schema/event.ts';
import type { Job } from '../../../jobs/schema/job.ts';
import type { Part, StackContext } from '../part.ts';

/** An entry of a job's `events`, of one type, with its line in jobs.yml. */
export type Rule<T extends JobEvent['type']> = Extract<JobEvent, { readonly type: T }>;

/** An event of a job, of one type. */
export type SourceRule<T extends JobEvent['type']> = { readonly job: Job; readonly rule: Rule<T> };

/** Makes the subscriptions of all events of one type; not called for none. Throws StackError. */
export type CompileSource<T extends JobEvent['type']> = (
  rules: readonly SourceRule<T>[],
  context: StackContext,
) => Part;
