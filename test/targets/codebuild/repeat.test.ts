import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createCodeBuildTarget } from '../../../shared/targets/codebuild/codebuild.ts';
import { throttled } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { until } from '../../support/until.ts';
import { createWorld, inline, token, type World } from './world.ts';

const repeat = { isRepeat: true };

/** The build that is there after an answer was lost. */
async function startAndLoseAnswer({ target, standIn, codeBuild, toOrder }: World) {
  const order = toOrder();
  standIn.faults.next('StartBuild', { kind: 'drop answer' });
  expect(await target.start(order, inline)).toMatchObject({ kind: 'unknown' });
  return { order, arn: codeBuild.builds()[0]?.arn ?? 'none' };
}

describe('a start that is repeated after its answer was lost', () => {
  it('gives the build that was started, without asking for one', async () => {
    const world = await createWorld();
    const { order, arn } = await startAndLoseAnswer(world);
    expect(await world.target.start(order, inline, repeat)).toMatchObject({
      kind: 'started',
      externalId: arn,
    });
    expect(world.codeBuild.begun(token)).toBe(1);
    expect(world.standIn.countOf('StartBuild')).toBe(1);
  });

  it('finds it an hour later, when CodeBuild has forgotten the token', async () => {
    const world = await createWorld();
    const { order, arn } = await startAndLoseAnswer(world);
    world.standIn.core.pass(3600);
    expect(await world.target.start(order, inline, repeat)).toMatchObject({
      kind: 'started',
      externalId: arn,
    });
    expect(world.codeBuild.begun(token)).toBe(1);
  });

  it('finds it although nobody knew that it was asked for: the router died right after', async () => {
    const world = await createWorld();
    const { order, arn } = await startAndLoseAnswer(world);
    world.standIn.core.pass(241);
    world.codeBuild.lapseTokens();
    expect(await world.target.start(order, inline)).toMatchObject({ kind: 'started', externalId: arn });
    expect(world.codeBuild.begun(token)).toBe(1);
  });

  it('gives it when it has ended meanwhile', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder({}, 'succeeds');
    standIn.faults.next('StartBuild', { kind: 'drop answer' });
    await target.start(order, inline);
    await until('it has ended', () => codeBuild.builds()[0]?.status === 'SUCCEEDED');
    const arn = codeBuild.builds()[0]?.arn;
    expect(await target.start(order, inline, repeat)).toEqual({ kind: 'started', externalId: arn });
    expect(codeBuild.begun(token)).toBe(1);
  });

  it('is saved by the token while the build does not show in lists yet', async () => {
    const world = await createWorld({ listedAfterMs: 120_000 });
    const { order, arn } = await startAndLoseAnswer(world);
    expect(await world.target.start(order, inline, repeat)).toMatchObject({
      kind: 'started',
      externalId: arn,
    });
    expect(world.codeBuild.begun(token)).toBe(1);
    const sent = world.standIn.calls.filter(({ operation }) => operation === 'StartBuild');
    expect(JSON.stringify(sent[1]?.request)).toBe(JSON.stringify(sent[0]?.request));
  });

  it('starts one build when it turns out that none was', async () => {
    const { target, impatient, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    standIn.faults.next('StartBuild', { kind: 'hang' });
    expect(await impatient.start(order, inline)).toMatchObject({ kind: 'unknown' });
    expect(await target.start(order, inline, repeat)).toEqual({
      kind: 'started',
      externalId: codeBuild.builds()[0]?.arn,
    });
    expect(codeBuild.begun(token)).toBe(1);
  });

  it('starts one build when the first call is acted on late', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    standIn.faults.next('StartBuild', { kind: 'act late', afterMs: 100 });
    expect(await target.start(order, inline)).toMatchObject({ kind: 'unknown' });
    const answer = await target.start(order, inline, repeat);
    // The late one finds the token in use; a call that comes after it proves that it was there.
    await sleep(200);
    expect(await target.start(order, inline, repeat)).toMatchObject(answer);
    expect(codeBuild.begun(token)).toBe(1);
  });

  it('starts one build when twenty repeat it at once, after the token was forgotten', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    standIn.core.pass(3600);
    const answers = await Promise.all(Array.from({ length: 20 }, () => target.start(order, inline, repeat)));
    expect(new Set(answers.map((answer) => answer.kind === 'started' && answer.externalId))).toEqual(
      new Set([codeBuild.builds()[0]?.arn]),
    );
    expect(codeBuild.begun(token)).toBe(1);
  });

  it('gives the oldest of two, so that all who look agree', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    standIn.faults.next('StartBuild', { kind: 'act twice' });
    await target.start(order, inline);
    expect(codeBuild.begun(token)).toBe(2);
    expect(await target.start(order, inline, repeat)).toMatchObject({
      kind: 'started',
      externalId: codeBuild.builds()[0]?.arn,
    });
    expect(codeBuild.begun(token)).toBe(2);
  });
});

