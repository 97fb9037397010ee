import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { toStateChange } from '../../../shared/targets/fargate/state-change.ts';
import { untilRunning } from '../../contract/target.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createFargate, type Fargate, inline, token } from './fargate-world.ts';
import { arn, definition, toEvent, toOverride } from './task-event.ts';

async function untilStopped({ events }: Fargate) {
  await until('its end is told', () => events.some(({ detail }) => detail['lastStatus'] === 'STOPPED'));
}

describe("an event of a run's task", () => {
  it('says that it runs and how it ended, and nothing in between', async () => {
    const world = await createFargate();
    await world.target.start(world.toOrder('fails-with-3'), inline);
    await untilStopped(world);
    const { arn: externalId } = world.onlyTask();
    expect(world.events.map(({ detail }) => detail['lastStatus'])).toEqual([
      'PROVISIONING',
      'PENDING',
      'RUNNING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
    expect(world.events.map(({ detail }) => detail['version'])).toEqual([1, 2, 3, 4, 5]);
    const changes = world.events.map((event) => world.target.report(event));
    expect(changes).toEqual([
      undefined,
      undefined,
      { kind: 'report', report: { token, externalId, state: 'running', startedAt: expect.any(Number) } },
      undefined,
      {
        kind: 'report',
        report: {
          token,
          externalId,
          state: 'ended',
          startedAt: expect.any(Number),
          endedAt: expect.any(Number),
          failure: { class: 'exit-code', reason: 'ended with exit code 3', exitCode: 3 },
          details: {
            exitCode: 3,
            stopCode: 'EssentialContainerExited',
            stopReason: 'Essential container in task exited',
          },
        },
      },
    ]);
  });

  it('says the same however often and in which order it comes, and after a journey as JSON', async () => {
    const world = await createFargate();
    await world.target.start(world.toOrder('instant'), inline);
    await untilStopped(world);
    const once = world.events.map((event) => world.target.report(event));
    const later = [...world.events]
      .reverse()
      .map((event) => world.target.report(JSON.parse(JSON.stringify(event))));
    expect(later.reverse()).toEqual(once);
  });

  it('says the same as a look at the task', async () => {
    const world = await createFargate();
    const order = world.toOrder('fails-with-3');
    await world.target.start(order, inline);
    await untilStopped(world);
    const last = world.events.at(-1);
    const [report] = await world.target.describe([{ token, work: order.work }]);
    expect(world.target.report(last)).toEqual({ kind: 'report', report });
  });

  it('tells a second task of the same start apart by its ARN', async () => {
    const { target, standIn, ecs, events, toOrder } = await createFargate();
    standIn.faults.next('RunTask', { kind: 'act twice' });
    const answer = await target.start(toOrder('waits'), inline);
    await until(
      'both run',
      () => events.filter(({ detail }) => detail['lastStatus'] === 'RUNNING').length === 2,
    );
    const reported = events
      .map((event) => target.report(event))
      .flatMap((change) => (change?.kind === 'report' ? [change.report] : []));
    expect(new Set(reported.map(({ token: each }) => each))).toEqual(new Set([token]));
    expect(new Set(reported.map(({ externalId }) => externalId))).toEqual(
      new Set(ecs.tasks.map((task) => task.arn)),
    );
    expect(answer).toMatchObject({ externalId: ecs.tasks[1]?.arn });
  });

  it("that carries Spot's warning says that it still runs", async () => {
    const { target, ecs, events, toOrder, onlyTask } = await createFargate();
    const order = toOrder('waits', {}, { isSpot: true });
    await target.start(order, inline);
    await untilRunning(target, { token, work: order.work });
    ecs.interrupt(onlyTask().arn);
    await until('its end is told', () => events.some(({ detail }) => detail['lastStatus'] === 'STOPPED'));
    const warning = events.find(({ detail }) => detail['stopCode'] === 'TerminationNotice');
    expect(warning?.detail).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'STOPPED' });
    expect(target.report(warning)).toMatchObject({ report: { state: 'running' } });
    expect(target.report(events.at(-1))).toMatchObject({
      report: { state: 'ended', failure: { class: 'interrupted' } },
    });
  });

  it('says that a task never ran', async () => {
    const world = await createFargate();
    world.ecs.failNext({ stoppedReason: 'Timeout waiting for network interface provisioning to complete.' });
    await world.target.start(world.toOrder('instant'), inline);
    await untilStopped(world);
    expect(world.target.report(world.events.at(-1))).toEqual({
      kind: 'report',
      report: {
        token,
        externalId: world.onlyTask().arn,
        state: 'never-started',
        cause: {
          class: 'target-unavailable',
          reason: 'Timeout waiting for network interface provisioning to complete.',
        },
      },
    });
  });
});

