import { describe, expect, it } from 'vitest';
import type { CarriedEvent } from '../../../shared/runs/order.ts';
import { createStateMachineTarget } from '../../../shared/targets/state-machine/state-machine.ts';
import { untilEnded, untilRunning } from '../../contract/target.ts';
import type { Fault } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { toExecutionArn, toMachineArn } from '../../stand-in/step-functions.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createMachines, machines, toMachineOrder } from './machines.ts';

const token = `${runId}-2-3`;
const name = `${runId}-2`;
const secret = 'correct-horse-battery-staple';
const inline: CarriedEvent = { tier: 'inline', text: `{"id":"event-1","note":"${secret}"}` };
const other: CarriedEvent = { tier: 'inline', text: '{"id":"event-2"}' };

function refuse(code: string, message = 'no', status = 400): Fault {
  return { kind: 'refuse', error: new ServiceError(code, message, status) };
}

describe('an execution that is started', () => {
  it('is named by the run and the attempt, and given the event and nothing else', async () => {
    const { target, stepFunctions } = await createMachines();
    const text = '{ "id" : "event-1",\t"a":"\\u0000\\u2028\\ud83d\\\\" }';
    const before = Date.now();
    const answer = await target.start(toMachineOrder(token, 'waits'), { tier: 'inline', text });
    const [execution] = stepFunctions.executions();
    expect(execution).toMatchObject({ name, input: text, arn: toExecutionArn('waits', name) });
    expect(answer).toEqual({
      kind: 'started',
      externalId: toExecutionArn('waits', name),
      startedAt: execution?.startedAt,
    });
    expect(execution?.startedAt).toBeGreaterThanOrEqual(before);
  });

  it('is told where its event lies when that is too big', async () => {
    const { target, stepFunctions } = await createMachines();
    await target.start(toMachineOrder(token, 'waits'), {
      tier: 'claim-check',
      payload: { uri: 's3://payloads/one', sha256: 'ab12', sizeBytes: 300_000 },
    });
    expect(stepFunctions.executions()[0]?.input).toBe(
      '{"claimCheck":{"uri":"s3://payloads/one","sha256":"ab12","sizeBytes":300000}}',
    );
  });

  it.each(['7', 'live'])(
    'runs the version or the alias %s, under the ARN of its machine',
    async (qualifier) => {
      const { target, stepFunctions } = await createMachines();
      const stateMachine = `${toMachineArn('waits')}:${qualifier}`;
      const order = toMachineOrder(token, 'waits', { stateMachine });
      expect(await target.start(order, inline)).toMatchObject({ externalId: toExecutionArn('waits', name) });
      const [execution] = stepFunctions.executions();
      expect([execution?.versionArn, execution?.aliasArn]).toContain(stateMachine);
      await untilRunning(target, { token, work: order.work });
      expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    },
  );

  it('has ended as far as its run is concerned when nobody waits for its end', async () => {
    const { target, stepFunctions } = await createMachines();
    const order = toMachineOrder(token, 'waits', { waitsForEnd: false });
    const answer = await target.start(order, inline);
    const startedAt = stepFunctions.executions()[0]?.startedAt;
    expect(answer).toMatchObject({ kind: 'started', startedAt, endedAt: startedAt });
    expect(stepFunctions.executions()[0]?.status).toBe('RUNNING');
  });

  it('is never of another target, or of a text that is no token', async () => {
    const { target, standIn } = await createMachines();
    const order = toMachineOrder(token, 'waits');
    const foreign = { ...order, work: { target: 'none', reason: 'x' } as const };
    for (const each of [foreign, { ...order, token: 'mine' }]) {
      expect(await target.start(each, inline)).toMatchObject({
        kind: 'refused',
        cause: { class: 'rejected' },
      });
    }
    expect(standIn.calls).toEqual([]);
  });
});