describe('the look before a repeated start', () => {
  it('goes back page by page, whatever else was started since, without asking for an order', async () => {
    const course = { kind: 'course', seconds: 3600, exitCode: 0 } as const;
    const world = await createWorld({ projects: [{ name: 'waits', work: course }] });
    const { order, arn } = await startAndLoseAnswer(world);
    for (let count = 0; count < 250; count++) world.codeBuild.startByHand('waits');
    world.codeBuild.lapseTokens();
    expect(await world.target.start(order, inline, repeat)).toMatchObject({
      kind: 'started',
      externalId: arn,
    });
    expect(world.standIn.countOf('ListBuildsForProject')).toBe(3);
    expect(world.standIn.countOf('BatchGetBuilds')).toBe(3);
    expect(world.codeBuild.begun(token)).toBe(1);
  });

  it('goes no further than ten minutes before the order', async () => {
    const course = { kind: 'course', seconds: 0, exitCode: 0 } as const;
    const world = await createWorld({ projects: [{ name: 'often', work: course }], pageSize: 10 });
    const { target, standIn, codeBuild, toOrder } = world;
    for (let count = 0; count < 50; count++) codeBuild.startByHand('often');
    standIn.core.pass(601);
    for (let count = 0; count < 15; count++) codeBuild.startByHand('often');
    expect(await target.start(toOrder({}, 'often'), inline, repeat)).toMatchObject({ kind: 'started' });
    expect(standIn.countOf('ListBuildsForProject')).toBe(2);
  });

  it('is not followed by a call when it took longer than the start has time', async () => {
    const { standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    const { askedAt } = order;
    const now = () => askedAt + (standIn.countOf('ListBuildsForProject') > 0 ? 45_000 : 0);
    const target = createCodeBuildTarget(standIn.clients, { now });
    expect(await target.start(order, inline, { isRepeat: true, by: askedAt + 20_000 })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('held up too long'),
    });
    expect(standIn.countOf('ListBuildsForProject')).toBe(1);
    expect(standIn.countOf('StartBuild')).toBe(0);
    expect(codeBuild.begun(token)).toBe(0);
  });

  it('gives what an earlier call has started, however late it is', async () => {
    const world = await createWorld();
    const { order, arn } = await startAndLoseAnswer(world);
    const late = { ...repeat, by: order.askedAt - 1 };
    expect(await world.target.start(order, inline, late)).toMatchObject({ kind: 'started', externalId: arn });
  });

  it('is not made for a first start', async () => {
    const { target, standIn, toOrder } = await createWorld();
    await target.start(toOrder(), inline);
    expect(standIn.calls.map(({ operation }) => operation)).toEqual(['StartBuild']);
  });

  it.each([
    ['ListBuildsForProject', throttled],
    ['ListBuildsForProject', { kind: 'hang' }],
    ['ListBuildsForProject', { kind: 'drop answer' }],
    [
      'ListBuildsForProject',
      { kind: 'refuse', error: new ServiceError('AccessDeniedException', 'not authorized') },
    ],
    ['BatchGetBuilds', throttled],
    ['BatchGetBuilds', { kind: 'hang' }],
  ] as const)('starts nothing when it fails: %s, %o', async (operation, fault) => {
    const world = await createWorld();
    const { order } = await startAndLoseAnswer(world);
    world.standIn.faults.next(operation, fault);
    const target = fault.kind === 'hang' ? world.impatient : world.target;
    expect(await target.start(order, inline, repeat)).toMatchObject({ kind: 'unknown' });
    expect(world.standIn.countOf('StartBuild')).toBe(1);
  });
});

describe('a token that was used with other parameters', () => {
  it('gives the build that was started with it', async () => {
    const { target, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    await target.start(order, inline);
    expect(await target.start({ ...order, job: 'renamed' }, inline)).toMatchObject({
      kind: 'started',
      externalId: codeBuild.builds()[0]?.arn,
    });
    expect(codeBuild.begun(token)).toBe(1);
  });

  it('is not known while that build can’t be looked for', async () => {
    const { target, standIn, toOrder } = await createWorld();
    const order = toOrder();
    await target.start(order, inline);
    standIn.faults.next('ListBuildsForProject', throttled);
    expect(await target.start({ ...order, job: 'renamed' }, inline)).toMatchObject({ kind: 'unknown' });
  });

  it('is refused when there is no trace of that build', async () => {
    const { target, codeBuild, toOrder } = await createWorld({ listedAfterMs: 60_000 });
    const order = toOrder();
    await target.start(order, inline);
    expect(await target.start({ ...order, job: 'renamed' }, inline)).toEqual({
      kind: 'refused',
      cause: {
        class: 'rejected',
        reason:
          'InvalidInputException: Parameter mismatch: the idempotencyToken was used with other parameters',
      },
    });
    expect(codeBuild.begun(token)).toBe(1);
  });
});
