import { describe, expect, it } from 'vitest';
import { toFinding } from '../../../shared/targets/fargate/finding.ts';
import type { EcsTask } from '../../../shared/targets/fargate/task.ts';

const times = { createdAt: 1_000, startedAt: 2_000, endedAt: 5_000 };
const now = 9_000;

function toTask(change: Partial<EcsTask>): EcsTask {
  return {
    arn: 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0123456789abcdef0123456789abcdef',
    clusterArn: 'arn:aws:ecs:eu-west-1:123456789012:cluster/jobs',
    definitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/index:1',
    lastStatus: 'STOPPED',
    startedBy: '',
    stoppedReason: '',
    containers: [{ name: 'job', reason: '' }],
    overrides: [],
    ...change,
  };
}

/** A task whose job's container ended so. */
function toEnded(change: Partial<EcsTask>, container: { exitCode?: number; reason?: string } = {}) {
  const task = toTask({
    ...times,
    stopCode: 'EssentialContainerExited',
    containers: [{ name: 'job', reason: '', ...container }],
    ...change,
  });
  return toFinding(task, 'job', now);
}

function toNeverRan(stoppedReason: string, reason = '') {
  const task = toTask({
    createdAt: 1_000,
    endedAt: 5_000,
    stopCode: 'TaskFailedToStart',
    stoppedReason,
    containers: [{ name: 'job', reason }],
  });
  return toFinding(task, 'job', now);
}

describe('a task that has not stopped', () => {
  it.each(['PROVISIONING', 'PENDING', 'ACTIVATING', 'A_STATUS_OF_NEXT_YEAR', ''])(
    'is pending while it is %s',
    (lastStatus) => {
      expect(toFinding(toTask({ lastStatus }), 'job', now)).toEqual({ state: 'pending' });
    },
  );

  it.each(['RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING'])(
    'runs while it is %s, once it has a time for that',
    (lastStatus) => {
      expect(toFinding(toTask({ lastStatus }), 'job', now)).toEqual({ state: 'pending' });
      const started = toTask({ lastStatus, startedAt: 2_000 });
      expect(toFinding(started, 'job', now)).toEqual({ state: 'running', startedAt: 2_000 });
    },
  );

  it("still runs after Spot's warning", () => {
    const warned = toTask({ lastStatus: 'RUNNING', startedAt: 2_000, stopCode: 'TerminationNotice' });
    expect(toFinding(warned, 'job', now)).toMatchObject({ state: 'running', startedAt: 2_000 });
  });
});

describe('a task whose containers ended', () => {
  it('succeeded when the exit code of its job is 0', () => {
    expect(toEnded({}, { exitCode: 0 })).toEqual({
      state: 'ended',
      startedAt: 2_000,
      endedAt: 5_000,
      details: { exitCode: 0, stopCode: 'EssentialContainerExited' },
    });
  });

  it('ended when it was seen to have, if ECS gives no time', () => {
    const { endedAt: _, ...task } = toTask({
      ...times,
      containers: [{ name: 'job', exitCode: 0, reason: '' }],
    });
    expect(toFinding(task, 'job', now)).toMatchObject({ endedAt: 9_000 });
  });

  it.each([
    [3, '', { class: 'exit-code', reason: 'ended with exit code 3', exitCode: 3 }],
    [
      137,
      'OutOfMemoryError: Container killed due to memory usage',
      {
        class: 'out-of-memory',
        reason: 'OutOfMemoryError: Container killed due to memory usage',
        exitCode: 137,
        signal: 'SIGKILL',
      },
    ],
    [137, '', { class: 'exit-code', reason: 'ended with exit code 137', exitCode: 137, signal: 'SIGKILL' }],
    [143, '', { class: 'exit-code', reason: 'ended with exit code 143', exitCode: 143, signal: 'SIGTERM' }],
    [
      undefined,
      'DockerTimeoutError: Could not transition to stopped',
      {
        class: 'exit-code',
        reason: 'no exit code is known: DockerTimeoutError: Could not transition to stopped',
      },
    ],
  ])('failed with exit code %s and the reason "%s"', (exitCode, reason, failure) => {
    const finding = toEnded({}, exitCode === undefined ? { reason } : { exitCode, reason });
    expect(finding).toMatchObject({ state: 'ended', startedAt: 2_000, endedAt: 5_000 });
    expect('failure' in finding && finding.failure).toEqual(failure);
  });

  it('names the container that ended first and took the job with it', () => {
    const finding = toEnded({
      containers: [
        { name: 'job', exitCode: 143, reason: '' },
        { name: 'proxy', exitCode: 1, reason: '' },
      ],
    });
    expect(finding).toMatchObject({
      failure: {
        class: 'exit-code',
        exitCode: 143,
        reason: 'ended with exit code 143, after the container proxy had ended with 1',
      },
    });
  });

  it("succeeded though another container was killed at its end: the job's own exit code counts", () => {
    const finding = toEnded({
      containers: [
        { name: 'proxy', exitCode: 137, reason: '' },
        { name: 'job', exitCode: 0, reason: '' },
      ],
    });
    expect(finding).not.toHaveProperty('failure');
  });

  it.each([
    ['SpotInterruption', 'Your Spot Task was interrupted.', 'interrupted'],
    ['TerminationNotice', 'Your Spot Task was interrupted.', 'interrupted'],
    ['UserInitiated', 'Stopped by Signalbox for run 7', 'stopped'],
    ['ServiceSchedulerInitiated', 'Scaling activity initiated by deployment', 'stopped'],
  ])('by %s was %3$s', (stopCode, stoppedReason, failure) => {
    expect(toEnded({ stopCode, stoppedReason }, { exitCode: 143 })).toMatchObject({
      state: 'ended',
      failure: { class: failure, reason: stoppedReason, exitCode: 143, signal: 'SIGTERM' },
    });
  });

  it('keeps at most 1,000 characters of a reason', () => {
    const finding = toEnded({}, { exitCode: 3, reason: 'x'.repeat(5_000) });
    expect(finding).toMatchObject({ failure: { reason: expect.stringMatching(/^.{999}…$/) } });
  });
});

