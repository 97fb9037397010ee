import {
  CancelJobCommand,
  DescribeJobsCommand,
  ListJobsCommand,
  SubmitJobCommand,
  type SubmitJobCommandInput,
  TerminateJobCommand,
} from '@aws-sdk/client-batch';
import { describe, expect, it } from 'vitest';
import { atEnd } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { createBatch, type JobDefinition } from './batch.ts';
import { startStandIn } from './stand-in.ts';

const jobQueue = 'arn:aws:batch:eu-west-1:123456789012:job-queue/reports';
const jobDefinition = 'arn:aws:batch:eu-west-1:123456789012:job-definition/report:3';
const endless = { course: { seconds: Number.POSITIVE_INFINITY } };

async function createWorld(definition: JobDefinition) {
  const batch = createBatch({ queues: [jobQueue], definitions: { [jobDefinition]: definition } });
  const standIn = await startStandIn(batch.create);
  atEnd(() => standIn.close());
  const statuses: unknown[] = [];
  standIn.core.listen(({ detail }) => void statuses.push(detail['status']));
  const client = await standIn.clients.batch();
  return {
    batch,
    standIn,
    client,
    statuses,
    async submit(change: Partial<SubmitJobCommandInput> = {}) {
      const { jobId } = await client.send(
        new SubmitJobCommand({ jobName: 'report-1', jobQueue, jobDefinition, ...change }),
      );
      return jobId ?? '';
    },
    untilIs: (jobId: string, status: string) =>
      until(`it is ${status}`, () => batch.jobs().find((job) => job.id === jobId && job.status === status)),
  };
}

describe('the stand-in of Batch', () => {
  it('runs a job as a process, and tells each change', async () => {
    const { client, batch, submit, untilIs, statuses } = await createWorld({
      command: ['sh', '-c', 'echo "hello $NAME"; exit 0'],
    });
    const jobId = await submit({ containerOverrides: { environment: [{ name: 'NAME', value: 'world' }] } });
    await untilIs(jobId, 'SUCCEEDED');
    expect(batch.outputOf(jobId)).toBe('hello world\n');
    await until('all was told', () => statuses.length === 4);
    expect(statuses).toEqual(['RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED']);
    const { jobs } = await client.send(new DescribeJobsCommand({ jobs: [jobId, 'unknown'] }));
    expect(jobs).toMatchObject([{ jobId, status: 'SUCCEEDED', container: { exitCode: 0 } }]);
  });

  it('makes two jobs of one name: there is no token', async () => {
    const { client, submit } = await createWorld(endless);
    const ids = [await submit(), await submit()];
    const filters = [{ name: 'JOB_NAME', values: ['REPORT-1'] }];
    const { jobSummaryList } = await client.send(new ListJobsCommand({ jobQueue, filters }));
    expect(jobSummaryList?.map(({ jobId }) => jobId)).toEqual(ids.reverse());
  });

  it('lists by the beginning of a name, in pages', async () => {
    const { client, submit } = await createWorld(endless);
    for (const jobName of ['report-1', 'report-2', 'other-1']) await submit({ jobName });
    const filters = [{ name: 'JOB_NAME', values: ['report-*'] }];
    const list = (nextToken?: string) =>
      client.send(
        new ListJobsCommand({ jobQueue, filters, maxResults: 1, ...(nextToken ? { nextToken } : {}) }),
      );
    const first = await list();
    const second = await list(first.nextToken);
    expect(
      [first, second].map(({ jobSummaryList }) => jobSummaryList?.map(({ jobName }) => jobName)),
    ).toEqual([['report-2'], ['report-1']]);
    expect(second.nextToken).toBeUndefined();
  });

  it('ends a job by its timeout, in its own time', async () => {
    const { standIn, submit, untilIs } = await createWorld({ command: ['sleep', '1000'] });
    const jobId = await submit({ timeout: { attemptDurationSeconds: 60 } });
    await untilIs(jobId, 'RUNNING');
    standIn.core.pass(60);
    expect(await untilIs(jobId, 'FAILED')).toMatchObject({
      statusReason: 'Job attempt duration exceeded timeout',
    });
  });

  it('ends a job whose machine Spot takes away', async () => {
    const { batch, submit, untilIs } = await createWorld(endless);
    const jobId = await submit();
    await untilIs(jobId, 'RUNNING');
    batch.reclaim(jobId);
    expect(await untilIs(jobId, 'FAILED')).toMatchObject({
      statusReason: expect.stringMatching(/^Host EC2 /),
    });
  });

  it('terminates what runs and what waits, and cancels only what waits', async () => {
    const { batch, client, submit, untilIs } = await createWorld(endless);
    const runs = await submit();
    await untilIs(runs, 'RUNNING');
    batch.giveCapacity(false);
    const waits = await submit();
    await untilIs(waits, 'RUNNABLE');
    await client.send(new CancelJobCommand({ jobId: runs, reason: 'no' }));
    await client.send(new CancelJobCommand({ jobId: waits, reason: 'no' }));
    expect(batch.jobs()).toMatchObject([{ status: 'RUNNING' }, { status: 'FAILED', isCancelled: true }]);
    await client.send(new TerminateJobCommand({ jobId: runs, reason: 'enough' }));
    await client.send(new TerminateJobCommand({ jobId: runs, reason: 'again' }));
    expect(batch.jobs()[0]).toMatchObject({ status: 'FAILED', isTerminated: true, statusReason: 'enough' });
  });

  it('takes overrides that are too long for ECS, and fails the job', async () => {
    const { submit, untilIs } = await createWorld(endless);
    const jobId = await submit({
      containerOverrides: { environment: [{ name: 'EVENT', value: 'x'.repeat(8192) }] },
    });
    expect(await untilIs(jobId, 'FAILED')).toMatchObject({
      statusReason: 'Container Overrides length must be at most 8192',
    });
  });

  it.each<[string, Partial<SubmitJobCommandInput>]>([
    ['a name with a dot', { jobName: 'report.1' }],
    ['a queue that is not there', { jobQueue: `${jobQueue}-2` }],
    ['a definition that is not there', { jobDefinition: 'report:9' }],
    ['a variable of its own', { containerOverrides: { environment: [{ name: 'AWS_BATCH_X', value: '1' }] } }],
    ['a timeout below a minute', { timeout: { attemptDurationSeconds: 59 } }],
    [
      'more than 30 KiB',
      { containerOverrides: { environment: [{ name: 'EVENT', value: 'x'.repeat(31_000) }] } },
    ],
  ])('refuses %s', async (_, change) => {
    const { submit, batch } = await createWorld(endless);
    await expect(submit(change)).rejects.toMatchObject({ name: 'ClientException' });
    expect(batch.jobs()).toEqual([]);
  });
});