describe('what an event tells to be kept', () => {
  it("is what ECS forgets within the hour, of the job's container", () => {
    const imageDigest = 'sha256:74b2c688c700ec95a93e478cdb959737c148df3fbf5ea706abe0318726e885e6';
    const containers = [{ name: 'job', lastStatus: 'STOPPED', exitCode: 4, imageDigest }];
    expect(toStateChange(toEvent({ containers }), 0)).toMatchObject({
      report: {
        details: {
          exitCode: 4,
          stopCode: 'EssentialContainerExited',
          stopReason: 'Essential container in task exited',
          imageDigest,
        },
      },
    });
  });

  it('is none of the variables', () => {
    const secret = { STP_START_TOKEN: token, PASSWORD: 's3cr3t' };
    const change = toStateChange(toEvent({ overrides: { containerOverrides: [toOverride(secret)] } }), 0);
    expect(change).toMatchObject({ kind: 'report', report: { details: { exitCode: 0 } } });
    expect(JSON.stringify(change)).not.toContain('s3cr3t');
  });
});

describe("an event of somebody else's task", () => {
  it('that a person started has the resource, the finding and the event', async () => {
    const world = await createFargate();
    const client = await world.standIn.clients.ecs();
    await client.send(
      new RunTaskCommand({
        cluster: 'jobs',
        taskDefinition: 'instant',
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
        overrides: { containerOverrides: [toOverride({ STP_TRIGGER_EVENT_DATA: '{"id":7}' })] },
      }),
    );
    await untilStopped(world);
    expect(world.target.report(world.events.at(-1))).toEqual({
      kind: 'by-hand',
      resource: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/instant:1',
      externalId: world.onlyTask().arn,
      finding: {
        state: 'ended',
        startedAt: expect.any(Number),
        endedAt: expect.any(Number),
        details: expect.objectContaining({ exitCode: 0 }),
      },
      event: '{"id":7}',
    });
  });

  it.each([
    ['without overrides', { overrides: undefined, startedBy: undefined }],
    ["with the variables of a run's task, started again from the console", { startedBy: 'somebody' }],
    ['with those variables, started by nobody', { startedBy: undefined }],
  ])('is by hand %s', (_name, detail) => {
    expect(toStateChange(toEvent(detail), 0)).toEqual({
      kind: 'by-hand',
      resource: definition,
      externalId: arn,
      finding: {
        state: 'ended',
        startedAt: Date.parse('2026-11-20T10:00:01.000Z'),
        endedAt: Date.parse('2026-11-20T10:00:04.000Z'),
        details: {
          exitCode: 0,
          stopCode: 'EssentialContainerExited',
          stopReason: 'Essential container in task exited',
        },
      },
    });
  });

  it.each([
    ['of a service', { startedBy: 'ecs-svc/0123456789' }],
    ['that looks like ours and has no token', { startedBy: `signalbox-${runId}`, overrides: {} }],
    ['whose token is of another run', { startedBy: 'signalbox-zzzzzzzzzzzzzzzzzzzzzzzzzz' }],
    [
      'in a cluster of AWS Batch',
      { clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/AWSBatch-nightly-1', startedBy: undefined },
    ],
    [
      'that AWS Batch started',
      {
        startedBy: undefined,
        overrides: { containerOverrides: [toOverride({ AWS_BATCH_JOB_ID: '1' })] },
      },
    ],
    ['that is on its way', { lastStatus: 'PENDING' }],
    ['that is being put away', { lastStatus: 'DEPROVISIONING' }],
    ['without an ARN', { taskArn: undefined }],
  ])('%s says nothing', (_name, detail) => {
    expect(toStateChange(toEvent(detail), 0)).toBeUndefined();
  });

  it.each([
    ['source', { source: 'aws.batch' }],
    ['type', { 'detail-type': 'ECS Service Action' }],
  ])('of another %s says nothing', (_name, envelope) => {
    expect(toStateChange(toEvent({}, envelope), 0)).toBeUndefined();
  });
});
