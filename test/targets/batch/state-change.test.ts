import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClients } from '../../../shared/aws/clients.ts';
import { createBatchTarget } from '../../../shared/targets/batch/batch.ts';
import type { ServiceEvent } from '../../stand-in/core.ts';
import { toExecutionArn, toMachineArn } from '../../stand-in/step-functions.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createBatchWorld } from './world.ts';

const { report } = createBatchTarget(createClients({ region: 'eu-west-1' }));
const token = `${runId}-1-1`;
const externalId = toExecutionArn('report', runId);

const jobEvent = {
  version: '0',
  id: '11111111-2222-4333-8444-555555555555',
  'detail-type': 'Batch Job State Change',
  source: 'aws.batch',
  account: '123456789012',
  time: '2026-11-20T10:00:00Z',
  region: 'eu-west-1',
  resources: ['arn:aws:batch:eu-west-1:123456789012:job/0a1b2c3d-0000-4000-8000-000000000001'],
  detail: {
    jobName: `${runId}-2`,
    jobId: '0a1b2c3d-0000-4000-8000-000000000001',
    jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/reports',
    status: 'FAILED',
    statusReason: 'Essential container in task exited',
    createdAt: 1_795_168_800_000,
    startedAt: 1_795_168_830_000,
    stoppedAt: 1_795_168_890_000,
    attempts: [],
    container: {
      exitCode: 3,
      logStreamName: 'report/default/0123456789abcdef',
      environment: [{ name: 'STP_TRIGGER_EVENT_DATA', value: '{"secret":"s3cr3t"}' }],
    },
    isTerminated: false,
  },
} as const;

const executionEvent = {
  version: '0',
  id: '11111111-2222-4333-8444-555555555556',
  'detail-type': 'Step Functions Execution Status Change',
  source: 'aws.states',
  account: '123456789012',
  time: '2026-11-20T10:05:00Z',
  region: 'eu-west-1',
  resources: [externalId],
  detail: {
    executionArn: externalId,
    stateMachineArn: toMachineArn('report'),
    name: runId,
    status: 'FAILED',
    startDate: 1_795_168_800_000,
    stopDate: 1_795_169_100_000,
    input: '{}',
    inputDetails: { included: true },
    error: 'Signalbox.exit-code',
    cause: 'exit code 3: Essential container in task exited',
  },
} as const;

describe('the change of a job of Batch', () => {
  it('tells what became of a try', () => {
    expect(report(jobEvent)).toEqual({
      kind: 'report',
      ofAnyStart: true,
      report: {
        token,
        state: 'tried',
        try: {
          number: 2,
          externalId: '0a1b2c3d-0000-4000-8000-000000000001',
          createdAt: 1_795_168_800_000,
          startedAt: 1_795_168_830_000,
          endedAt: 1_795_168_890_000,
          failure: { class: 'exit-code', reason: 'Essential container in task exited', exitCode: 3 },
          details: {
            exitCode: 3,
            stopReason: 'Essential container in task exited',
            logGroup: '/aws/batch/job',
            logStream: 'report/default/0123456789abcdef',
          },
        },
      },
    });
  });

  it.each([
    ['RUNNABLE', { number: 2, externalId: jobEvent.detail.jobId }],
    [
      'SUCCEEDED',
      {
        number: 2,
        externalId: jobEvent.detail.jobId,
        startedAt: 1_795_168_830_000,
        endedAt: 1_795_168_890_000,
        details: { logGroup: '/aws/batch/job', logStream: 'report/default/0123456789abcdef' },
      },
    ],
  ])('has just what is known of one that is %s', (status, tried) => {
    const { startedAt, stoppedAt, container, ...detail } = jobEvent.detail;
    const times = status === 'RUNNABLE' ? { startedAt: 0 } : { startedAt, stoppedAt, container };
    expect(report({ ...jobEvent, detail: { ...detail, ...times, status } })).toMatchObject({
      report: { try: tried },
    });
  });

  it('has both reasons, and the log group that the definition names, but none of its other options', () => {
    const options = {
      'awslogs-group': '/reports',
      'awslogs-stream-prefix': 'report',
      'splunk-token': 's3cr3t',
    };
    const container = {
      ...jobEvent.detail.container,
      reason: 'OutOfMemoryError: Container killed',
      logConfiguration: { logDriver: 'awslogs', options },
    };
    const told = report({ ...jobEvent, detail: { ...jobEvent.detail, container } });
    expect(told).toMatchObject({
      report: {
        try: {
          details: {
            stopReason: 'Essential container in task exited; OutOfMemoryError: Container killed',
            logGroup: '/reports',
            logStream: 'report/default/0123456789abcdef',
          },
        },
      },
    });
    expect(JSON.stringify(told)).not.toContain('s3cr3t');
  });

  it('has the number of the attempt that was interrupted', () => {
    const detail = { ...jobEvent.detail, jobName: `${runId}-2-1` };
    expect(report({ ...jobEvent, detail })).toMatchObject({ report: { token, try: { number: 2 } } });
  });

  it.each([
    'nightly',
    `${runId}`,
    `${runId}-0`,
    `${runId}-1-x`,
    `${runId}-1000`,
    `${runId.toUpperCase()}-1`,
    '',
  ])('is nothing to us for a job named "%s"', (jobName) => {
    expect(report({ ...jobEvent, detail: { ...jobEvent.detail, jobName } })).toBeUndefined();
  });
});

