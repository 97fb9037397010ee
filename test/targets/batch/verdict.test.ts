import { describe, expect, it } from 'vitest';
import { parseJob } from '../../../shared/targets/batch/job.ts';
import { toDetail } from '../../stand-in/batch-job.ts';
import { createBatchWorld } from './world.ts';

const exited = 'Essential container in task exited';

describe('how a failed job of Batch is judged, by the target and by its state machine', () => {
  it.each([
    { course: { exitCode: 3 }, judged: { class: 'exit-code', reason: exited, exitCode: 3 } },
    { course: { exitCode: 137 }, judged: { class: 'exit-code', reason: exited, exitCode: 137 } },
    {
      course: { exitCode: 137, statusReason: 'Job attempt duration exceeded timeout' },
      judged: { class: 'timed-out', reason: 'Job attempt duration exceeded timeout', exitCode: 137 },
    },
    {
      course: { statusReason: 'Host EC2 (instance i-0123456789abcdef0) terminated.' },
      judged: { class: 'interrupted', reason: 'Host EC2 (instance i-0123456789abcdef0) terminated.' },
    },
    {
      course: { statusReason: 'Your Spot Task was interrupted.', exitCode: 143 },
      judged: { class: 'interrupted', reason: 'Your Spot Task was interrupted.', exitCode: 143 },
    },
    {
      course: { exitCode: 137, containerReason: 'OutOfMemoryError: Container killed due to memory usage' },
      judged: {
        class: 'out-of-memory',
        reason: 'OutOfMemoryError: Container killed due to memory usage',
        exitCode: 137,
      },
    },
    {
      course: {
        statusReason: 'Task failed to start',
        containerReason: 'CannotPullContainerError: pull access denied for report',
      },
      judged: { class: 'image-pull', reason: 'CannotPullContainerError: pull access denied for report' },
    },
    {
      course: { statusReason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY' },
      judged: { class: 'no-capacity', reason: 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY' },
    },
    {
      course: { statusReason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT' },
      judged: { class: 'rejected', reason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT' },
    },
    {
      course: {
        statusReason:
          'Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      },
      judged: {
        class: 'no-capacity',
        reason: 'Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY',
      },
    },
    {
      course: {
        statusReason:
          'Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
      },
      judged: {
        class: 'rejected',
        reason:
          'Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
      },
    },
    {
      course: { statusReason: 'Signalbox ended it: it did not run within its startTimeout of 600 s' },
      judged: {
        class: 'no-capacity',
        reason: 'Signalbox ended it: it did not run within its startTimeout of 600 s',
      },
    },
    {
      course: { statusReason: 'On hold; Signalbox ended it: it did not run within its startTimeout of 9 s' },
      judged: {
        class: 'no-capacity',
        reason: 'On hold; Signalbox ended it: it did not run within its startTimeout of 9 s',
      },
    },
    {
      course: {
        statusReason:
          'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT; Signalbox ended it: it did not run within its startTimeout of 9 s',
      },
      judged: {
        class: 'rejected',
        reason:
          'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT; Signalbox ended it: it did not run within its startTimeout of 9 s',
      },
    },
    {
      course: { statusReason: 'Container Overrides length must be at most 8192' },
      judged: { class: 'bad-event', reason: 'Container Overrides length must be at most 8192' },
    },
    {
      course: {
        statusReason: 'Task failed to start',
        containerReason: 'ResourceInitializationError: no route',
      },
      judged: { class: 'lost', reason: 'ResourceInitializationError: no route' },
    },
    { course: { statusReason: '' }, judged: { class: 'lost', reason: 'Batch gave no reason' } },
  ])('$judged.class: $course', async ({ course, judged }) => {
    const { execute, batch } = await createBatchWorld({ definition: { course: { seconds: 0, ...course } } });
    const { status, error } = await execute();
    expect({ status, error }).toEqual({ status: 'FAILED', error: `Signalbox.${judged.class}` });
    // Interruptions are free three times.
    expect(batch.jobs()).toHaveLength(judged.class === 'interrupted' ? 4 : 1);
    for (const job of batch.jobs()) expect(parseJob(toDetail(job))?.tried.failure).toEqual(judged);
  });

  it('stopped: a person terminates it', async () => {
    const { execute, batch, standIn } = await createBatchWorld({
      retry: { attempts: 3, retryOn: ['exit-code', 'lost'] },
      definition: { course: { seconds: Number.POSITIVE_INFINITY } },
    });
    standIn.core.listen(({ detail }) => {
      if (detail['status'] === 'RUNNING' && 'jobId' in detail) void terminate(String(detail['jobId']));
    });
    expect(await execute()).toMatchObject({
      status: 'FAILED',
      error: 'Signalbox.stopped',
      cause: 'not today',
    });
    const [job] = batch.jobs();
    expect(job && parseJob(toDetail(job))?.tried.failure).toEqual({
      class: 'stopped',
      reason: 'not today',
      exitCode: 143,
    });
    expect(batch.jobs()).toHaveLength(1);

    async function terminate(jobId: string): Promise<void> {
      const { TerminateJobCommand } = await import('@aws-sdk/client-batch');
      const client = await standIn.clients.batch();
      await client.send(new TerminateJobCommand({ jobId, reason: 'not today' }));
    }
  });
});
