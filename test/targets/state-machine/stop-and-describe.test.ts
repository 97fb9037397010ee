import { describe, expect, it } from 'vitest';
import { parseToken } from '../../../shared/runs/run.ts';
import { untilEnded, untilRunning } from '../../contract/target.ts';
import type { Fault } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { toExecutionArn } from '../../stand-in/step-functions.ts';
import { runId, toRunId } from '../../support/draft.ts';
import { createMachines, machines, toMachineOrder } from './machines.ts';

const token = `${runId}-1-1`;
const name = `${runId}-1`;
const arn = toExecutionArn('waits', name);
const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;
const { work } = toMachineOrder(token, 'waits');

function refuse(code: string, message = 'no', status = 400): Fault {
  return { kind: 'refuse', error: new ServiceError(code, message, status) };
}

async function createRunning() {
  const world = await createMachines({}, { callSeconds: 1 });
  await world.target.start(toMachineOrder(token, 'waits'), inline);
  return world;
}

describe('a stop', () => {
  it('says who asked for it and for what', async () => {
    const { target, stepFunctions } = await createRunning();
    expect(await target.stop({ token, work })).toEqual({ kind: 'asked' });
    expect(stepFunctions.executions()[0]).toMatchObject({
      status: 'ABORTED',
      error: 'Signalbox.Stopped',
      cause: `Signalbox asked for the end of ${token}`,
    });
    expect(await untilEnded(target, { token, work })).toMatchObject({
      failure: {
        class: 'stopped',
        reason: `Signalbox.Stopped: Signalbox asked for the end of ${token}`,
      },
    });
  });

  it('changes nothing of an execution that has ended', async () => {
    const { target, stepFunctions } = await createMachines();
    const order = toMachineOrder(token, 'succeeds');
    await target.start(order, inline);
    const ended = await untilEnded(target, { token, work: order.work });
    expect(await target.stop({ token, work: order.work })).toEqual({ kind: 'asked' });
    expect(await target.describe([{ token, work: order.work }])).toEqual([ended]);
    expect(stepFunctions.executions()[0]?.status).toBe('SUCCEEDED');
  });

  it('of what does not exist is not known to be for good', async () => {
    const { target } = await createMachines();
    expect(await target.stop({ token, work })).toMatchObject({ kind: 'unknown' });
  });

  it.each<readonly [string, Fault]>([
    ['throttled', refuse('ThrottlingException')],
    ['forbidden', refuse('AccessDeniedException')],
    ['failing', refuse('InternalServerError', 'sorry', 500)],
    ['not answered', { kind: 'hang' }],
    ['answered in vain', { kind: 'drop answer' }],
    ['late', { kind: 'act late', afterMs: 50 }],
  ])('that is %s can be asked for again', async (_what, fault) => {
    const { target, standIn } = await createRunning();
    standIn.faults.next('StopExecution', fault);
    expect(await target.stop({ token, work })).toMatchObject({ kind: 'unknown' });
    expect(await target.stop({ token, work })).toEqual({ kind: 'asked' });
    await untilEnded(target, { token, work });
  });

  it('goes without its reason where that may not be encrypted', async () => {
    const { target, standIn, stepFunctions } = await createRunning();
    standIn.faults.next('StopExecution', refuse('KmsAccessDeniedException'));
    expect(await target.stop({ token, work })).toEqual({ kind: 'asked' });
    expect(stepFunctions.executions()[0]).toMatchObject({ status: 'ABORTED', error: undefined });
    expect(await untilEnded(target, { token, work })).toMatchObject({
      failure: { class: 'stopped', reason: 'the execution was stopped' },
    });
  });

  it('needs a token or an external id', async () => {
    const { target, standIn } = await createMachines();
    expect(await target.stop({ token: 'mine', work })).toMatchObject({ kind: 'unknown' });
    expect(standIn.calls).toEqual([]);
  });
});