describe('an EXPRESS machine', () => {
  const express = [...machines, { name: 'fast', type: 'EXPRESS', course: { seconds: 0 } } as const];

  it('is refused: it would start the same name again and again', async () => {
    const { target, stepFunctions } = await createMachines({ machines: express });
    for (const qualifier of ['', ':live']) {
      const stateMachine = `${toMachineArn('fast')}${qualifier}`;
      expect(await target.start(toMachineOrder(token, 'fast', { stateMachine }), inline)).toEqual({
        kind: 'refused',
        cause: {
          class: 'rejected',
          reason: `${stateMachine} is EXPRESS; only STANDARD machines keep executions by name`,
        },
      });
    }
    expect(stepFunctions.begun(name)).toBe(0);
  });

  it('is asked for once per machine, also by many starts at once', async () => {
    const { target, standIn } = await createMachines({ machines: express });
    const orders = ['waits', 'waits', 'fast', 'waits'].map((machine, at) =>
      toMachineOrder(`${runId}-${at + 1}-1`, machine),
    );
    await Promise.all(orders.map((order) => target.start(order, inline)));
    await Promise.all(orders.map((order) => target.start(order, inline)));
    expect(standIn.countOf('DescribeStateMachine')).toBe(2);
  });

  it('may not be asked for by everybody: the start goes on, and asks no more', async () => {
    const { target, standIn } = await createMachines();
    standIn.faults.always('DescribeStateMachine', refuse('AccessDeniedException'));
    for (const attempt of [1, 2]) {
      const order = toMachineOrder(`${runId}-${attempt}-1`, 'waits');
      expect(await target.start(order, inline)).toMatchObject({ kind: 'started' });
    }
    expect(standIn.countOf('DescribeStateMachine')).toBe(1);
  });

  it.each<readonly [string, Fault]>([
    ['throttled', refuse('ThrottlingException')],
    ['a failure of the service', refuse('InternalServerError', 'sorry', 500)],
    ['a connection that breaks', { kind: 'drop answer' }],
    ['no answer', { kind: 'hang' }],
  ])('is asked for again by the next start after %s, and no start waits for it', async (_what, fault) => {
    const { target, standIn } = await createMachines({ machines: express }, { callSeconds: 1 });
    standIn.faults.next('DescribeStateMachine', fault);
    expect(await target.start(toMachineOrder(token, 'waits'), inline)).toMatchObject({ kind: 'started' });
    await target.start(toMachineOrder(`${runId}-3-1`, 'waits'), inline);
    await target.start(toMachineOrder(`${runId}-4-1`, 'waits'), inline);
    expect(standIn.countOf('DescribeStateMachine')).toBe(2);
  });
});

describe('a start whose time is over', () => {
  it('is not asked for when the look at its machine took so long', async () => {
    const { standIn, stepFunctions } = await createMachines();
    const order = toMachineOrder(token, 'waits');
    const now = () => order.askedAt + (standIn.countOf('DescribeStateMachine') > 0 ? 30_000 : 0);
    const target = createStateMachineTarget(standIn.clients, { now });
    expect(await target.start(order, inline, { isRepeat: false, by: order.askedAt + 20_000 })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('held up too long'),
    });
    expect(standIn.countOf('StartExecution')).toBe(0);
    expect(stepFunctions.begun(name)).toBe(0);
  });
});

