import { describe, expect, it } from 'vitest';
import { toHandle, untilEnded, untilRunning } from '../../contract/target.ts';
import { type Fault, serverError, throttled } from '../../stand-in/faults.ts';
import { runId, toRunId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createFargate, inline, token } from './fargate-world.ts';

describe('looking at tasks', () => {
  it('asks for a hundred at a time by their ARNs', async () => {
    const { target, ecs, standIn, toOrder } = await createFargate();
    const orders = Array.from({ length: 101 }, (_, at) =>
      toOrder('instant', { token: `${toRunId(at)}-1-1` }),
    );
    const handles = [];
    for (const order of orders) handles.push(toHandle(order, await target.start(order, inline)));
    const reports = await target.describe(handles);
    expect(reports.map(({ externalId }) => externalId)).toEqual(ecs.tasks.map(({ arn }) => arn));
    expect(standIn.countOf('DescribeTasks')).toBe(2);
  });

  it('looks once for all starts of a run that have no ARN, and apart in each cluster', async () => {
    const { target, standIn, toOrder } = await createFargate({ clusters: ['jobs', 'others'] });
    const others = 'arn:aws:ecs:eu-west-1:123456789012:cluster/others';
    const first = toOrder('waits');
    const second = toOrder('waits', { token: `${runId}-2-1` });
    const elsewhere = toOrder('waits', { token: `${runId}-3-1` }, { cluster: others });
    for (const order of [first, second, elsewhere]) await target.start(order, inline);
    const handles = [first, second, elsewhere].map(({ token: each, work }) => ({ token: each, work }));
    for (const handle of handles) await untilRunning(target, handle);
    const before = standIn.countOf('ListTasks');
    const reports = await target.describe(handles);
    expect(reports.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    expect(standIn.countOf('ListTasks') - before).toBe(4);
  });

  it('reads every page of a long list', async () => {
    const { target, ecs, toOrder } = await createFargate();
    const orders = Array.from({ length: 103 }, (_, at) =>
      toOrder('instant', { token: `${runId}-${at + 1}-1` }),
    );
    for (const order of orders) await target.start(order, inline);
    await until('all have stopped', () => ecs.tasks.every((task) => task.lastStatus() === 'STOPPED'));
    const { work } = toOrder('instant');
    const [report] = await target.describe([{ token: `${runId}-103-1`, work }]);
    expect(report).toMatchObject({ state: 'ended', externalId: ecs.tasks[102]?.arn });
  });

  it('has no trace of a task that is not to be seen yet, and says since when it looked', async () => {
    const { target, ecs, toOrder } = await createFargate({}, { now: () => 7_000 });
    ecs.hideNew(1);
    const order = toOrder('waits');
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.describe([handle])).toEqual([
      { token, externalId: handle.externalId, state: 'absent', lookedAt: 7_000 },
    ]);
    await untilRunning(target, handle);
  });

  it('has no trace of a task an hour after its end', async () => {
    const { target, standIn, toOrder } = await createFargate();
    const order = toOrder('instant');
    const handle = toHandle(order, await target.start(order, inline));
    await untilEnded(target, handle);
    standIn.core.pass(3_601);
    expect(await target.describe([handle, { token, work: order.work }])).toMatchObject([
      { state: 'absent' },
      { state: 'absent' },
    ]);
  });

  it("says where the output of the job's container goes, by its plan", async () => {
    const { target, toOrder, onlyTask } = await createFargate();
    const order = toOrder('instant', {}, { logs: { group: '/jobs', streamPrefix: 'instant' } });
    const handle = toHandle(order, await target.start(order, inline));
    expect((await untilEnded(target, handle)).details).toEqual({
      exitCode: 0,
      stopCode: 'EssentialContainerExited',
      stopReason: 'Essential container in task exited',
      logGroup: '/jobs',
      logStream: `instant/job/${onlyTask().arn.split('/').at(-1)}`,
    });
  });

  it('says that Spot took a task back', async () => {
    const { target, ecs, toOrder, onlyTask } = await createFargate();
    const order = toOrder('waits', {}, { isSpot: true });
    const handle = toHandle(order, await target.start(order, inline));
    await untilRunning(target, handle);
    ecs.interrupt(onlyTask().arn);
    expect((await untilEnded(target, handle)).failure).toEqual({
      class: 'interrupted',
      reason: 'Your Spot Task was interrupted.',
      exitCode: 143,
      signal: 'SIGTERM',
    });
  });

  it.each<[string, Fault]>([
    ['throttling', throttled],
    ['a 5xx', serverError],
    ['silence', { kind: 'hang' }],
    ['a broken connection', { kind: 'drop answer' }],
  ])('fails with %s instead of saying that nothing is there', async (_name, fault) => {
    const { target, standIn, toOrder } = await createFargate({}, { callSeconds: 0.2 });
    const order = toOrder('waits');
    const handle = toHandle(order, await target.start(order, inline));
    standIn.faults.next('DescribeTasks', fault);
    await expect(target.describe([handle])).rejects.toThrow();
    standIn.faults.next('ListTasks', fault);
    await expect(target.describe([{ token, work: order.work }])).rejects.toThrow();
  });
});