describe('the change of an execution of a batch job', () => {
  it('tells why it failed, by the class that it ended with', () => {
    expect(report(executionEvent)).toEqual({
      kind: 'report',
      ofAnyStart: true,
      report: {
        token,
        externalId,
        state: 'ended',
        startedAt: 1_795_168_800_000,
        endedAt: 1_795_169_100_000,
        failure: { class: 'exit-code', reason: 'Essential container in task exited', exitCode: 3 },
        details: {
          stopCode: 'Signalbox.exit-code',
          stopReason: 'exit code 3: Essential container in task exited',
        },
      },
    });
  });

  it.each([
    ['Signalbox.out-of-memory', 'OutOfMemoryError: killed', 'out-of-memory'],
    ['Signalbox.image-pull', 'CannotPullContainerError: no', 'image-pull'],
    ['Signalbox.rejected', 'Batch.ClientException: no', 'rejected'],
    ['Signalbox.bad-event', 'too big', 'bad-event'],
    ['States.Runtime', 'An error occurred', 'exit-code'],
    ['Signalbox.unheard-of', 'An error occurred', 'exit-code'],
  ])('%s: %s', (error, cause, failure) => {
    const detail = { ...executionEvent.detail, error, cause };
    expect(report({ ...executionEvent, detail })).toMatchObject({
      report: { failure: { class: failure, reason: expect.stringContaining(cause) } },
    });
  });

  it.each(['ABORTED', 'TIMED_OUT'])('has it looked at when it is %s: its job may live', (status) => {
    const { error: _, cause: __, ...detail } = executionEvent.detail;
    expect(report({ ...executionEvent, detail: { ...detail, status } })).toEqual({
      kind: 'look',
      token,
      externalId,
      ofAnyStart: true,
    });
  });

  it.each(['interrupted', 'lost', 'no-capacity', 'stopped', 'timed-out'])(
    'has it looked at when it ended with %s',
    (failure) => {
      const detail = { ...executionEvent.detail, error: `Signalbox.${failure}`, cause: 'Host EC2' };
      expect(report({ ...executionEvent, detail })).toMatchObject({ kind: 'look', token });
    },
  );

  it('tells that it runs, and that it succeeded', () => {
    const { error: _, cause: __, stopDate, ...detail } = executionEvent.detail;
    expect(report({ ...executionEvent, detail: { ...detail, status: 'RUNNING' } })).toMatchObject({
      kind: 'report',
      report: { token, state: 'running', startedAt: 1_795_168_800_000 },
    });
    const ended = report({ ...executionEvent, detail: { ...detail, stopDate, status: 'SUCCEEDED' } });
    expect(ended).toMatchObject({ kind: 'report', report: { token, state: 'ended', endedAt: stopDate } });
    expect(ended).not.toHaveProperty('report.failure');
  });

  it.each([
    ['{"event":{"order":7}}', '{"order":7}'],
    ['{"event":"as text"}', 'as text'],
  ])('is what a person did under any other name: %s', (input, event) => {
    const name = 'by-hand';
    const detail = {
      ...executionEvent.detail,
      executionArn: toExecutionArn('report', name),
      name,
      input,
    };
    expect(report({ ...executionEvent, detail })).toEqual({
      kind: 'by-hand',
      resource: toMachineArn('report'),
      externalId: toExecutionArn('report', name),
      finding: {
        state: 'ended',
        startedAt: 1_795_168_800_000,
        endedAt: 1_795_169_100_000,
        failure: { class: 'exit-code', reason: 'Essential container in task exited', exitCode: 3 },
        details: expect.objectContaining({ stopCode: 'Signalbox.exit-code' }),
      },
      event,
    });
  });

  it('is nothing to us when an attempt of another target is meant', () => {
    const name = `${runId}-1`;
    const detail = { ...executionEvent.detail, executionArn: toExecutionArn('user', name), name };
    expect(report({ ...executionEvent, detail })).toBeUndefined();
  });
});

describe('any event', () => {
  it('is read without a throw, and never tells what the job was given', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, Number.NaN, -1, 8.65e15, '', runId));
    const original = fc.constantFrom<object>(jobEvent, executionEvent);
    const place = fc.nat({ max: 40 });
    fc.assert(
      fc.property(original, place, junk, (event, at, value) => {
        const changed = change(event, at, value);
        const told = JSON.stringify(report(changed)) ?? '';
        expect(told).not.toContain('s3cr3t');
      }),
    );
  });

  it('of the services leads to what the run needs to know, in any order and twice', async () => {
    const { execute, events, batch } = await createBatchWorld({
      retry: { attempts: 2 },
      definition: { course: { seconds: 0, exitCode: 3 } },
    });
    await execute();
    await until('all was told', () => events.length >= 10);
    const told = [...events, ...events].reverse().map((event: ServiceEvent) => report(event));
    const ends = told.flatMap((each) =>
      each?.kind === 'report' && each.report.state === 'tried' && each.report.try.endedAt !== undefined
        ? [each.report.try.externalId]
        : [],
    );
    expect(new Set(ends)).toEqual(new Set(batch.jobs().map(({ id }) => id)));
    expect(told.filter((each) => each?.kind === 'report' && each.report.state === 'ended')).toHaveLength(2);
    expect(told.every((each) => each !== undefined)).toBe(true);
  });
});

/** Puts a value at one of the places of an event, counted through all its objects. */
function change(event: object, at: number, value: unknown): unknown {
  let left = at;
  return visit(event);

  function visit(node: unknown): unknown {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map(visit);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, visit(each)]));
  }
}
