import type { BatchClient } from '@aws-sdk/client-batch';
import { call } from '../../aws/call.ts';
import type { Try } from '../../runs/run.ts';
import { type BatchJob, parseJob, parseJobName, parseTryNumber } from './job.ts';

/** A job, with the number of the try that it is. */
export type FoundJob = BatchJob & { readonly tried: Try };

/** Of 100 jobs each; an execution has 400 at most. */
const mostPages = 20;
const mostDescribed = 100;

/**
 * The jobs that an execution submitted to a queue, living or not, by their names. Batch forgets them some days after
 * their end. ListJobs may not show one that was just submitted. Throws when a call fails.
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
 */
export async function findJobs(
  getClient: () => Promise<BatchClient>,
  jobQueue: string,
  executionName: string,
  callSeconds?: number,
): Promise<readonly FoundJob[]> {
  const [client, { DescribeJobsCommand, ListJobsCommand }] = await Promise.all([
    getClient(),
    import('@aws-sdk/client-batch'),
  ]);
  const ids: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const filters = [{ name: 'JOB_NAME', values: [`${executionName}-*`] }];
    const command = new ListJobsCommand({ jobQueue, filters, ...(nextToken ? { nextToken } : {}) });
    const answer = await call((options) => client.send(command, options), callSeconds);
    ids.push(...(answer.jobSummaryList ?? []).flatMap(({ jobId }) => jobId ?? []));
    nextToken = answer.nextToken;
    if (!nextToken) break;
  }
  const jobs: FoundJob[] = [];
  for (let from = 0; from < ids.length; from += mostDescribed) {
    const command = new DescribeJobsCommand({ jobs: ids.slice(from, from + mostDescribed) });
    const answer = await call((options) => client.send(command, options), callSeconds);
    for (const detail of answer.jobs ?? []) {
      const job = parseJob(detail);
      if (job === undefined) continue;
      const number = parseTryNumber(executionName, job.name);
      if (number !== undefined && isOf(executionName, job.name, detail.tags)) {
        jobs.push({ ...job, tried: { number, ...job.tried } });
      }
    }
  }
  return jobs;
}

/** A job that has ended already answers just so. Throws when the call fails. */
export async function terminateJob(
  getClient: () => Promise<BatchClient>,
  jobId: string,
  reason: string,
  callSeconds?: number,
): Promise<void> {
  const [client, { TerminateJobCommand }] = await Promise.all([getClient(), import('@aws-sdk/client-batch')]);
  const command = new TerminateJobCommand({ jobId, reason });
  await call((options) => client.send(command, options), callSeconds);
}

/** One that has come as far as STARTING is left alone, and answers just so. Throws when the call fails. */
export async function cancelJob(
  getClient: () => Promise<BatchClient>,
  jobId: string,
  reason: string,
  callSeconds?: number,
): Promise<void> {
  const [client, { CancelJobCommand }] = await Promise.all([getClient(), import('@aws-sdk/client-batch')]);
  const command = new CancelJobCommand({ jobId, reason });
  await call((options) => client.send(command, options), callSeconds);
}

/** Run ids are nobody else's. Names that people give are, so there the tag tells which execution a job is of. */
function isOf(executionName: string, jobName: string, tags: Record<string, string> | undefined): boolean {
  return parseJobName(jobName)?.runId === executionName || tags?.['signalbox:run'] === executionName;
}
