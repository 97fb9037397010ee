import { describe, expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { adopt } from '../../shared/router/adopt.ts';
import { decide } from '../../shared/runs/decide.ts';
import type { BatchWork, FargateWork, StateMachineWork } from '../../shared/runs/plan.ts';
import type { Run } from '../../shared/runs/run.ts';
import { runId, start, toPlan } from '../support/draft.ts';

const stateMachine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:report';
const externalId = 'arn:aws:states:eu-west-1:123456789012:execution:report:by-hand';
const finding = { state: 'running', startedAt: start } as const;
const { jobs } = parseJobs(
  'service: shop\njobs:\n  report: { target: process, local: { command: [node] }, events: [{ type: manual }] }\n',
  '/jobs.yml',
);

it('gives the jobs of an execution that a person started all the time in the queue that they need', () => {
  const work: BatchWork = {
    target: 'batch',
    stateMachine,
    jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/reports',
    retry: toPlan().retry,
    tryTimeoutSeconds: 60,
    tryStartTimeoutSeconds: 600,
  };
  const adopted = adopt(
    'batch',
    { kind: 'by-hand', resource: stateMachine, externalId, finding },
    { jobs, toPlan: () => toPlan({ work }), now: () => start },
  );
  expect(adopted?.draft.run.plan).toMatchObject({
    work: { ...work, tryStartTimeoutSeconds: 31_536_000 },
    timeoutSeconds: 31_536_000,
    startTimeoutSeconds: 31_536_000,
  });
});

describe('a task that a person started', () => {
  const toWork = (taskDefinition: string): FargateWork => ({
    target: 'fargate',
    cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/media-prod',
    taskDefinition,
    container: 'job',
    network: { subnets: ['subnet-0a'], securityGroups: [], assignPublicIp: true },
    isSpot: false,
    environmentFiles: [],
  });
  const arnOf = (family: string) => `arn:aws:ecs:eu-west-1:123456789012:task-definition/${family}`;
  const jobOf = (taskDefinition: string, started: string) =>
    adopt(
      'fargate',
      {
        kind: 'by-hand',
        resource: arnOf(started),
        externalId: 'arn:aws:ecs:eu-west-1:123456789012:task/media-prod/0123456789abcdef',
        finding,
      },
      { jobs, toPlan: () => toPlan({ work: toWork(taskDefinition) }), now: () => start },
    )?.draft.run.job;

  it('is one of the job whose definition it was made of', () => {
    expect(jobOf('media-prod-report-3fa9c1d2', 'media-prod-report-3fa9c1d2:1')).toBe('report');
    expect(jobOf(arnOf('report:7'), 'report:7')).toBe('report');
    expect(jobOf(arnOf('report:7'), 'report:6')).toBe('report');
    expect(jobOf(arnOf('report'), 'report:6')).toBe('report');
  });

  it('is one of the job too when it was made of what an earlier deploy had made', () => {
    expect(jobOf('media-prod-report-3fa9c1d2', 'media-prod-report-00000000:4')).toBe('report');
  });

  it('is nobody’s when its definition is somebody else’s', () => {
    expect(jobOf('media-prod-report-3fa9c1d2', 'media-prod-report-b-00000000:4')).toBeUndefined();
    expect(jobOf('media-prod-report-3fa9c1d2', 'media-prod-report:4')).toBeUndefined();
    expect(jobOf(arnOf('report-3fa9c1d2:7'), 'report-00000000:4')).toBeUndefined();
  });
});

describe('an execution that was started with an announcement', () => {
  const work: StateMachineWork = { target: 'state-machine', stateMachine, waitsForEnd: true };
  const runOf = (event: unknown) =>
    adopt(
      'state-machine',
      { kind: 'by-hand', resource: stateMachine, externalId, finding, event: JSON.stringify(event) },
      { jobs, toPlan: () => toPlan({ work }), now: () => start },
    )?.draft.run;
  const toDetail = (hops: number) => ({ announcementId: `${runId}-succeeded-1-1795168800000`, hops });
  const toEvent = (hops: number) => ({ source: 'signalbox', detail: toDetail(hops) });

  it('has one hop more than the run that was announced', () => {
    expect(runOf(toEvent(2))?.hops).toBe(3);
    expect(runOf(toDetail(2))?.hops).toBe(3);
    const records = [{ type: 'aws.events.event', data: toEvent(4) }];
    expect(
      runOf({ sourceArn: 'arn:aws:events:eu-west-1:123456789012:event-bus/default', records })?.hops,
    ).toBe(5);
  });

  it('is not announced when it is a loop: it runs already, and would go on by its announcements', () => {
    const seenRunning = (run: Run | undefined) =>
      run &&
      decide(run, { kind: 'reported', report: { token: `${run.id}-1-1`, externalId, ...finding } }, start);
    const announced = [{ kind: 'announce', to: 'bus' }];
    expect(seenRunning(runOf(toEvent(5)))).toMatchObject({ status: 'running', hops: 6, outbox: announced });
    expect(seenRunning(runOf(toEvent(6)))).toMatchObject({ status: 'running', hops: 7, outbox: [] });
    expect(seenRunning(runOf(toEvent(400)))).toMatchObject({ status: 'running', hops: 401, outbox: [] });
  });

  it.each([
    null,
    7,
    'text',
    { orderId: 7 },
    { sourceArn: 'x', records: 7 },
    { sourceArn: 'x', records: [null, 7, {}, { data: null }, { data: [] }, { type: 7, data: {} }] },
  ])('has none when it was %j', (event) => {
    expect(runOf(event)).toBeDefined();
    expect(runOf(event)).not.toHaveProperty('hops');
  });
});