describe('a start that is refused', () => {
  it.each([
    ['ExecutionLimitExceeded', 'throttled'],
    ['KmsThrottlingException', 'throttled'],
    ['ThrottlingException', 'throttled'],
    ['TooManyRequestsException', 'throttled'],
    ['ExpiredTokenException', 'target-unavailable'],
    ['StateMachineDoesNotExist', 'rejected'],
    ['StateMachineDeleting', 'rejected'],
    ['InvalidArn', 'rejected'],
    ['InvalidName', 'rejected'],
    ['InvalidExecutionInput', 'rejected'],
    ['ValidationException', 'rejected'],
    ['KmsAccessDeniedException', 'rejected'],
    ['KmsInvalidStateException', 'rejected'],
    ['AccessDeniedException', 'rejected'],
  ])('by %s is %s', async (code, failure) => {
    const { target, standIn, stepFunctions } = await createMachines();
    standIn.faults.next('StartExecution', refuse(code, 'not today'));
    expect(await target.start(toMachineOrder(token, 'waits'), inline)).toEqual({
      kind: 'refused',
      cause: { class: failure, reason: `${code}: not today` },
    });
    expect(stepFunctions.begun(name)).toBe(0);
    expect(standIn.countOf('StartExecution')).toBe(1);
  });

  it('can be taken later, by the same name: there is no execution of it', async () => {
    const { target, stepFunctions } = await createMachines();
    stepFunctions.limitOpen(0);
    expect(await target.start(toMachineOrder(`${runId}-2-1`, 'waits'), inline)).toMatchObject({
      kind: 'refused',
      cause: { class: 'throttled' },
    });
    stepFunctions.limitOpen(1);
    expect(await target.start(toMachineOrder(`${runId}-2-2`, 'waits'), inline)).toMatchObject({
      kind: 'started',
      externalId: toExecutionArn('waits', name),
    });
  });

  it('is so by a machine that does not exist or is being deleted', async () => {
    const { target } = await createMachines({
      machines: [{ name: 'leaving', status: 'DELETING', course: { seconds: 0 } }],
    });
    for (const machine of ['gone', 'leaving']) {
      expect(await target.start(toMachineOrder(token, machine), inline)).toMatchObject({
        kind: 'refused',
        cause: { class: 'rejected' },
      });
    }
  });
});

describe('a start whose fate is not known', () => {
  it.each<readonly [string, Fault, number]>([
    ['the service fails', refuse('InternalServerError', 'sorry', 500), 0],
    ['the service is away', refuse('ServiceUnavailable', 'later', 503), 0],
    ['nobody answers', { kind: 'hang' }, 0],
    ['the answer is lost', { kind: 'drop answer' }, 1],
  ])('because %s is repeated, and there is one execution', async (_why, fault, begunBefore) => {
    const { target, standIn, stepFunctions } = await createMachines({}, { callSeconds: 1 });
    standIn.faults.next('StartExecution', fault);
    const order = toMachineOrder(token, 'waits');
    expect(await target.start(order, inline)).toMatchObject({ kind: 'unknown' });
    expect(stepFunctions.begun(name)).toBe(begunBefore);
    const arn = toExecutionArn('waits', name);
    expect(await target.start(order, inline, { isRepeat: true })).toMatchObject({ externalId: arn });
    expect(await target.start(order, inline, { isRepeat: true })).toMatchObject({ externalId: arn });
    expect(stepFunctions.begun(name)).toBe(1);
    const [first, ...rest] = standIn.calls.filter(({ operation }) => operation === 'StartExecution');
    for (const each of rest) expect(each.request).toEqual(first?.request);
  });

  it('takes effect late, after its repetition did: there is one execution all the same', async () => {
    const { target, standIn, stepFunctions } = await createMachines();
    standIn.faults.next('StartExecution', { kind: 'act late', afterMs: 100 });
    const order = toMachineOrder(token, 'waits');
    expect(await target.start(order, inline)).toMatchObject({ kind: 'unknown' });
    const repeated = await target.start(order, inline, { isRepeat: true });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await target.start(order, inline, { isRepeat: true })).toEqual(repeated);
    expect(stepFunctions.begun(name)).toBe(1);
  });

  it('is done once when the service acts twice', async () => {
    const { target, standIn, stepFunctions } = await createMachines();
    standIn.faults.next('StartExecution', { kind: 'act twice' });
    expect(await target.start(toMachineOrder(token, 'waits'), inline)).toMatchObject({
      kind: 'started',
      externalId: toExecutionArn('waits', name),
    });
    expect(stepFunctions.begun(name)).toBe(1);
  });
});

