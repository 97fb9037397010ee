import { RedriveExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClients } from '../../../shared/aws/clients.ts';
import { createStateMachineTarget } from '../../../shared/targets/state-machine/state-machine.ts';
import type { StateChange } from '../../../shared/targets/target.ts';
import { mutate, mutations } from '../../hostile/mutation.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { toExecutionArn, toMachineArn } from '../../stand-in/step-functions.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createMachines, type Machines, toMachineOrder } from './machines.ts';

const token = `${runId}-2-3`;
const name = `${runId}-2`;
const inline = { tier: 'inline', text: '{"id":"event-1"}' } as const;

/** Reading an event takes no call, so there is nobody to be called. */
const { report } = createStateMachineTarget(createClients({ region: 'eu-west-1' }));

/** As Step Functions sends it of an execution of ours that has failed. */
const event = {
  version: '0',
  id: '0e4a6f6c-1f3e-4cb0-9a0f-7b0f6a2d8c11',
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  account: '123456789012',
  time: '2026-11-20T10:00:05Z',
  region: 'eu-west-1',
  resources: [toExecutionArn('reconcile', name)],
  detail: {
    executionArn: toExecutionArn('reconcile', name),
    stateMachineArn: toMachineArn('reconcile'),
    stateMachineVersionArn: null,
    stateMachineAliasArn: null,
    name,
    status: 'FAILED',
    startDate: 1_795_168_801_000,
    stopDate: 1_795_168_805_000,
    input: '{"id":"event-1"}',
    inputDetails: { included: true },
    output: null,
    outputDetails: null,
    error: 'Job.Failed',
    cause: 'exited with 3',
    redriveCount: 0,
    redriveDate: null,
    redriveStatus: 'REDRIVABLE',
    redriveStatusReason: null,
  },
};

function withDetail(change: Readonly<Record<string, unknown>>) {
  return { ...event, detail: { ...event.detail, ...change } };
}

function ofName(other: string, change: Readonly<Record<string, unknown>> = {}) {
  return withDetail({ name: other, executionArn: toExecutionArn('reconcile', other), ...change });
}

/** What the target makes of the events of its Step Functions, in the order they came. */
function listen({ standIn, target }: Machines) {
  const events: ServiceEvent[] = [];
  standIn.core.listen((each) => void events.push(each));
  return {
    events,
    untilChanges: (count: number): Promise<readonly (StateChange | undefined)[]> =>
      until(`${count} events`, () => events.length >= count && events.map((each) => target.report(each))),
  };
}

