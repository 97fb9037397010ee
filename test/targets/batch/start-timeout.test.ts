import { describe, expect, it } from 'vitest';
import type { FoundJob } from '../../../shared/targets/batch/jobs.ts';
import { toUnwanted } from '../../../shared/targets/batch/unwanted.ts';
import { serverError } from '../../stand-in/faults.ts';
import { toExecutionArn } from '../../stand-in/step-functions.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createBatchWorld, jobQueue, retry } from './world.ts';

const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;
const token = `${runId}-1-1`;
/** As the worlds here have it. */
const startTimeoutSeconds = 600;

describe('a job that its queue has no room for', () => {
  it('is left alone until its startTimeout is over', async () => {
    const { world, pass, look } = await startWithoutRoom();
    pass(startTimeoutSeconds - 10);
    await look();
    expect(world.batch.jobs()).toMatchObject([{ status: 'RUNNABLE' }]);
    expect(world.standIn.countOf('CancelJob')).toBe(0);
  });

  it('is ended by a look after that, and its execution fails for want of room', async () => {
    const { world, pass, look } = await startWithoutRoom({ attempts: 3 });
    pass(startTimeoutSeconds + 1);
    expect(await look()).toMatchObject([{ state: 'running' }, { state: 'tried' }]);
    const reason = 'Signalbox ended it: it did not run within its startTimeout of 600 s';
    expect(world.batch.jobs()).toMatchObject([{ status: 'FAILED', statusReason: reason }]);
    await until('the execution has ended', () => world.steps.executions()[0]?.status === 'FAILED');
    const [report, ...tries] = await look();
    // What a queue's own time limit leads to: for good, as the other attempts would find no room either.
    expect(report).toMatchObject({
      state: 'ended',
      failure: { class: 'stopped', reason },
      details: { stopCode: 'Signalbox.no-capacity' },
    });
    expect(tries).toMatchObject([
      { try: { number: 1, failure: { class: 'no-capacity', reason }, details: { stopReason: reason } } },
    ]);
  });

  it('fails with what Batch says of its waiting', async () => {
    const { world, pass, look } = await startWithoutRoom();
    Object.assign(world.batch.jobs()[0] ?? {}, {
      statusReason: 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - no instance is large enough',
    });
    pass(startTimeoutSeconds + 1);
    await look();
    await until('the execution has ended', () => world.steps.executions()[0]?.status === 'FAILED');
    expect(await look()).toMatchObject([
      {
        state: 'ended',
        failure: {
          class: 'rejected',
          reason: expect.stringMatching(
            /^MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT .*; .* startTimeout of 600 s$/,
          ),
        },
      },
      {},
    ]);
  });

  it('is ended by the next look when Batch did not take it from the first, and once', async () => {
    const { world, pass, look } = await startWithoutRoom();
    pass(startTimeoutSeconds + 1);
    world.standIn.faults.next('CancelJob', serverError);
    expect(await look()).toMatchObject([{ state: 'running' }, { state: 'tried' }]);
    expect(world.batch.jobs()).toMatchObject([{ status: 'RUNNABLE' }]);
    await look();
    expect(world.batch.jobs()).toMatchObject([{ status: 'FAILED' }]);
    await look();
    expect(world.standIn.countOf('CancelJob')).toBe(2);
  });

  it('is never ended when it runs, however long it waited before', async () => {
    const { world, pass, look } = await startWithoutRoom();
    pass(startTimeoutSeconds - 10);
    world.batch.giveCapacity(true);
    await until('it runs', () => world.batch.jobs()[0]?.status === 'RUNNING');
    pass(startTimeoutSeconds);
    await look();
    expect(world.batch.jobs()).toMatchObject([{ status: 'RUNNING' }]);
  });
});

describe('what of the jobs of an execution must not go on', () => {
  const now = 1_795_168_800_000;
  const work = {
    target: 'batch',
    stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:report',
    jobQueue,
    retry,
    tryTimeoutSeconds: 60,
    tryStartTimeoutSeconds: startTimeoutSeconds,
  } as const;

  it.each([
    ['has waited no longer than its time', { createdAt: now - 600_000 }, false],
    ['has waited for longer', { createdAt: now - 600_001 }, true],
    ['is placed already', { createdAt: now - 600_001, isWaiting: false }, false],
    ['has ended', { createdAt: now - 600_001, hasEnded: true }, false],
    ['was submitted nobody knows when', { createdAt: 0 }, false],
    ['was submitted by a clock that is ahead', { createdAt: now + 60_000 }, false],
  ])('a job that %s', (_what, change, isUnwanted) => {
    expect(toUnwanted([toJob(change)], work, now)).toHaveLength(isUnwanted ? 1 : 0);
  });

  it('is each job once, also one that has waited too long and has a double', () => {
    const older = toJob({ id: 'older', createdAt: now - 700_000 });
    const newer = toJob({ id: 'newer', createdAt: now - 650_000 });
    expect(toUnwanted([newer, older], work, now)).toEqual([
      {
        id: 'newer',
        reason: 'Signalbox ended it: it did not run within its startTimeout of 600 s',
        isWaiting: true,
      },
      {
        id: 'older',
        reason: 'Signalbox ended it: another job was submitted for the same attempt',
        isWaiting: false,
      },
    ]);
  });

  it('is told with at most the 1,024 characters that Batch takes', () => {
    const job = toJob({ createdAt: now - 700_000, statusReason: 'x'.repeat(2_000) });
    expect(toUnwanted([job], work, now)[0]?.reason).toMatch(/^x{500}; Signalbox .{1,100}$/);
  });

  function toJob(change: Partial<FoundJob>): FoundJob {
    return {
      id: 'job-1',
      name: `${runId}-1`,
      hasEnded: false,
      isWaiting: true,
      statusReason: '',
      createdAt: now,
      tried: { number: 1, externalId: 'job-1' },
      ...change,
    };
  }
});

async function startWithoutRoom(change: { readonly attempts?: number } = {}) {
  let passedMs = 0;
  const world = await createBatchWorld({
    retry: change,
    now: () => Date.now() + passedMs,
    definition: { course: { seconds: Number.POSITIVE_INFINITY } },
  });
  world.batch.giveCapacity(false);
  await world.target.start(world.toOrder(), inline);
  await until('its job waits', () => world.batch.jobs()[0]?.status === 'RUNNABLE');
  const handle = { token, externalId: toExecutionArn('report', runId), work: world.work };
  return {
    world,
    /** By the target's clock. */
    pass(seconds: number) {
      passedMs += seconds * 1000;
    },
    look: () => world.target.describe([handle]),
  };
}
