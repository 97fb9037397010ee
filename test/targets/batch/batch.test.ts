import { describe, expect, it } from 'vitest';
import type { Report } from '../../../shared/targets/target.ts';
import { throttled } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { toExecutionArn } from '../../stand-in/step-functions.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createBatchWorld, type World } from './world.ts';

const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;
const arn = toExecutionArn('report', runId);
const waits = { course: { seconds: Number.POSITIVE_INFINITY } } as const;
const serverError = {
  kind: 'refuse',
  error: new ServiceError('InternalServerError', 'try again later', 500),
} as const;

describe('a start of a batch job', () => {
  it.each([
    ['StateMachineDoesNotExist', 'rejected'],
    ['StateMachineDeleting', 'rejected'],
    ['InvalidExecutionInput', 'rejected'],
    ['AccessDeniedException', 'rejected'],
    ['ExecutionLimitExceeded', 'throttled'],
    ['ThrottlingException', 'throttled'],
    ['KmsThrottlingException', 'throttled'],
  ])('is refused by %s: %s', async (name, failure) => {
    const { target, standIn, toOrder } = await createBatchWorld();
    standIn.faults.next('StartExecution', { kind: 'refuse', error: new ServiceError(name, 'no') });
    expect(await target.start(toOrder(), inline)).toMatchObject({
      kind: 'refused',
      cause: { class: failure, reason: `${name}: no` },
    });
  });

  it.each(['drop answer', 'act twice'] as const)('makes one execution and one job: %s', async (kind) => {
    const { target, standIn, steps, batch, toOrder } = await createBatchWorld();
    standIn.faults.next('StartExecution', { kind });
    await target.start(toOrder(), inline);
    expect(await target.start(toOrder(), inline, { isRepeat: true })).toMatchObject({
      kind: 'started',
      externalId: arn,
    });
    await until('the job has ended', () => batch.jobs()[0]?.status === 'SUCCEEDED');
    expect(steps.begun(runId)).toBe(1);
    expect(batch.jobs()).toHaveLength(1);
  });

  it('makes one execution when the first call acts late', async () => {
    const { target, standIn, steps, toOrder } = await createBatchWorld({ definition: waits });
    standIn.faults.next('StartExecution', { kind: 'act late', afterMs: 100 });
    expect(await target.start(toOrder(), inline)).toMatchObject({ kind: 'unknown' });
    expect(await target.start(toOrder(), inline, { isRepeat: true })).toMatchObject({ externalId: arn });
    await until('it acted', () => standIn.countOf('StartExecution') === 2);
    expect(steps.begun(runId)).toBe(1);
  });

  it('is not known after an error of the server, or without an answer', async () => {
    const { target, standIn, toOrder } = await createBatchWorld({ callSeconds: 0.2 });
    standIn.faults.next('StartExecution', serverError, { kind: 'hang' });
    expect(await target.start(toOrder(), inline)).toMatchObject({ kind: 'unknown' });
    expect(await target.start(toOrder(), inline)).toMatchObject({ kind: 'unknown' });
  });

  it('sends the same bytes each time', async () => {
    const { target, standIn, toOrder } = await createBatchWorld({
      retry: { attempts: 9, intervalSeconds: 60, jitter: 'full' },
      definition: waits,
    });
    for (let times = 0; times < 3; times++) await target.start(toOrder(), inline);
    const requests = standIn.calls.map(({ request }) => JSON.stringify(request));
    expect(requests).toHaveLength(3);
    expect(new Set(requests).size).toBe(1);
    const [{ request } = { request: {} }] = standIn.calls;
    const { waits: drawn } = JSON.parse(String((request as { input?: unknown }).input));
    expect(drawn).toHaveLength(8);
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  it('is refused when an execution of that name was given something else', async () => {
    const { target, toOrder } = await createBatchWorld({ definition: waits });
    await target.start(toOrder(), inline);
    expect(await target.start(toOrder(), { tier: 'inline', text: '{"id":"event-2"}' })).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected' },
    });
  });

  it('is refused for the work of another target', async () => {
    const { target, toOrder } = await createBatchWorld();
    const work = { target: 'none', reason: 'no command' } as const;
    expect(await target.start({ ...toOrder(), work }, inline)).toMatchObject({ kind: 'refused' });
  });
});

