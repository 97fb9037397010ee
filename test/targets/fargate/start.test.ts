import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createFargateTarget } from '../../../shared/targets/fargate/fargate.ts';
import { type Fault, serverError, throttled } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { cluster, createFargate, inline, toFargateOrder, token, toWork } from './fargate-world.ts';

const refuse = (code: string, message: string, status = 400, fields = {}): Fault => ({
  kind: 'refuse',
  error: new ServiceError(code, message, status, fields),
});
const answer = (body: unknown): Fault => ({ kind: 'answer', body });
const again = { isRepeat: true };
const fromFile = {
  tier: 'environment-file',
  payload: { uri: 's3://payloads/one.env', sha256: 'ab12', sizeBytes: 300_000 },
} as const;

describe('the request for a task', () => {
  it('has the container, its variables, the network, and what leads back to the run', async () => {
    const { target, toOrder, callsOf } = await createFargate();
    await target.start(toOrder('instant'), inline);
    expect(callsOf('RunTask')[0]?.request).toEqual({
      cluster,
      taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/instant:1',
      count: 1,
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ['subnet-1', 'subnet-2'],
          securityGroups: ['sg-1'],
          assignPublicIp: 'DISABLED',
        },
      },
      overrides: {
        containerOverrides: [
          {
            name: 'job',
            environment: [
              { name: 'STP_TRIGGER_EVENT_DATA', value: '{"id":"event-1"}' },
              { name: 'STP_CURRENT_ATTEMPT', value: '1' },
              { name: 'STP_MAXIMUM_ATTEMPTS', value: '3' },
              { name: 'STP_RUN_ID', value: runId },
              { name: 'STP_JOB_NAME', value: 'word-index' },
              { name: 'STP_TRIGGER_SOURCE', value: 'manual' },
              { name: 'STP_DEADLINE', value: '2026-11-20T10:02:00.000Z' },
              { name: 'STP_START_TOKEN', value: `${runId}-1-1` },
            ],
          },
        ],
      },
      startedBy: `signalbox-${runId}`,
      clientToken: `${runId}-1-1`,
      tags: [
        { key: 'signalbox:run', value: runId },
        { key: 'signalbox:job', value: 'word-index' },
        { key: 'signalbox:token', value: `${runId}-1-1` },
      ],
    });
  });

  it('has no security groups when there are none, so that the VPC’s own one counts', async () => {
    const { target, toOrder, callsOf } = await createFargate();
    const network = { subnets: ['subnet-1'], securityGroups: [], assignPublicIp: true };
    expect((await target.start(toOrder('instant', {}, { network }), inline)).kind).toBe('started');
    expect(callsOf('RunTask')[0]?.request['networkConfiguration']).toEqual({
      awsvpcConfiguration: { subnets: ['subnet-1'], assignPublicIp: 'ENABLED' },
    });
  });

  it('may name a family alone, whose task is found, stopped and reported like any other', async () => {
    const { target, toOrder, callsOf, events } = await createFargate();
    const order = toOrder('waits', {}, { taskDefinition: 'waits' });
    const started = await target.start(order, inline);
    expect(started.kind).toBe('started');
    expect(callsOf('RunTask')[0]?.request['taskDefinition']).toBe('waits');
    expect(await target.start(order, inline, again)).toMatchObject(started);
    expect(callsOf('RunTask')).toHaveLength(1);
    await until('it is said to run', () => events.some(({ detail }) => detail['lastStatus'] === 'RUNNING'));
    const seen = events.flatMap((event) => target.report(event) ?? []);
    expect(seen).toContainEqual({
      kind: 'report',
      report: expect.objectContaining({ token: order.token, state: 'running' }),
    });
    expect(await target.stop({ token: order.token, work: order.work })).toEqual({ kind: 'asked' });
  });

  it('has a file of the event beside a family alone, without a look at its definition', async () => {
    const { target, toOrder, callsOf } = await createFargate();
    const order = toOrder('instant', {}, { taskDefinition: 'instant' });
    expect((await target.start(order, fromFile)).kind).toBe('started');
    expect(callsOf('DescribeTaskDefinition')).toEqual([]);
  });

  it("has the task's size and roles where the job overrides them", async () => {
    const { target, toOrder, callsOf } = await createFargate();
    const overrides = {
      cpu: 0.5,
      memory: 2048,
      storage: 50,
      taskRoleArn: 'arn:aws:iam::123456789012:role/job',
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
    };
    const started = await target.start(toOrder('instant', {}, { overrides }), inline);
    expect(started.kind).toBe('started');
    expect(callsOf('RunTask')[0]?.request['overrides']).toMatchObject({
      cpu: '512',
      memory: '2048',
      ephemeralStorage: { sizeInGiB: 50 },
      taskRoleArn: 'arn:aws:iam::123456789012:role/job',
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
    });
  });

  it('gives the event to the named container only', async () => {
    const job = { name: 'job', course: { seconds: 0.05, exitCode: 0 } };
    const proxy = { name: 'proxy', course: { seconds: 60, exitCode: 0 }, isEssential: false };
    const { target, toOrder, onlyTask } = await createFargate({
      definitions: [{ family: 'two', revision: 1, containers: [proxy, job] }],
    });
    await target.start(toOrder('two'), inline);
    await until('it has begun', () => onlyTask().hasBegun());
    expect(onlyTask().environments.get('job')).toMatchObject({ STP_TRIGGER_EVENT_DATA: '{"id":"event-1"}' });
    expect(onlyTask().environments.get('proxy')).toEqual({});
  });

  it('asks for Spot by its capacity provider, and for on demand once Spot had no capacity', async () => {
    const { target, ecs, toOrder, callsOf } = await createFargate();
    ecs.setCapacity({ spot: false });
    const first = await target.start(toOrder('instant', {}, { isSpot: true }), inline);
    expect(first).toEqual({
      kind: 'refused',
      cause: {
        class: 'no-capacity',
        reason:
          'Capacity is unavailable at this time. Please try again later or in a different availability zone',
      },
    });
    const next = toOrder('instant', { token: `${runId}-1-2`, setback: 'no-capacity' }, { isSpot: true });
    expect((await target.start(next, inline)).kind).toBe('started');
    const [spot, onDemand] = callsOf('RunTask').map(({ request }) => request);
    expect(spot).toMatchObject({
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    });
    expect(spot).not.toHaveProperty('launchType');
    expect(onDemand).toMatchObject({ launchType: 'FARGATE' });
    expect(onDemand).not.toHaveProperty('capacityProviderStrategy');
  });

  it('is repeated byte for byte, also by another process', async () => {
    const { target, standIn, toOrder, callsOf } = await createFargate();
    const order = toOrder('instant', {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    await target.start(order, inline);
    const parsed: typeof order = JSON.parse(JSON.stringify(order));
    await createFargateTarget(standIn.clients).start(parsed, inline);
    const [first, second] = callsOf('RunTask').map(({ request }) => JSON.stringify(request));
    expect(second).toBe(first);
  });
});

