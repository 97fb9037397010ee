import { describe, expect, it } from 'vitest';
import { toHandle } from '../../contract/target.ts';
import { serverError, throttled } from '../../stand-in/faults.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createWorld, inline, projects, toBreaking, token, toWork } from './world.ts';

describe('stopping a build', () => {
  it('takes one call when its name is known', async () => {
    const { target, standIn, toOrder } = await createWorld();
    const order = toOrder();
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.stop(handle)).toEqual({ kind: 'asked' });
    expect(standIn.calls.map(({ operation }) => operation)).toEqual(['StartBuild', 'StopBuild']);
  });

  it('ends one that waits in the queue before it ran', async () => {
    const { target, toOrder } = await createWorld({ concurrency: 0, mostQueued: 5 });
    const order = toOrder();
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.describe([handle])).toMatchObject([{ state: 'pending' }]);
    await target.stop(handle);
    const [report] = await target.describe([handle]);
    expect(report).toMatchObject({
      state: 'ended',
      failure: { class: 'stopped', reason: 'the build was stopped in QUEUED' },
    });
    expect(report).not.toHaveProperty('startedAt');
  });

  it.each(['answered', 'refused'] as const)(
    'is asked for when it has ended, %s by CodeBuild',
    async (stopOfEnded) => {
      const { target, codeBuild, toOrder } = await createWorld({ stopOfEnded });
      const order = toOrder({}, 'succeeds');
      const handle = toHandle(order, await target.start(order, inline));
      await until('it has ended', () => codeBuild.builds()[0]?.endedAt !== undefined);
      expect(await target.stop(handle)).toEqual({ kind: 'asked' });
      expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    },
  );

  it('by the token alone ends all that carry it', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    standIn.faults.next('StartBuild', { kind: 'act twice' });
    await target.start(order, inline);
    expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    await until('both have ended', () => codeBuild.builds().every(({ status }) => status === 'STOPPED'));
    expect(codeBuild.builds()).toHaveLength(2);
  });

  it.each([
    ['StopBuild', throttled],
    ['StopBuild', serverError],
    ['StopBuild', { kind: 'hang' }],
    ['StopBuild', { kind: 'drop answer' }],
  ] as const)('is not known when %s fails with %o', async (operation, fault) => {
    const { target, impatient, standIn, toOrder } = await createWorld();
    const order = toOrder();
    const handle = toHandle(order, await target.start(order, inline));
    standIn.faults.next(operation, fault);
    const hasty = fault.kind === 'hang' ? impatient : target;
    expect(await hasty.stop(handle)).toMatchObject({ kind: 'unknown' });
    expect(await target.stop(handle)).toEqual({ kind: 'asked' });
  });

  it('is not known when the look for its name fails, or finds nothing, or its name is nobody’s', async () => {
    const { target, standIn } = await createWorld();
    const work = toWork('waits');
    standIn.faults.next('ListBuildsForProject', throttled);
    expect(await target.stop({ token, work })).toEqual({
      kind: 'unknown',
      reason: 'ThrottlingException: Rate exceeded',
    });
    expect(await target.stop({ token, work })).toEqual({
      kind: 'unknown',
      reason: 'no build of waits carries its token',
    });
    const externalId =
      'arn:aws:codebuild:eu-west-1:123456789012:build/waits:5f0c6a1e-0000-4000-8000-000000000000';
    expect(await target.stop({ token, externalId, work })).toMatchObject({ kind: 'unknown' });
    expect(await target.stop({ token, work: toWork('gone') })).toMatchObject({ kind: 'unknown' });
  });
});

