import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createStateMachineTarget } from '../../../shared/targets/state-machine/state-machine.ts';
import { toHandle } from '../../contract/target.ts';
import { runId } from '../../support/draft.ts';
import { toMachineOrder } from '../../targets/state-machine/machines.ts';
import { createMotoClients, toOwnName } from './moto.ts';

/*
 * moto keeps executions and runs none: one is RUNNING until it is stopped. It ignores StopExecution's error and cause,
 * has STANDARD machines only, and no versions, aliases, redrives and limits on sizes.
 */

const token = `${runId}-1-1`;
const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;

async function openMachine() {
  const clients = createMotoClients();
  const sfn = await clients.sfn();
  const name = toOwnName('machine');
  const definition = JSON.stringify({
    StartAt: 'Wait',
    States: { Wait: { Type: 'Wait', Seconds: 60, End: true } },
  });
  const roleArn = 'arn:aws:iam::123456789012:role/machine';
  await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  return { name, target: createStateMachineTarget(clients) };
}

describe("the target state-machine and moto's Step Functions", () => {
  it('starts an execution, and finds it running', async () => {
    const { name, target } = await openMachine();
    const order = toMachineOrder(token, name);
    const answer = await target.start(order, inline);
    expect(answer).toMatchObject({
      kind: 'started',
      externalId: `arn:aws:states:eu-west-1:123456789012:execution:${name}:${runId}-1`,
    });
    const [report] = await target.describe([{ token, work: order.work }]);
    expect(report).toMatchObject({ token, state: 'running', externalId: toHandle(order, answer).externalId });
  });

  it('starts the same execution once', async () => {
    const { name, target } = await openMachine();
    const order = toMachineOrder(token, name);
    const first = await target.start(order, inline);
    expect(await target.start(order, inline)).toEqual(first);
  });

  it('refuses an execution of the same name with another event', async () => {
    const { name, target } = await openMachine();
    const order = toMachineOrder(token, name);
    await target.start(order, inline);
    const answer = await target.start(order, { tier: 'inline', text: '{"id":"event-2"}' });
    expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'rejected' } });
  });

  it('stops an execution, and does not start it again', async () => {
    const { name, target } = await openMachine();
    const order = toMachineOrder(token, name);
    const handle = toHandle(order, await target.start(order, inline));
    expect(await target.stop(handle)).toEqual({ kind: 'asked' });
    expect(await target.describe([handle])).toMatchObject([
      { state: 'ended', failure: { class: 'stopped' } },
    ]);
    expect(await target.start(order, inline)).toMatchObject({
      kind: 'started',
      externalId: handle.externalId,
    });
    expect(await target.describe([handle])).toMatchObject([{ state: 'ended' }]);
  });

  it('has no trace of what was never started, and can not stop it', async () => {
    const { name, target } = await openMachine();
    const { work } = toMachineOrder(token, name);
    expect(await target.describe([{ token, work }])).toMatchObject([{ token, state: 'absent' }]);
    expect(await target.stop({ token, work })).toMatchObject({ kind: 'unknown' });
  });

  it('refuses a machine that is not there', async () => {
    const { target } = await openMachine();
    const answer = await target.start(toMachineOrder(token, toOwnName('none')), inline);
    expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'rejected' } });
  });
});