describe('a start that ECS refuses', () => {
  it.each([
    ['Capacity is unavailable at this time. Please try again later', undefined, 'no-capacity'],
    ['RESOURCE:FARGATE', undefined, 'no-capacity'],
    ['RESOURCE:ENI', 'no free slots', 'no-capacity'],
    ["You've reached the limit on the number of vCPUs you can run concurrently", undefined, 'no-capacity'],
    ["You've reached the limit on the number of tasks you can run concurrently", undefined, 'no-capacity'],
    ['Rate exceeded', undefined, 'throttled'],
    ['MISSING', undefined, 'rejected'],
    ['ATTRIBUTE', undefined, 'rejected'],
  ] as const)('in a 200 answer, with the failure "%s", is %s %s', async (reason, detail, failure) => {
    const { target, standIn, toOrder } = await createFargate();
    const failures = [detail === undefined ? { reason } : { reason, detail }];
    standIn.faults.next('RunTask', answer({ tasks: [], failures }));
    expect(await target.start(toOrder('instant'), inline)).toEqual({
      kind: 'refused',
      cause: { class: failure, reason: detail === undefined ? reason : `${reason}: ${detail}` },
    });
  });

  it.each([
    ['ThrottlingException', 'Rate exceeded', 'throttled'],
    [
      'InvalidParameterException',
      'Error retrieving subnet information: Request limit exceeded.',
      'throttled',
    ],
    ['ClientException', "You've reached the limit on the number of tasks in PROVISIONING state", 'throttled'],
    ['ClientException', 'Capacity is unavailable at this time.', 'no-capacity'],
    ['InvalidParameterException', 'The specified capacity provider FARGATE_SPOT was not found.', 'rejected'],
    ['InvalidParameterException', 'No Fargate configuration exists for given values.', 'rejected'],
    ['ClientException', 'TaskDefinition is inactive', 'rejected'],
    ['AccessDeniedException', 'not authorized to perform: ecs:RunTask on the capacity', 'rejected'],
    ['ClusterNotFoundException', 'Cluster not found.', 'rejected'],
    ['PlatformUnknownException', 'The specified platform version does not exist.', 'rejected'],
    ['PlatformTaskDefinitionIncompatibilityException', 'incompatible', 'rejected'],
    ['UnsupportedFeatureException', 'not supported in this Region', 'rejected'],
    ['BlockedException', 'Your AWS account was blocked.', 'rejected'],
    ['ExpiredTokenException', 'The security token included in the request is expired', 'target-unavailable'],
  ] as const)('with %s: "%s" is %s', async (name, message, failure) => {
    const { target, standIn, toOrder } = await createFargate();
    standIn.faults.next('RunTask', refuse(name, message));
    expect(await target.start(toOrder('instant'), inline)).toEqual({
      kind: 'refused',
      cause: { class: failure, reason: `${name}: ${message}` },
    });
    expect(standIn.countOf('RunTask')).toBe(1);
  });

  it('with throttling is asked once: the engine asks again', async () => {
    const { target, standIn, toOrder } = await createFargate();
    standIn.faults.always('RunTask', throttled);
    expect(await target.start(toOrder('instant'), inline)).toMatchObject({ cause: { class: 'throttled' } });
    expect(standIn.countOf('RunTask')).toBe(1);
  });

  it('for a container that its definition does not have is rejected', async () => {
    const { target, toOrder } = await createFargate();
    const order = toOrder('instant', {}, { container: 'other' });
    expect(await target.start(order, inline)).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected', reason: expect.stringContaining('other is not a container') },
    });
  });

  it('because its work is for another target is rejected without a call', async () => {
    const { target, standIn } = await createFargate();
    const order = {
      ...toFargateOrder('instant'),
      work: { target: 'state-machine', stateMachine: 'arn', waitsForEnd: true } as const,
    };
    expect(await target.start(order, inline)).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected' },
    });
    expect(standIn.calls).toEqual([]);
  });
});

