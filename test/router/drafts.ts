import { toLocalPlan } from '../../shared/jobs/local-plan.ts';
import { createRoutingTable } from '../../shared/jobs/routing-table.ts';
import { everySource as everySourceRules } from '../../shared/jobs/rules/every-source.ts';
import { type RunDraft, toDrafts } from '../../shared/router/draft.ts';
import type { Delivery } from '../../shared/sources/source.ts';
import { start } from '../support/draft.ts';
import { type Jobs, toJobsFile } from './world.ts';

/** What a delivery becomes for all the jobs that it starts. */
export function draftsOf(jobs: Jobs, delivery: Delivery): readonly RunDraft[] {
  return createRoutingTable(toJobsFile(jobs).jobs, everySourceRules)
    .match(delivery)
    .flatMap((match) => toDrafts(delivery, match, toLocalPlan(match.job, '/shop'), start));
}

/** What the job gets, parsed. */
export function eventOf(draft: Pick<RunDraft, 'event'> | undefined) {
  return JSON.parse(draft?.event ?? '');
}

/** The data of the first record that the job gets. */
export function dataOf(draft: RunDraft | undefined): unknown {
  return eventOf(draft).records[0].data;
}