describe('an event of an execution that a run started', () => {
  it('reports that it runs and how it ended', async () => {
    const world = await createMachines();
    const { untilChanges } = listen(world);
    await world.target.start(toMachineOrder(token, 'fails'), inline);
    const changes = await untilChanges(2);
    const [execution] = world.stepFunctions.executions();
    const common = { token: `${runId}-2-1`, externalId: toExecutionArn('fails', name) };
    expect(changes).toEqual([
      {
        kind: 'report',
        ofAnyStart: true,
        report: { ...common, state: 'running', startedAt: execution?.startedAt },
      },
      {
        kind: 'report',
        ofAnyStart: true,
        report: {
          ...common,
          state: 'ended',
          startedAt: execution?.startedAt,
          endedAt: execution?.stoppedAt,
          failure: { class: 'exit-code', reason: 'Job.Failed: exited with 3' },
          details: { stopCode: 'Job.Failed', stopReason: 'exited with 3' },
        },
      },
    ]);
  });

  it('says the same however often and in whatever order it comes, as a look does', async () => {
    const world = await createMachines();
    const { events, untilChanges } = listen(world);
    const order = toMachineOrder(token, 'succeeds');
    await world.target.start(order, inline);
    const [, ended] = await untilChanges(2);
    const [first, last] = events;
    expect([last, first, last, last].map(report)).toEqual([ended, report(first), ended, ended]);
    const [look] = await world.target.describe([{ token: `${runId}-2-1`, work: order.work }]);
    expect(ended).toMatchObject({ report: look });
  });

  it.each([
    ['SUCCEEDED', undefined],
    ['FAILED', { class: 'exit-code', reason: 'Job.Failed: exited with 3' }],
    ['TIMED_OUT', { class: 'timed-out', reason: 'Job.Failed: exited with 3' }],
    ['ABORTED', { class: 'stopped', reason: 'Job.Failed: exited with 3' }],
  ])('is its end when it says %s', (status, failure) => {
    expect(report(withDetail({ status }))).toEqual({
      kind: 'report',
      ofAnyStart: true,
      report: {
        token: `${runId}-2-1`,
        externalId: toExecutionArn('reconcile', name),
        state: 'ended',
        startedAt: 1_795_168_801_000,
        endedAt: 1_795_168_805_000,
        ...(failure && { failure, details: { stopCode: 'Job.Failed', stopReason: 'exited with 3' } }),
      },
    });
  });

  it('tells of its cause only what is known to be the reason, and not all of that', () => {
    const cause = JSON.stringify({ StatusReason: 'x'.repeat(2_000), Environment: [{ Value: 's3cr3t' }] });
    const told = report(withDetail({ error: 'y'.repeat(300), cause }));
    expect(told).toMatchObject({
      report: {
        details: { stopCode: 'y'.repeat(256), stopReason: expect.stringMatching(/^StatusReason x{986}…$/) },
      },
    });
    expect(JSON.stringify(told)).not.toContain('s3cr3t');
  });

  it('takes the time of the event for one that is missing', () => {
    expect(report(withDetail({ startDate: null, stopDate: null }))).toMatchObject({
      report: { state: 'ended', endedAt: Date.parse('2026-11-20T10:00:05Z') },
    });
    expect(report(withDetail({ status: 'RUNNING', startDate: null }))).toMatchObject({
      report: { state: 'running', startedAt: Date.parse('2026-11-20T10:00:05Z') },
    });
  });

  it('has somebody look when its status is not known here', () => {
    expect(report(withDetail({ status: 'NAPPING' }))).toEqual({
      kind: 'look',
      ofAnyStart: true,
      token: `${runId}-2-1`,
      externalId: toExecutionArn('reconcile', name),
    });
  });

  it('is read in the shape that it had before redrives', () => {
    const { redriveCount: _, redriveDate: __, error: ___, cause: ____, ...detail } = event.detail;
    expect(report({ ...event, detail })).toMatchObject({
      kind: 'report',
      report: { failure: { class: 'exit-code', reason: 'the execution failed' } },
    });
  });

  it('is not ours when it is named by the run alone: that one retries by itself', () => {
    expect(report(ofName(runId))).toBeUndefined();
  });
});

describe('an event of what a person did', () => {
  it('has the machine and what it was given', async () => {
    const world = await createMachines();
    const { untilChanges } = listen(world);
    const client = await world.standIn.clients.sfn();
    const stateMachineArn = `${toMachineArn('waits')}:live`;
    await client.send(new StartExecutionCommand({ stateMachineArn, name: 'try-1', input: '{"by":"me"}' }));
    const [change] = await untilChanges(1);
    expect(change).toEqual({
      kind: 'by-hand',
      resource: toMachineArn('waits'),
      externalId: toExecutionArn('waits', 'try-1'),
      finding: { state: 'running', startedAt: world.stepFunctions.executions()[0]?.startedAt },
      event: '{"by":"me"}',
    });
  });

  it('goes without the input when that was too big for an event', async () => {
    const world = await createMachines();
    const { untilChanges } = listen(world);
    const client = await world.standIn.clients.sfn();
    const input = JSON.stringify('x'.repeat(255_000));
    const stateMachineArn = toMachineArn('waits');
    await client.send(new StartExecutionCommand({ stateMachineArn, name: 'try-1', input }));
    const [change] = await untilChanges(1);
    expect(change).toMatchObject({ kind: 'by-hand', externalId: toExecutionArn('waits', 'try-1') });
    expect(change).not.toHaveProperty('event');
    expect(report(ofName('try-2', { input, inputDetails: { included: false } }))).not.toHaveProperty('event');
  });

  it.each([
    ['no attempt', `${runId}-`],
    ['attempt 0', `${runId}-0`],
    ['a start', `${runId}-1-1`],
    ['a shorter id', runId.slice(1)],
    ['capitals', `${runId.toUpperCase()}-1`],
    ['an uuid', 'c1a3b2d4-0f6e-4a7b-9c8d-112233445566'],
  ])('is told from ours by the name: %s', (_what, other) => {
    expect(report(ofName(other))).toMatchObject({ kind: 'by-hand' });
  });

  it('tells nothing while its status is not known here', () => {
    expect(report(ofName('try-1', { status: 'NAPPING' }))).toBeUndefined();
  });
});