describe('describing builds', () => {
  it('asks for a hundred by name at once', async () => {
    const course = { kind: 'course', seconds: 3600, exitCode: 0 } as const;
    const { target, standIn, codeBuild } = await createWorld({ projects: [{ name: 'long', work: course }] });
    const handles = Array.from({ length: 150 }, (_, number) => ({
      token: `${runId}-${number + 1}-1`,
      externalId: codeBuild.startByHand('long'),
      work: toWork('long'),
    }));
    const reports = await target.describe(handles);
    expect(reports.map(({ token, externalId }) => ({ token, externalId, work: toWork('long') }))).toEqual(
      handles,
    );
    expect(standIn.calls.map(({ operation }) => operation)).toEqual(['BatchGetBuilds', 'BatchGetBuilds']);
  });

  it('looks once through a project for all tokens whose builds have no name yet', async () => {
    const { target, standIn, toOrder } = await createWorld();
    const orders = [1, 2, 3].map((number) => toOrder({ token: `${runId}-${number}-1` }));
    for (const order of orders) await target.start(order, inline);
    const reports = await target.describe(orders.map(({ token, work }) => ({ token, work })));
    expect(reports.map(({ token }) => token)).toEqual([`${runId}-1-1`, `${runId}-2-1`, `${runId}-3-1`]);
    expect(reports.every(({ state }) => state === 'pending' || state === 'running')).toBe(true);
    expect(standIn.countOf('ListBuildsForProject')).toBe(1);
  });

  it('says when the look that found nothing began', async () => {
    const { target, standIn } = await createWorld();
    const before = standIn.core.now();
    const [report] = await target.describe([{ token, work: toWork('gone') }]);
    expect(report).toMatchObject({ token, state: 'absent' });
    expect(report?.state === 'absent' && report.lookedAt).toBeGreaterThanOrEqual(before);
  });

  it.each(['BatchGetBuilds', 'ListBuildsForProject'])(
    'fails when %s fails: that says nothing',
    async (operation) => {
      const { target, impatient, standIn, codeBuild } = await createWorld();
      const externalId = codeBuild.startByHand('waits');
      const handle = { token, work: toWork('waits') };
      for (const fault of [throttled, serverError, { kind: 'hang' } as const]) {
        standIn.faults.next(operation, fault);
        const hasty = fault.kind === 'hang' ? impatient : target;
        await expect(hasty.describe([handle, { ...handle, externalId }])).rejects.toThrow();
      }
    },
  );

  it('sees one pass from the queue through its container to its end', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld({ concurrency: 0, mostQueued: 5 });
    const order = toOrder({}, 'fails');
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.describe([handle])).toMatchObject([{ state: 'pending' }]);
    const before = standIn.core.now();
    codeBuild.setConcurrency(1);
    await until('it has ended', () => codeBuild.builds()[0]?.endedAt !== undefined);
    const [report] = await target.describe([handle]);
    expect(report).toMatchObject({
      state: 'ended',
      failure: {
        class: 'exit-code',
        exitCode: 3,
        reason: expect.stringMatching(
          /^the build failed in BUILD: COMMAND_EXECUTION_ERROR: Error while executing command: .* exit status 3$/,
        ),
      },
    });
    expect(report?.state === 'ended' && report.startedAt).toBeGreaterThanOrEqual(before);
  });

  it.each([
    ['its queued timeout', { concurrency: 0, mostQueued: 5 }, 'never-started', 'no-capacity'],
    ['its timeout', {}, 'ended', 'timed-out'],
  ] as const)('reports what CodeBuild ended itself after %s', async (_, options, state, failure) => {
    const { target, standIn, codeBuild, toOrder } = await createWorld(options);
    const order = toOrder({ timeoutSeconds: 600, startTimeoutSeconds: 300 });
    const handle = toHandle(order, await target.start(order, inline));
    if (state === 'ended') {
      await until('it runs', async () => (await target.describe([handle]))[0]?.state === 'running');
    }
    standIn.core.pass(601);
    await until('it has ended', () => codeBuild.builds()[0]?.endedAt !== undefined);
    const [report] = await target.describe([handle]);
    expect(report?.state).toBe(state);
    expect(report).toMatchObject(
      state === 'ended' ? { failure: { class: failure } } : { cause: { class: failure } },
    );
  });

  it('reports an image that can’t be pulled', async () => {
    const broken = toBreaking('broken', {
      phase: 'PROVISIONING',
      status: 'FAILED',
      phaseStatus: 'CLIENT_ERROR',
      context: {
        statusCode: 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
        message: 'Unable to pull customer’s container image. CannotPullContainerError: not found',
      },
    });
    const { target, codeBuild, toOrder } = await createWorld({ projects: [...projects, broken] });
    const order = toOrder({}, 'broken');
    const handle = toHandle(order, await target.start(order, inline));
    await until('it has ended', () => codeBuild.builds()[0]?.endedAt !== undefined);
    expect(await target.describe([handle])).toMatchObject([
      { state: 'ended', failure: { class: 'image-pull', reason: expect.stringContaining('not found') } },
    ]);
  });
});