describe('the stop of a batch job', () => {
  it('ends the execution and the job that it waits for', async () => {
    const world = await createBatchWorld({ definition: waits });
    const handle = await startAndRun(world);
    expect(await world.target.stop(handle)).toEqual({ kind: 'asked' });
    expect(world.batch.jobs()).toMatchObject([{ status: 'FAILED' }]);
    expect(await describeOne(world)).toMatchObject({ state: 'ended', failure: { class: 'stopped' } });
  });

  it('ends a job that Step Functions left alive', async () => {
    const world = await createBatchWorld({ definition: waits });
    const handle = await startOrphan(world);
    expect(world.batch.jobs()).toMatchObject([{ status: 'RUNNING' }]);
    expect(await world.target.stop(handle)).toEqual({ kind: 'asked' });
    expect(world.batch.jobs()).toMatchObject([
      { status: 'FAILED', isTerminated: true, statusReason: `Signalbox asked for the end of ${runId}-1-1` },
    ]);
  });

  it('leaves the jobs alone while it is not known that the execution ends', async () => {
    const world = await createBatchWorld({ definition: waits });
    const handle = await startAndRun(world);
    world.standIn.faults.next('StopExecution', serverError);
    expect(await world.target.stop(handle)).toMatchObject({ kind: 'unknown' });
    expect(world.batch.jobs()).toMatchObject([{ status: 'RUNNING' }]);
  });

  it.each(['ListJobs', 'DescribeJobs', 'TerminateJob'])(
    'is to be asked for again when %s fails',
    async (name) => {
      const world = await createBatchWorld({ definition: waits });
      const handle = await startOrphan(world);
      world.standIn.faults.next(name, throttled);
      expect(await world.target.stop(handle)).toMatchObject({ kind: 'unknown' });
      expect(await world.target.stop(handle)).toEqual({ kind: 'asked' });
      expect(world.batch.jobs()).toMatchObject([{ status: 'FAILED' }]);
    },
  );

  it('does not touch the jobs of others', async () => {
    const world = await createBatchWorld({ definition: waits });
    const handle = await startAndRun(world);
    await world.target.start(world.toOrder({ token: `${runId.replace(/^./, 'z')}-1-1` }), inline);
    await until(
      'both run',
      () => world.batch.jobs().filter(({ status }) => status === 'RUNNING').length === 2,
    );
    await world.target.stop(handle);
    expect(world.batch.jobs().map(({ name, status }) => [name.slice(0, 1), status])).toEqual([
      [runId.slice(0, 1), 'FAILED'],
      ['z', 'RUNNING'],
    ]);
  });
});