describe('a start whose answer is lost', () => {
  it.each<[string, Fault]>([
    ['a 5xx', serverError],
    ['a broken connection after the task was started', { kind: 'drop answer' }],
    ['an answer without a task and without a failure', answer({ tasks: [], failures: [] })],
    ['an answer that makes no sense', answer({ tasks: [{ taskArn: 7 }] })],
    ['a task that is started late', { kind: 'act late', afterMs: 100 }],
  ])('%s: its fate is unknown, and the repeat starts it once', async (_name, fault) => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    standIn.faults.next('RunTask', fault);
    const order = toOrder('waits');
    expect((await target.start(order, inline)).kind).toBe('unknown');
    const started = await target.start(order, inline, again);
    expect(started).toMatchObject({ kind: 'started', externalId: ecs.tasks[0]?.arn });
    await until('it has begun', () => ecs.begun(token) === 1);
    // By then a task that is started late has been.
    await sleep(fault.kind === 'act late' ? 150 : 0);
    expect(await target.start(order, inline, again)).toMatchObject({ externalId: ecs.tasks[0]?.arn });
    expect(ecs.tasks).toHaveLength(1);
  });

  it('is given up when ECS says nothing', async () => {
    const { target, standIn, toOrder } = await createFargate({}, { callSeconds: 0.1 });
    standIn.faults.next('RunTask', { kind: 'hang' });
    expect((await target.start(toOrder('instant'), inline)).kind).toBe('unknown');
  });

  it('is found by what it was given, also after ECS has forgotten its token', async () => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    standIn.faults.next('RunTask', { kind: 'drop answer' });
    const order = toOrder('waits');
    await target.start(order, inline);
    ecs.lapseTokens();
    await until('it runs', () => ecs.tasks[0]?.lastStatus() === 'RUNNING');
    expect(await target.start(order, inline, again)).toEqual({
      kind: 'started',
      externalId: ecs.tasks[0]?.arn,
      startedAt: expect.any(Number),
    });
    expect(standIn.countOf('RunTask')).toBe(1);
  });

  it('is found also once its task has stopped', async () => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    standIn.faults.next('RunTask', { kind: 'drop answer' });
    await target.start(toOrder('instant'), inline);
    ecs.lapseTokens();
    await until('it has stopped', () => ecs.tasks[0]?.lastStatus() === 'STOPPED');
    expect(await target.start(toOrder('instant'), inline, again)).toMatchObject({
      externalId: ecs.tasks[0]?.arn,
    });
    expect(ecs.tasks).toHaveLength(1);
  });

  it('is not started again while its task is not to be seen yet', async () => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    ecs.hideNew(100);
    standIn.faults.next('RunTask', { kind: 'drop answer' });
    const order = toOrder('waits');
    await target.start(order, inline);
    expect(await target.start(order, inline, again)).toMatchObject({ externalId: ecs.tasks[0]?.arn });
    expect(ecs.tasks).toHaveLength(1);
  });

  it('is looked for an hour later by whoever comes, told of a repeat or not', async () => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    standIn.faults.next('RunTask', { kind: 'drop answer' });
    const order = toOrder('waits', { askedAt: Date.now() - 3_600_000 });
    await target.start(order, inline);
    ecs.lapseTokens();
    expect(await target.start(order, inline)).toMatchObject({ externalId: ecs.tasks[0]?.arn });
    expect(ecs.tasks).toHaveLength(1);
  });

  it.each<[string, string, Fault]>([
    ['ListTasks', 'throttling', throttled],
    ['ListTasks', 'a 5xx', serverError],
    ['ListTasks', 'denied access', refuse('AccessDeniedException', 'not authorized')],
    ['ListTasks', 'silence', { kind: 'hang' }],
    ['DescribeTasks', 'throttling', throttled],
    ['DescribeTasks', 'silence', { kind: 'hang' }],
    [
      'DescribeTasks',
      'another failure than MISSING',
      answer({ tasks: [], failures: [{ arn: 'arn', reason: 'BUSY' }] }),
    ],
  ])('stays unknown, and starts nothing, when %s meets %s', async (operation, _name, fault) => {
    const { target, standIn, ecs, toOrder } = await createFargate({}, { callSeconds: 0.2 });
    const order = toOrder('waits');
    standIn.faults.next('RunTask', { kind: 'drop answer' });
    await target.start(order, inline);
    ecs.lapseTokens();
    standIn.faults.next(operation, ...(operation === 'ListTasks' ? [fault, fault] : [fault]));
    expect((await target.start(order, inline, again)).kind).toBe('unknown');
    expect(ecs.tasks).toHaveLength(1);
  });

  it('gives one of two tasks, always the same, when ECS acted twice', async () => {
    const { target, standIn, ecs, toOrder } = await createFargate();
    standIn.faults.next('RunTask', { kind: 'act twice' });
    const order = toOrder('waits');
    await target.start(order, inline);
    expect(ecs.tasks).toHaveLength(2);
    const found = [await target.start(order, inline, again), await target.start(order, inline, again)];
    expect(found[1]).toEqual(found[0]);
    expect(ecs.tasks.map(({ arn }) => arn)).toContain(
      found[0]?.kind === 'started' ? found[0].externalId : undefined,
    );
  });
});