describe('an execution that is redriven', () => {
  it('is a run of its own, by its events and in every look', async () => {
    const world = await createMachines();
    const { target, stepFunctions } = world;
    const { untilChanges } = listen(world);
    const order = toMachineOrder(token, 'fails');
    const { work } = order;
    await target.start(order, inline);
    await untilChanges(2);
    const executionArn = toExecutionArn('fails', name);
    const client = await world.standIn.clients.sfn();
    await client.send(new RedriveExecutionCommand({ executionArn }));
    const redrivenAt = stepFunctions.executions()[0]?.redrivenAt;
    const externalId = `${executionArn}#redrive-1`;
    const common = {
      kind: 'by-hand',
      resource: toMachineArn('fails'),
      externalId,
      event: inline.text,
      redriveOf: runId,
    };
    const [, , running, ended] = await untilChanges(4);
    expect(running).toEqual({ ...common, finding: { state: 'running', startedAt: redrivenAt } });
    expect(ended).toMatchObject({
      ...common,
      finding: { state: 'ended', startedAt: redrivenAt, failure: { reason: 'Job.Failed: exited with 3' } },
    });
    expect(await target.describe([{ token, externalId, work }])).toMatchObject([
      { token, externalId, state: 'ended', startedAt: redrivenAt, failure: { class: 'exit-code' } },
    ]);
    expect(await target.describe([{ token, work }])).toMatchObject([
      {
        token,
        externalId: executionArn,
        state: 'ended',
        endedAt: redrivenAt,
        failure: { reason: 'the execution did not succeed, and was redriven since' },
      },
    ]);
    expect(await target.describe([{ token, externalId: `${executionArn}#redrive-2`, work }])).toMatchObject([
      { token, externalId: `${executionArn}#redrive-2`, state: 'absent' },
    ]);
    expect(await target.stop({ token, externalId, work })).toEqual({ kind: 'asked' });
  });

  it('is told by its count, whoever started it', () => {
    const redriven = { status: 'RUNNING', redriveCount: 12, redriveDate: 1_795_168_900_000, stopDate: null };
    for (const other of [name, 'try-1']) {
      expect(report(ofName(other, redriven))).toMatchObject({
        kind: 'by-hand',
        externalId: `${toExecutionArn('reconcile', other)}#redrive-12`,
        finding: { state: 'running', startedAt: 1_795_168_900_000 },
      });
    }
  });
});

describe('an event of anybody else', () => {
  it.each<readonly [string, unknown]>([
    ['another service', { ...event, source: 'aws.batch' }],
    ['another kind', { ...event, 'detail-type': 'AWS API Call via CloudTrail' }],
    ['no detail', { ...event, detail: null }],
    ['a detail that is a text', { ...event, detail: '{}' }],
    ['no ARN', withDetail({ executionArn: undefined })],
    ['an ARN of an EXPRESS execution', withDetail({ executionArn: `${toMachineArn('x')}:a:b` })],
    [
      'an ARN of another service',
      withDetail({ executionArn: 'arn:aws:ecs:eu-west-1:123456789012:task/a/b' }),
    ],
    ['no status', withDetail({ status: null })],
  ])('says nothing: %s', (_what, foreign) => {
    expect(report(foreign)).toBeUndefined();
  });

  it('does no harm, whatever it holds', () => {
    fc.assert(
      fc.property(mutations(), (todo) => {
        const change = report(mutate(event, todo));
        if (change === undefined) return;
        const finding =
          change.kind === 'report' ? change.report : change.kind === 'by-hand' && change.finding;
        if (!finding || !('state' in finding)) return;
        // Its times can be written, and its reason can be kept.
        if (finding.state === 'running') expect(new Date(finding.startedAt).toISOString()).toBeDefined();
        if (finding.state !== 'ended') return;
        expect(new Date(finding.endedAt).toISOString()).toBeDefined();
        expect(finding.failure?.reason.length ?? 0).toBeLessThanOrEqual(1000);
      }),
    );
  });

  it('does no harm, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        report(anything);
        report({ ...event, detail: anything });
      }),
    );
  });
});
