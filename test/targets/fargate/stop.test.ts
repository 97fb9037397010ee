import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { toHandle, untilEnded, untilRunning } from '../../contract/target.ts';
import { type Fault, serverError, throttled } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { runId } from '../../support/draft.ts';
import { makeFolder } from '../../support/folder.ts';
import { createFargate, inline, token, toWork } from './fargate-world.ts';

const gone = 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0123456789abcdef0123456789abcdef';

describe('stopping a task', () => {
  it('sends SIGTERM, and says why in ECS and in the run', async () => {
    const { target, toOrder } = await createFargate();
    const order = toOrder('waits');
    const handle = toHandle(order, await target.start(order, inline));
    await untilRunning(target, handle);
    await target.stop(handle);
    expect((await untilEnded(target, handle)).failure).toEqual({
      class: 'stopped',
      reason: `Stopped by Signalbox for run ${runId}`,
      exitCode: 143,
      signal: 'SIGTERM',
    });
  });

  it('sends SIGKILL to what goes on after its stopTimeout', async () => {
    const deaf = join(makeFolder(), 'deaf');
    const { target, toOrder } = await createFargate({
      definitions: [
        {
          family: 'deaf',
          revision: 1,
          containers: [
            {
              name: 'job',
              command: ['sh', '-c', 'trap "" TERM; : > "$0"; while :; do sleep 0.1; done', deaf],
              stopTimeoutSeconds: 0.3,
            },
          ],
        },
      ],
    });
    const order = toOrder('deaf');
    const handle = toHandle(order, await target.start(order, inline));
    await untilRunning(target, handle);
    await vi.waitUntil(() => existsSync(deaf), { timeout: 10_000 });
    await target.stop(handle);
    expect((await untilEnded(target, handle)).failure).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
  });

  it('stops what has not begun yet', async () => {
    const { target, ecs, toOrder } = await createFargate({ stepMs: 50 });
    const order = toOrder('waits');
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.stop(handle)).toEqual({ kind: 'asked' });
    const report = await untilEnded(target, handle);
    expect(report).toMatchObject({ failure: { class: 'stopped' } });
    expect(report).not.toHaveProperty('startedAt');
    expect(ecs.begun(token)).toBe(0);
  });

  it('by its token alone stops every task that has it', async () => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    standIn.faults.next('RunTask', { kind: 'act twice' });
    const order = toOrder('waits');
    await target.start(order, inline);
    expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    expect(ecs.tasks.map((task) => task.desiredStatus())).toEqual(['STOPPED', 'STOPPED']);
  });

  it('of several tasks is not over while one of them is still being asked, though another was refused', async () => {
    const { target, standIn, toOrder } = await createFargate({}, { callSeconds: 0.5 });
    standIn.faults.next('RunTask', { kind: 'act twice' });
    const order = toOrder('waits');
    await target.start(order, inline);
    standIn.faults.next('StopTask', throttled, { kind: 'hang' });
    const askedAt = performance.now();
    expect((await target.stop({ token, work: order.work })).kind).toBe('unknown');
    expect(performance.now() - askedAt).toBeGreaterThan(400);
    expect(standIn.countOf('StopTask')).toBe(2);
  });

  it("leaves the run's other starts alone", async () => {
    const { target, ecs, toOrder } = await createFargate();
    const order = toOrder('waits');
    await target.start(order, inline);
    await target.start(toOrder('waits', { token: `${runId}-2-1` }), inline);
    await target.stop({ token, work: order.work });
    expect(ecs.tasks.map((task) => task.desiredStatus())).toEqual(['STOPPED', 'RUNNING']);
  });

  it('asks nothing of a task that has stopped already', async () => {
    const { target, standIn, toOrder } = await createFargate();
    const order = toOrder('instant');
    await untilEnded(target, toHandle(order, await target.start(order, inline)));
    expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    expect(standIn.countOf('StopTask')).toBe(0);
  });

  it('is done for a task that ECS has forgotten', async () => {
    const { target } = await createFargate();
    expect(await target.stop({ token, externalId: gone, work: toWork('waits') })).toEqual({ kind: 'asked' });
  });

  it('is not known to be done for a task that is not to be seen yet', async () => {
    const { target, ecs, toOrder } = await createFargate();
    ecs.hideNew(1);
    const order = toOrder('waits');
    await target.start(order, inline);
    const handle = { token, work: order.work };
    expect(await target.stop(handle)).toEqual({ kind: 'unknown', reason: 'ECS has no trace of it' });
    let answer = await target.stop(handle);
    while (answer.kind === 'unknown') answer = await target.stop(handle);
    expect(answer).toEqual({ kind: 'asked' });
  });

  it.each<[string, Fault]>([
    ['throttling', throttled],
    ['a 5xx', serverError],
    ['denied access', { kind: 'refuse', error: new ServiceError('AccessDeniedException', 'no') }],
    ['another bad parameter', { kind: 'refuse', error: new ServiceError('InvalidParameterException', 'no') }],
    ['silence', { kind: 'hang' }],
    ['a lost answer', { kind: 'drop answer' }],
  ])('is not known to be done after %s, and is asked again', async (_name, fault) => {
    const { target, standIn, toOrder } = await createFargate({}, { callSeconds: 0.2 });
    const order = toOrder('waits');
    const handle = toHandle(order, await target.start(order, inline));
    await untilRunning(target, handle);
    standIn.faults.next('StopTask', fault);
    expect((await target.stop(handle)).kind).toBe('unknown');
    expect(await target.stop(handle)).toEqual({ kind: 'asked' });
    await untilEnded(target, handle);
  });
});