describe('a start whose time is over', () => {
  it.each([
    ['the look for what runs', 'ListTasks', inline],
    ['the look at its definition', 'DescribeTaskDefinition', fromFile],
  ] as const)('is not asked for when %s took so long', async (_what, operation, carried) => {
    const { standIn, ecs, callsOf } = await createFargate();
    const { environmentFiles: _, ...work } = toWork('instant');
    const order = { ...toFargateOrder('instant'), work };
    const { askedAt } = order;
    // A look goes by, and half a minute has passed.
    const now = () => askedAt + (callsOf(operation).length > 0 ? 30_000 : 0);
    const target = createFargateTarget(standIn.clients, { now });
    const answer = await target.start(order, carried, { isRepeat: true, by: askedAt + 20_000 });
    expect(answer).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('held up too long') });
    expect(callsOf(operation)).not.toEqual([]);
    expect(callsOf('RunTask')).toEqual([]);
    expect(ecs.begun(token)).toBe(0);
  });

  it('is answered with the task that an earlier call has started', async () => {
    const { target, toOrder, callsOf } = await createFargate();
    const order = toOrder('waits');
    const started = await target.start(order, inline);
    expect(await target.start(order, inline, { isRepeat: true, by: order.askedAt - 1 })).toMatchObject(
      started,
    );
    expect(callsOf('RunTask')).toHaveLength(1);
  });
});

describe('a token that was used with another request', () => {
  it('means that its task was started: that one is given', async () => {
    const { target, ecs, standIn, toOrder } = await createFargate();
    await target.start(toOrder('waits'), inline);
    const changed = toOrder('waits', { deadline: '2026-11-20T11:00:00.000Z' });
    expect(await target.start(changed, inline)).toEqual({
      kind: 'started',
      externalId: ecs.tasks[0]?.arn,
    });
    expect(standIn.countOf('RunTask')).toBe(2);
    expect(ecs.tasks).toHaveLength(1);
  });

  it.each([[[]], [['not an ARN']], [undefined]])(
    'is looked for when ECS names no task but %j',
    async (resourceIds) => {
      const { target, ecs, standIn, toOrder } = await createFargate();
      await target.start(toOrder('waits'), inline);
      const conflict = refuse('ConflictException', 'in use', 400, { resourceIds });
      standIn.faults.next('RunTask', conflict);
      expect(await target.start(toOrder('waits'), inline)).toMatchObject({
        kind: 'started',
        externalId: ecs.tasks[0]?.arn,
      });
      const order = toOrder('waits', { token: `${runId}-2-1` });
      standIn.faults.next('RunTask', conflict);
      expect((await target.start(order, inline)).kind).toBe('unknown');
    },
  );
});