describe('an execution that exists already', () => {
  /** One of the same name that has ended, so that Step Functions refuses to tell which it was. */
  async function createEnded() {
    const world = await createMachines({}, { callSeconds: 1 });
    const order = toMachineOrder(token, 'succeeds');
    const first = await world.target.start(order, inline);
    await untilEnded(world.target, { token, work: order.work });
    return { ...world, order, first };
  }

  it('and has ended is the one that was asked for', async () => {
    const { target, order, first, stepFunctions } = await createEnded();
    expect(await target.start(order, inline, { isRepeat: true })).toEqual(first);
    expect(first).toMatchObject({ startedAt: stepFunctions.executions()[0]?.startedAt });
    expect(stepFunctions.begun(name)).toBe(1);
  });

  it('and has ended is so for a run that waits for no end', async () => {
    const { target, stepFunctions } = await createEnded();
    const order = toMachineOrder(token, 'succeeds', { waitsForEnd: false });
    const startedAt = stepFunctions.executions()[0]?.startedAt;
    expect(await target.start(order, inline)).toMatchObject({ startedAt, endedAt: startedAt });
  });

  it('is the same when its input says the same in other characters', async () => {
    const { target, order, first } = await createEnded();
    const text = `{ "note": "${secret}", "id": "event-1" }`;
    expect(await target.start(order, { tier: 'inline', text })).toEqual(first);
  });

  it.each(['succeeds', 'waits'])('with another input is no run of ours: %s', async (machine) => {
    const { target, stepFunctions } = await createMachines();
    const order = toMachineOrder(token, machine);
    await target.start(order, inline);
    const answer = await target.start(order, other);
    expect(answer).toEqual({
      kind: 'refused',
      cause: {
        class: 'rejected',
        reason: `${toExecutionArn(machine, name)} exists already, and was given another input`,
      },
    });
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(stepFunctions.begun(name)).toBe(1);
  });

  it('is taken for ours when its input may not be read', async () => {
    const { target, order, first, stepFunctions } = await createEnded();
    stepFunctions.hideData();
    expect(await target.start(order, other)).toEqual(first);
  });

  it.each(['AccessDeniedException', 'KmsAccessDeniedException', 'KmsInvalidStateException'])(
    'is taken for ours when %s keeps it from being read',
    async (code) => {
      const { target, order, standIn } = await createEnded();
      standIn.faults.next('DescribeExecution', refuse(code));
      expect(await target.start(order, inline)).toEqual({
        kind: 'started',
        externalId: toExecutionArn('succeeds', name),
      });
    },
  );

  it.each<readonly [string, Fault]>([
    ['throttled', refuse('ThrottlingException', 'Rate exceeded')],
    ['failing', refuse('InternalServerError', 'sorry', 500)],
    ['not seen yet', refuse('ExecutionDoesNotExist')],
    ['not answered', { kind: 'hang' }],
    ['answered in vain', { kind: 'drop answer' }],
  ])('is asked for again when the look at it is %s', async (_what, fault) => {
    const { target, order, first, standIn } = await createEnded();
    standIn.faults.next('DescribeExecution', fault);
    expect(await target.start(order, inline)).toMatchObject({ kind: 'unknown' });
    expect(await target.start(order, inline, { isRepeat: true })).toEqual(first);
  });

  it('is started anew only when its name is forgotten, after 90 days', async () => {
    const { target, order, standIn, stepFunctions } = await createEnded();
    standIn.core.pass(89 * 24 * 3600);
    await target.start(order, inline);
    expect(stepFunctions.begun(name)).toBe(1);
    standIn.core.pass(2 * 24 * 3600);
    await target.start(order, inline);
    await until('it was begun again', () => stepFunctions.begun(name) === 2);
  });
});