describe('a task that failed to start', () => {
  it.each([
    ['Capacity is unavailable at this time. Please try again later', '', 'no-capacity'],
    ['RESOURCE:ENI', '', 'no-capacity'],
    ["subnet-1 doesn't have enough free addresses: insufficient free addresses", '', 'no-capacity'],
    ['Timeout waiting for network interface provisioning to complete.', '', 'target-unavailable'],
    [
      'ResourceInitializationError: failed to validate logger args: dial tcp: i/o timeout',
      '',
      'target-unavailable',
    ],
    [
      'ResourceInitializationError: unable to pull secrets: AccessDeniedException: not authorized',
      '',
      'rejected',
    ],
    [
      "ResourceInitializationError: ResourceNotFoundException: Secrets Manager can't find the specified secret",
      '',
      'rejected',
    ],
    ['Task failed to start', 'CannotStartContainerError: exec: "jbo": executable file not found', 'rejected'],
    ['Task failed to start', 'CannotStartContainerError: argument list too long', 'rejected'],
    ['Task failed to start', 'CannotCreateContainerError: API error', 'target-unavailable'],
    ['Unexpected EC2 error while attempting to delete network interface', '', 'target-unavailable'],
    ['', '', 'target-unavailable'],
  ])('because of "%s" %s: %s', (stoppedReason, reason, failure) => {
    const said = [stoppedReason, reason].filter((each) => each !== '').join('; ');
    expect(toNeverRan(stoppedReason, reason)).toEqual({
      state: 'never-started',
      cause: { class: failure, reason: said === '' ? 'the task failed to start' : said },
    });
  });

  it('because its image can not be pulled has used its attempt', () => {
    expect(toNeverRan('CannotPullContainerError: manifest unknown')).toEqual({
      state: 'ended',
      endedAt: 5_000,
      failure: { class: 'image-pull', reason: 'CannotPullContainerError: manifest unknown' },
      details: { stopCode: 'TaskFailedToStart', stopReason: 'CannotPullContainerError: manifest unknown' },
    });
  });
});

describe('what is kept of a task', () => {
  const imageDigest = `sha256:${'0a'.repeat(32)}`;
  const logs = { group: '/jobs', stream: 'index/job/0123' };

  it("is the image of the job's container and where its output goes, while it runs", () => {
    const containers = [
      { name: 'proxy', reason: '', imageDigest: `sha256:${'ff'.repeat(32)}` },
      { name: 'job', reason: '', imageDigest },
    ];
    const task = toTask({ lastStatus: 'RUNNING', startedAt: 2_000, containers });
    expect(toFinding(task, 'job', now, logs)).toEqual({
      state: 'running',
      startedAt: 2_000,
      details: { imageDigest, logGroup: '/jobs', logStream: 'index/job/0123' },
    });
  });

  it('is how it ended besides, in the words of ECS', () => {
    const task = toTask({
      ...times,
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [
        { name: 'job', exitCode: 137, reason: 'OutOfMemoryError: Container killed', imageDigest },
        { name: 'proxy', exitCode: 0, reason: 'fine' },
      ],
    });
    const finding = toFinding(task, 'job', now, logs);
    expect('details' in finding && finding.details).toEqual({
      exitCode: 137,
      stopCode: 'EssentialContainerExited',
      stopReason: 'Essential container in task exited; OutOfMemoryError: Container killed',
      imageDigest,
      logGroup: '/jobs',
      logStream: 'index/job/0123',
    });
  });

  it('is nothing that has another shape, and at most 1,000 characters of a reason', () => {
    const finding = toEnded(
      { stopCode: 'x'.repeat(300), stoppedReason: 'y'.repeat(2_000) },
      { exitCode: 3, reason: '', ...{ imageDigest: 'sha256:latest' } },
    );
    expect(finding).toMatchObject({
      details: {
        exitCode: 3,
        stopCode: 'x'.repeat(256),
        stopReason: expect.stringMatching(/^y{999}…$/),
      },
    });
    expect(finding).not.toHaveProperty('details.imageDigest');
  });
});

describe('a task whose job is not known', () => {
  it.each([
    ['one container failed', [0, 3], 3],
    ['one container failed and another was killed then', [143, 3], 3],
    ['the only container was killed', [137], 137],
  ])('failed when %s', (_name, exitCodes, exitCode) => {
    const containers = exitCodes.map((each, at) => ({ name: `part-${at}`, exitCode: each, reason: '' }));
    expect(toFinding(toTask({ containers }), undefined, now)).toMatchObject({ failure: { exitCode } });
  });

  it.each([
    ['all ended with 0', [0, 0]],
    ['one ended with 0 and the other was killed then', [137, 0]],
  ])('succeeded when %s', (_name, exitCodes) => {
    const containers = exitCodes.map((exitCode, at) => ({ name: `part-${at}`, exitCode, reason: '' }));
    expect(toFinding(toTask({ containers }), undefined, now)).not.toHaveProperty('failure');
  });
});
