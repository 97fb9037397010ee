import { describe, expect, it } from 'vitest';
import { runId } from '../../support/draft.ts';
import { createBatchWorld } from './world.ts';

const fails = { course: { seconds: 0, exitCode: 3 } } as const;

/** Errors after which nobody knows whether a job was submitted. */
const lostAnswers = [
  'Batch.ServerException',
  'Batch.SdkClientException',
  'Batch.AWSBatchException',
  'States.Timeout',
  'States.TaskFailed',
  'States.Http.Socket',
];

describe('a state machine whose call to Batch goes wrong', () => {
  it.each(lostAnswers)('finds the job that it submitted although the answer was %s', async (error) => {
    const { execute, batch } = await createBatchWorld();
    batch.spoil('submitJob', { kind: 'acts and fails', error });
    expect(await execute()).toMatchObject({
      status: 'SUCCEEDED',
      output: { jobId: batch.jobs()[0]?.id, jobName: `${runId}-1`, attempts: 1 },
    });
    expect(batch.jobs()).toHaveLength(1);
  });

  it('waits for a job that it found alive, and judges its end', async () => {
    const { execute, batch, steps } = await createBatchWorld({
      definition: { course: { seconds: 0.3, exitCode: 3 } },
    });
    batch.spoil('submitJob', { kind: 'acts and fails', error: 'Batch.ServerException' });
    expect(await execute()).toMatchObject({ status: 'FAILED', error: 'Signalbox.exit-code' });
    expect(batch.jobs()).toHaveLength(1);
    expect(steps.waits.filter(({ state }) => state === 'Wait for the job').length).toBeGreaterThan(0);
  });

  it('submits one job per attempt although every answer is lost', async () => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 5 }, definition: fails });
    const lost = { kind: 'acts and fails', error: 'Batch.ServerException' } as const;
    batch.spoil('submitJob', lost, lost, lost, lost, lost);
    expect(await execute()).toMatchObject({ error: 'Signalbox.exit-code' });
    expect(batch.jobs().map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((each) => `${runId}-${each}`));
  });

  it('finds a job that the list shows only later', async () => {
    const { execute, batch, steps } = await createBatchWorld({ executionTimeoutSeconds: 86_400 });
    batch.hideFromLooks(1);
    batch.spoil('submitJob', { kind: 'acts and fails', error: 'Batch.ServerException' });
    expect(await execute()).toMatchObject({ status: 'SUCCEEDED' });
    expect(batch.jobs()).toHaveLength(1);
    const looks = steps.waits.filter(({ state }) => state === 'Wait before looking again');
    expect(looks.map(({ seconds }) => seconds)).toContain(15);
  });

  it('submits the job again under its name when it is not to be found', async () => {
    const { execute, batch } = await createBatchWorld();
    batch.spoil('submitJob', { kind: 'fails', error: 'Batch.ServerException' });
    expect(await execute()).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1 } });
    expect(batch.jobs().map(({ name }) => name)).toEqual([`${runId}-1`]);
    expect(batch.countOfTask('listJobs')).toBe(3);
    expect(batch.countOfTask('submitJob')).toBe(2);
  });

  it('gives up after four submissions that were neither answered nor are to be seen', async () => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 3 } });
    const down = { kind: 'fails', error: 'Batch.ServerException', cause: 'Internal Error' } as const;
    batch.spoil('submitJob', ...Array.from({ length: 10 }, () => down));
    const result = await execute();
    expect(result).toMatchObject({ status: 'FAILED', error: 'Signalbox.lost' });
    expect(result.cause).toContain('Internal Error');
    expect(batch.countOfTask('submitJob')).toBe(4);
    expect(batch.jobs()).toEqual([]);
  });

  it.each(['Batch.TooManyRequestsException', 'Batch.ThrottlingException', 'Batch.RequestLimitExceeded'])(
    'asks again after %s, without counting an attempt',
    async (error) => {
      const { execute, batch } = await createBatchWorld();
      batch.spoil('submitJob', { kind: 'fails', error }, { kind: 'fails', error });
      expect(await execute()).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1 } });
      expect(batch.countOfTask('submitJob')).toBe(3);
      expect(batch.countOfTask('listJobs')).toBe(0);
      expect(batch.jobs()).toHaveLength(1);
    },
  );

  it('asks again after a ClientException that is throttling in disguise', async () => {
    const { execute, batch } = await createBatchWorld();
    batch.spoil('submitJob', { kind: 'fails', error: 'Batch.ClientException', cause: 'Too Many Requests' });
    expect(await execute()).toMatchObject({ status: 'SUCCEEDED' });
    expect(batch.jobs()).toHaveLength(1);
  });

  it.each([
    {
      error: 'Batch.ClientException',
      cause: 'JobQueue reports is disabled (Service: AWSBatch; Status Code: 400)',
    },
    { error: 'Batch.AccessDeniedException', cause: 'not authorized to perform: batch:TagResource' },
    {
      error: 'Batch.AWSBatchException',
      cause: 'no (Service: AWSBatch; Status Code: 403; Error Code: Denied)',
    },
  ])('fails at once when Batch refuses the job: $error', async ({ error, cause }) => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 5 } });
    batch.spoil('submitJob', { kind: 'fails', error, cause });
    const result = await execute();
    expect(result).toEqual({
      status: 'FAILED',
      error: 'Signalbox.rejected',
      cause: `${error}: ${cause}`,
      output: undefined,
    });
    expect(batch.countOfTask('submitJob')).toBe(1);
  });

  it('looks again when a look fails', async () => {
    const { execute, batch } = await createBatchWorld();
    batch.spoil('submitJob', { kind: 'acts and fails', error: 'Batch.ServerException' });
    batch.spoil('listJobs', { kind: 'fails', error: 'Batch.ServerException' });
    batch.spoil('describeJobs', { kind: 'fails', error: 'Batch.TooManyRequestsException' });
    expect(await execute()).toMatchObject({ status: 'SUCCEEDED' });
    expect(batch.jobs()).toHaveLength(1);
  });

  it('never submits another job while it cannot see how the last one is', async () => {
    const { execute, batch } = await createBatchWorld({ retry: { attempts: 5 }, definition: fails });
    batch.spoil('listJobs', { kind: 'fails', error: 'Batch.AccessDeniedException', cause: 'not authorized' });
    const result = await execute();
    expect(result).toMatchObject({ status: 'FAILED', error: 'Signalbox.lost' });
    expect(result.cause).toContain('not authorized');
    expect(batch.jobs()).toHaveLength(1);
  });

  it('takes a job that failed and is nowhere to be seen for lost', async () => {
    const { execute, batch } = await createBatchWorld({ retry: { retryOn: [] }, definition: fails });
    batch.hideNewFor(3600);
    expect(await execute()).toMatchObject({ status: 'FAILED', error: 'Signalbox.lost' });
    expect(batch.jobs()).toHaveLength(1);
  });
});