describe('a look', () => {
  it('tells how an execution failed, timed out, and that it runs', async () => {
    const { target, stepFunctions } = await createMachines({
      machines: [
        ...machines,
        {
          name: 'slow',
          definition: {
            StartAt: 'Wait',
            TimeoutSeconds: 1,
            States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } },
          },
        },
      ],
      scale: 0.05,
    });
    for (const machine of ['slow', 'fails', 'waits']) {
      await target.start(toMachineOrder(token, machine), inline);
    }
    const find = (machine: string) =>
      stepFunctions.executions().find(({ arn }) => arn === toExecutionArn(machine, name));
    const handle = (machine: string) => ({ token, work: toMachineOrder(token, machine).work });
    expect(await untilEnded(target, handle('slow'))).toEqual({
      token,
      externalId: toExecutionArn('slow', name),
      state: 'ended',
      startedAt: find('slow')?.startedAt,
      endedAt: find('slow')?.stoppedAt,
      failure: { class: 'timed-out', reason: 'the execution timed out' },
    });
    expect(await untilEnded(target, handle('fails'))).toMatchObject({
      startedAt: find('fails')?.startedAt,
      endedAt: find('fails')?.stoppedAt,
      failure: { class: 'exit-code', reason: 'Job.Failed: exited with 3' },
    });
    expect(await untilRunning(target, handle('waits'))).toEqual({
      token,
      externalId: arn,
      state: 'running',
      startedAt: find('waits')?.startedAt,
    });
  });

  it('cuts what an execution says for itself', async () => {
    const { target } = await createMachines({
      machines: [{ name: 'fails', course: { seconds: 0, error: 'Job.Failed', cause: 'x'.repeat(32_768) } }],
    });
    const order = toMachineOrder(token, 'fails');
    await target.start(order, inline);
    const { failure } = await untilEnded(target, { token, work: order.work });
    expect(failure?.reason).toHaveLength(1000);
  });

  it('finds no trace of an execution that is too young to be seen, then it does', async () => {
    const { target, standIn, stepFunctions } = await createMachines();
    stepFunctions.hideNewFor(60);
    await target.start(toMachineOrder(token, 'waits'), inline);
    const before = Date.now();
    const [report] = await target.describe([{ token, externalId: arn, work }]);
    expect(report).toMatchObject({ token, externalId: arn, state: 'absent' });
    expect(report?.state === 'absent' && report.lookedAt).toBeGreaterThanOrEqual(before);
    standIn.core.pass(60);
    await untilRunning(target, { token, work });
  });

  it('tells when it began by the clock that it was given', async () => {
    const { target } = await createMachines({}, { now: () => 7_000 });
    expect(await target.describe([{ token, work }])).toEqual([{ token, state: 'absent', lookedAt: 7_000 }]);
  });

  it('asks about ten executions at a time, and keeps their order', async () => {
    const { target, standIn } = await createMachines();
    const handles = Array.from({ length: 35 }, (_, at) => ({ token: `${toRunId(at)}-1-1`, work }));
    for (const { token } of handles) await target.start(toMachineOrder(token, 'waits'), inline);
    const reports = await target.describe(handles);
    expect(reports.map(({ token, state }) => [token, state])).toEqual(
      handles.map(({ token }) => [token, 'running']),
    );
    expect(standIn.countOf('DescribeExecution')).toBe(35);
  });

  it.each<readonly [string, Fault]>([
    ['throttled', refuse('ThrottlingException')],
    ['failing', refuse('InternalServerError', 'sorry', 500)],
    ['not answered', { kind: 'hang' }],
    ['answered in vain', { kind: 'drop answer' }],
  ])('that is %s throws, so that it is taken again', async (_what, fault) => {
    const { target, standIn } = await createRunning();
    standIn.faults.next('DescribeExecution', fault);
    await expect(target.describe([{ token, work }])).rejects.toThrow();
    await untilRunning(target, { token, work });
  });

  it('goes on without the data where that may not be decrypted', async () => {
    const { target, standIn } = await createRunning();
    standIn.faults.next('DescribeExecution', refuse('KmsAccessDeniedException'));
    expect(await target.describe([{ token, work }])).toMatchObject([{ state: 'running' }]);
    expect(standIn.calls.at(-1)?.request).toEqual({ executionArn: arn, includedData: 'METADATA_ONLY' });
  });

  it('takes a status that is not known here for one that is not over', async () => {
    const { target, standIn } = await createRunning();
    const body = { executionArn: arn, stateMachineArn: '', status: 'NAPPING', startDate: 1 };
    standIn.faults.next('DescribeExecution', { kind: 'answer', body });
    expect(await target.describe([{ token, work }])).toEqual([{ token, externalId: arn, state: 'pending' }]);
  });

  it('has no trace of a handle that names nothing', async () => {
    const { target } = await createMachines();
    expect(parseToken('mine')).toBeUndefined();
    expect(await target.describe([{ token: 'mine', work }])).toMatchObject([
      { token: 'mine', state: 'absent' },
    ]);
  });
});