describe('the description of a batch job', () => {
  it('has its tries besides', async () => {
    const world = await createBatchWorld({
      retry: { attempts: 2 },
      definition: { course: { seconds: 0, exitCode: 3 } },
    });
    const { token } = await start(world);
    await until('it has ended', async () => (await describeOne(world)).state === 'ended');
    const [report, ...tries] = await world.target.describe([{ token, work: world.work }]);
    expect(report).toMatchObject({ state: 'ended', failure: { class: 'exit-code', exitCode: 3 } });
    const [one, two] = world.batch.jobs();
    const toTry = (job: typeof one, number: number) => ({
      token,
      state: 'tried',
      try: {
        number,
        externalId: job?.id,
        createdAt: job?.createdAt,
        startedAt: job?.startedAt,
        endedAt: job?.stoppedAt,
        failure: { class: 'exit-code', reason: 'Essential container in task exited', exitCode: 3 },
        details: {
          exitCode: 3,
          stopReason: 'Essential container in task exited',
          logGroup: '/aws/batch/job',
          logStream: job?.logStreamName,
        },
      },
    });
    expect(tries).toEqual(expect.arrayContaining([toTry(one, 1), toTry(two, 2)]));
    expect(tries).toHaveLength(2);
  });

  it('tells when it began by the clock that it was given, when there is no trace of it', async () => {
    const { target, work } = await createBatchWorld({ now: () => 7_000 });
    const token = `${runId}-1-1`;
    expect(await target.describe([{ token, work }])).toEqual([{ token, state: 'absent', lookedAt: 7_000 }]);
  });

  it('says that it runs while Batch has no room for it', async () => {
    const world = await createBatchWorld();
    world.batch.giveCapacity(false);
    const { token } = await start(world);
    await until('the job waits', () => world.batch.jobs()[0]?.status === 'RUNNABLE');
    const [report, ...tries] = await world.target.describe([{ token, work: world.work }]);
    expect(report).toMatchObject({ token, state: 'running', externalId: arn });
    expect(tries).toEqual([
      {
        token,
        state: 'tried',
        try: {
          number: 1,
          externalId: world.batch.jobs()[0]?.id,
          createdAt: world.batch.jobs()[0]?.createdAt,
        },
      },
    ]);
    world.batch.giveCapacity(true);
    await until('it has ended', async () => (await describeOne(world)).state === 'ended');
  });

  it('says that it runs while a job outlives the execution, and ends that job', async () => {
    const world = await createBatchWorld({ definition: waits });
    await startOrphan(world);
    expect(await describeOne(world)).toMatchObject({ state: 'running', externalId: arn });
    expect(world.batch.jobs()).toMatchObject([{ status: 'FAILED', isTerminated: true }]);
    expect(await describeOne(world)).toMatchObject({ state: 'ended', failure: { class: 'stopped' } });
  });

  it('does not call it ended while the jobs of a stopped execution cannot be seen', async () => {
    const world = await createBatchWorld({ definition: waits });
    await startOrphan(world);
    world.standIn.faults.next('ListJobs', throttled);
    await expect(describeOne(world)).rejects.toThrow('Rate exceeded');
  });

  it('ends the second job of a submission that acted twice, once the other has succeeded', async () => {
    let submitted = 0;
    const world = await createBatchWorld({
      definition: { course: () => (submitted++ === 0 ? waits.course : { seconds: 0, exitCode: 0 }) },
    });
    world.batch.spoil('submitJob', { kind: 'acts twice' });
    await start(world);
    await until('it has succeeded', () => world.steps.executions()[0]?.status === 'SUCCEEDED');
    expect(world.batch.jobs()).toMatchObject([{ status: 'RUNNING' }, { status: 'SUCCEEDED' }]);
    expect(await describeOne(world)).toMatchObject({ state: 'ended' });
    expect(world.batch.jobs()).toMatchObject([
      { status: 'FAILED', isTerminated: true },
      { status: 'SUCCEEDED' },
    ]);
  });

  it('ends the older job of a submission that acted twice while both run', async () => {
    const world = await createBatchWorld({ definition: waits });
    world.batch.spoil('submitJob', { kind: 'acts twice' });
    const handle = await startAndRun(world);
    await until(
      'both run',
      () => world.batch.jobs().filter(({ status }) => status === 'RUNNING').length === 2,
    );
    expect(await world.target.describe([handle])).toMatchObject([{ state: 'running' }, {}, {}]);
    expect(world.batch.jobs()).toMatchObject([
      { status: 'FAILED', isTerminated: true },
      { status: 'RUNNING' },
    ]);
    expect(world.steps.executions()[0]?.status).toBe('RUNNING');
  });

  it('does without the tries of what runs when they cannot be seen', async () => {
    const world = await createBatchWorld({ definition: waits });
    const handle = await startAndRun(world);
    world.standIn.faults.next('ListJobs', throttled);
    expect(await world.target.describe([handle])).toMatchObject([{ state: 'running' }]);
  });

  it('of many stops listing jobs after half a minute, and tells of what runs without them', async () => {
    let now = Date.now();
    const world = await createBatchWorld({ definition: waits, now: () => now });
    const handle = await startAndRun(world);
    const before = world.standIn.countOf('ListJobs');
    world.standIn.faults.choose((operation) => {
      // Each takes ten seconds of the target's clock.
      if (operation === 'ListJobs') now += 10_000;
      return undefined;
    });
    const handles = Array.from({ length: 30 }, () => handle);
    const reports = await world.target.describe(handles);
    expect(reports.filter(({ state }) => state === 'running')).toHaveLength(30);
    expect(world.standIn.countOf('ListJobs') - before).toBe(10);
  });

  it('of many leaves out those that failed when there is no time to see whether a job lives', async () => {
    let now = Date.now();
    const world = await createBatchWorld({
      now: () => now,
      definition: { course: { seconds: 0, exitCode: 1 } },
    });
    const { token } = await start(world);
    await until('it has ended', () => world.steps.executions()[0]?.status === 'FAILED');
    world.standIn.faults.choose((operation) => {
      if (operation === 'ListJobs') now += 10_000;
      return undefined;
    });
    const handles = Array.from({ length: 30 }, () => ({ token, work: world.work }));
    const reports = await world.target.describe(handles);
    expect(reports.filter(({ state }) => state === 'ended')).toHaveLength(10);
    expect(reports.filter(({ state }) => state === 'tried')).toHaveLength(10);
  });

  it('finds more jobs than there are in one page', async () => {
    const world = await createBatchWorld({
      retry: { attempts: 100, retryOn: ['exit-code', 'interrupted'] },
      definition: {
        course: ({ name }) =>
          name.split('-').length < 3 && name.length % 2 === 0
            ? { seconds: 0, statusReason: 'Host EC2 (instance i-1) terminated.' }
            : { seconds: 0, exitCode: 3 },
      },
    });
    const { token } = await start(world);
    await until('it has ended', () => world.steps.executions()[0]?.status === 'FAILED', 25_000);
    const [, ...tries] = await world.target.describe([{ token, work: world.work }]);
    expect(world.batch.jobs().length).toBeGreaterThan(100);
    expect(tries).toHaveLength(world.batch.jobs().length);
  }, 30_000);

  it('tells apart what people started under names that are alike', async () => {
    const world = await createBatchWorld({ definition: waits });
    const { StartExecutionCommand } = await import('@aws-sdk/client-sfn');
    const client = await world.standIn.clients.sfn();
    for (const name of ['test', 'test-1']) {
      const input = '{"event":{}}';
      await client.send(new StartExecutionCommand({ stateMachineArn: world.work.stateMachine, name, input }));
    }
    const { batch, target } = world;
    await until('both run', () => batch.jobs().filter(({ status }) => status === 'RUNNING').length === 2);
    const handle = { token: `${runId}-1-1`, externalId: toExecutionArn('report', 'test'), work: world.work };
    const job = batch.jobs().find(({ name }) => name === 'test-1');
    const [report, ...tries] = await target.describe([handle]);
    expect(report).toMatchObject({ state: 'running', externalId: handle.externalId });
    expect(tries).toMatchObject([{ state: 'tried', try: { number: 1, externalId: job?.id } }]);
    expect(await target.stop(handle)).toEqual({ kind: 'asked' });
    expect(new Map(batch.jobs().map(({ name, status }) => [name, status]))).toEqual(
      new Map([
        ['test-1', 'FAILED'],
        ['test-1-1', 'RUNNING'],
      ]),
    );
  });
});

async function start({ target, toOrder, work }: World) {
  const order = toOrder();
  expect(await target.start(order, inline)).toMatchObject({ kind: 'started', externalId: arn });
  return { token: order.token, work };
}

async function startAndRun(world: World) {
  const handle = await start(world);
  await until('the job runs', () => world.batch.jobs()[0]?.status === 'RUNNING');
  return handle;
}

/** An execution that has ended, and a job of it that has not: Step Functions cancels on best effort. */
async function startOrphan(world: World) {
  world.batch.leaveJobsOnStop();
  const handle = await startAndRun(world);
  const { StopExecutionCommand } = await import('@aws-sdk/client-sfn');
  const client = await world.standIn.clients.sfn();
  await client.send(new StopExecutionCommand({ executionArn: arn }));
  return handle;
}

async function describeOne({ target, work }: World): Promise<Report> {
  const [report] = await target.describe([{ token: `${runId}-1-1`, work }]);
  if (report === undefined) throw new Error('no report');
  return report;
}
