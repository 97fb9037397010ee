import { describe, expect, it } from 'vitest';
import { type BuildState, type Phase, toBuildState } from '../../../shared/targets/codebuild/build-state.ts';
import { toFinding } from '../../../shared/targets/codebuild/finding.ts';

const now = 1_795_168_800_000;

/** Phases one second after the other; the last one goes on unless `status` says how it ended. */
function toPhases(types: readonly string[], status?: string, code = '', message = ''): readonly Phase[] {
  return types.map((type, place) => {
    const startedAt = now - 60_000 + place * 1000;
    const isLast = place === types.length - 1;
    if (isLast && status === undefined) return { type, startedAt, contexts: [] };
    const contexts = isLast ? [{ code, message }] : [{ code: '', message: '' }];
    return {
      type,
      startedAt,
      endedAt: startedAt + 1000,
      status: isLast ? (status ?? '') : 'SUCCEEDED',
      contexts,
    };
  });
}

function toBuild(status: string, phases: readonly Phase[]): BuildState {
  const isComplete = status !== 'IN_PROGRESS';
  const completed = { type: 'COMPLETED', startedAt: now - 10_000, contexts: [] };
  return {
    arn: 'arn:aws:codebuild:eu-west-1:123456789012:build/thumbnails:5f0c6a1e-0000-4000-8000-000000000000',
    status,
    isComplete,
    startedAt: now - 60_000,
    phases: isComplete ? [...phases, completed] : phases,
    variables: new Map(),
  };
}

const queued = ['SUBMITTED', 'QUEUED'];
const provisioned = [...queued, 'PROVISIONING'];
const downloaded = [...provisioned, 'DOWNLOAD_SOURCE'];
const prepared = [...downloaded, 'INSTALL', 'PRE_BUILD'];
const built = [...prepared, 'BUILD'];

describe('a build that goes on', () => {
  it.each([[['SUBMITTED']], [queued], [provisioned], [[]]])('is pending in %j', (types) => {
    expect(toFinding(toBuild('IN_PROGRESS', toPhases(types)), now)).toEqual({ state: 'pending' });
  });

  it.each([[downloaded], [prepared], [built], [[...built, 'POST_BUILD', 'UPLOAD_ARTIFACTS', 'FINALIZING']]])(
    'runs since its container does, in %j',
    (types) => {
      const startedAt = now - 57_000;
      expect(toFinding(toBuild('IN_PROGRESS', toPhases(types)), now)).toEqual({
        state: 'running',
        startedAt,
      });
    },
  );

  it('goes on with a status that nobody knows', () => {
    expect(toFinding({ ...toBuild('PAUSED', toPhases(queued)), isComplete: false }, now)).toEqual({
      state: 'pending',
    });
  });
});

describe('a build that has ended', () => {
  it('succeeded', () => {
    expect(toFinding(toBuild('SUCCEEDED', toPhases([...built, 'FINALIZING'], 'SUCCEEDED')), now)).toEqual({
      state: 'ended',
      startedAt: now - 57_000,
      endedAt: now - 10_000,
    });
  });

  it.each([
    [
      'FAILED',
      built,
      'FAILED',
      'exit-code',
      'the build failed in BUILD: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'FAILED',
      downloaded,
      'FAILED',
      'exit-code',
      'the build failed in DOWNLOAD_SOURCE: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'TIMED_OUT',
      built,
      'TIMED_OUT',
      'timed-out',
      'the build timed out in BUILD: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'STOPPED',
      built,
      'STOPPED',
      'stopped',
      'the build was stopped in BUILD: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'STOPPED',
      queued,
      'STOPPED',
      'stopped',
      'the build was stopped in QUEUED: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'FAULT',
      built,
      'FAULT',
      'lost',
      'CodeBuild itself had a fault in BUILD: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'FAULT',
      prepared,
      'FAULT',
      'target-unavailable',
      'CodeBuild itself had a fault in PRE_BUILD: COMMAND_EXECUTION_ERROR: make failed',
    ],
    [
      'EXPLODED',
      built,
      'FAULT',
      'lost',
      'the build ended with the unknown status "EXPLODED" in BUILD: COMMAND_EXECUTION_ERROR: make failed',
    ],
  ])('%s in %j is told with its phase and why', (status, types, phaseStatus, failure, reason) => {
    const build = toBuild(status, toPhases(types, phaseStatus, 'COMMAND_EXECUTION_ERROR', 'make failed'));
    expect(toFinding(build, now)).toMatchObject({ state: 'ended', failure: { class: failure, reason } });
  });

  it.each([
    ['TIMED_OUT', queued, 'TIMED_OUT', '', 'no-capacity'],
    ['TIMED_OUT', provisioned, 'TIMED_OUT', '', 'no-capacity'],
    ['FAULT', queued, 'FAULT', 'internal error', 'target-unavailable'],
    ['FAULT', provisioned, 'FAULT', 'internal error', 'target-unavailable'],
    ['FAILED', provisioned, 'CLIENT_ERROR', 'role can’t be assumed', 'target-unavailable'],
    ['FAILED', queued, 'CLIENT_ERROR', 'Unexpected EC2 error: RequestLimitExceeded', 'throttled'],
  ])('%s in %j (%s) never started: no attempt is used', (status, types, phaseStatus, message, failure) => {
    const build = toBuild(status, toPhases(types, phaseStatus, 'SOME_ERROR', message));
    expect(toFinding(build, now)).toMatchObject({
      state: 'never-started',
      cause: { class: failure, reason: expect.stringContaining(message) },
    });
  });

  it.each([
    ['BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE', provisioned, 'CLIENT_ERROR', 'image-pull'],
    ['SINGLE_BUILD_CONTAINER_DEAD', built, 'FAILED', 'out-of-memory'],
  ])('with the code %s says so', (code, types, phaseStatus, failure) => {
    const build = toBuild('FAILED', toPhases(types, phaseStatus, code, 'Build container died'));
    expect(toFinding(build, now)).toMatchObject({ state: 'ended', failure: { class: failure } });
  });

  it('is told by its first phase that went wrong', () => {
    const failed = toPhases(built, 'FAILED', 'COMMAND_EXECUTION_ERROR', 'Reason: exit status 4');
    const after: Phase = {
      type: 'POST_BUILD',
      status: 'FAILED',
      contexts: [{ code: '', message: 'Reason: exit status 5' }],
    };
    expect(toFinding(toBuild('FAILED', [...failed, after]), now)).toMatchObject({ failure: { exitCode: 4 } });
  });

  it.each([
    ['FAILED', 'exit-code'],
    ['FAULT', 'lost'],
    ['TIMED_OUT', 'timed-out'],
  ])('%s without any phase is not taken for one that never ran', (status, failure) => {
    expect(toFinding({ ...toBuild(status, []), phases: [] }, now)).toMatchObject({
      state: 'ended',
      endedAt: now,
      failure: { class: failure },
    });
  });

  it('has a reason of at most a thousand characters', () => {
    const build = toBuild('FAILED', toPhases(built, 'FAILED', 'COMMAND_EXECUTION_ERROR', 'x'.repeat(5000)));
    const finding = toFinding(build, now);
    expect(finding.state === 'ended' && finding.failure?.reason).toHaveLength(1000);
  });
});

describe('what is kept of a build', () => {
  const logs = { logGroup: '/aws/codebuild/thumbnails', logStream: '5f0c6a1e' };

  it('is where it logs, while it runs and when it has succeeded', () => {
    const running = { ...toBuild('IN_PROGRESS', toPhases(built)), ...logs };
    expect(toFinding(running, now)).toMatchObject({ state: 'running', details: logs });
    const succeeded = { ...toBuild('SUCCEEDED', toPhases(built, 'SUCCEEDED')), ...logs };
    expect(toFinding(succeeded, now)).toEqual({
      state: 'ended',
      startedAt: now - 57_000,
      endedAt: now - 10_000,
      details: logs,
    });
  });

  it('is the phase that failed besides, and what CodeBuild says of it', () => {
    const message = 'Error while executing command: make. Reason: exit status 2';
    const phases = toPhases(built, 'FAILED', 'COMMAND_EXECUTION_ERROR', message);
    expect(toFinding({ ...toBuild('FAILED', phases), ...logs }, now)).toMatchObject({
      details: {
        exitCode: 2,
        stopCode: 'BUILD',
        stopReason: `COMMAND_EXECUTION_ERROR: ${message}`,
        ...logs,
      },
    });
  });

  it('is at most 1,000 characters of that', () => {
    const build = toBuild('FAILED', toPhases(built, 'FAILED', '', 'x'.repeat(5000)));
    expect(toFinding(build, now)).toMatchObject({
      details: { stopReason: expect.stringMatching(/^x{999}…$/) },
    });
  });
});

describe('the exit code', () => {
  it.each([
    ['Error while executing command: ./index.sh. Reason: exit status 3', 3],
    ['Error while executing command: ./index.sh. Reason: exit status 3.', 3],
    ['Error while executing command: ./index.sh.  Reason: Exit status 137\n', 137],
    ['Error while executing command: node index.js. Reason: exit code 255', 255],
    ['Error while executing command: echo "Reason: exit status 7"; exit 2. Reason: exit status 2', 2],
    ['Error while executing command: a.exe. Reason: exit status 3221225477', 3221225477],
    ['Error while executing command: ./index.sh. Reason: signal: killed', undefined],
    ['Error while executing command: exit status 7', undefined],
    ['Error while executing command: echo Reason: exit status 7 and more', undefined],
    ['stat index.sh: no such file or directory', undefined],
    ['', undefined],
  ])('of %j is %s', (message, exitCode) => {
    const build = toBuild('FAILED', toPhases(built, 'FAILED', 'COMMAND_EXECUTION_ERROR', message));
    const finding = toFinding(build, now);
    expect(finding.state === 'ended' && finding.failure?.exitCode).toBe(exitCode);
    expect(finding).toMatchObject({ failure: { class: 'exit-code' } });
  });
});

describe('a build as the SDK gives it', () => {
  it('may lack almost everything', () => {
    expect(toBuildState({})).toBeUndefined();
    const arn = 'arn:aws:codebuild:eu-west-1:123456789012:build/thumbnails:5f0c6a1e';
    expect(toBuildState({ arn })).toEqual({
      arn,
      status: '',
      isComplete: false,
      phases: [],
      variables: new Map(),
    });
  });

  it('says where it logs, unless it logs nowhere', () => {
    const logs = { groupName: '/builds', streamName: 'thumbnails/5f0c6a1e', deepLink: 'https://…' };
    expect(toBuildState({ arn: 'a', logs })).toMatchObject({
      logGroup: '/builds',
      logStream: 'thumbnails/5f0c6a1e',
    });
    const disabled = toBuildState({ arn: 'a', logs: { cloudWatchLogs: { status: 'DISABLED' } } });
    expect(disabled).not.toHaveProperty('logGroup');
    expect(disabled).not.toHaveProperty('logStream');
  });

  it('is in its current phase although its list does not show that yet', () => {
    const arn = 'arn:aws:codebuild:eu-west-1:123456789012:build/thumbnails:5f0c6a1e';
    const startTime = new Date(now - 5000);
    const build = toBuildState({
      arn,
      startTime,
      buildStatus: 'IN_PROGRESS',
      currentPhase: 'BUILD',
      phases: [],
    });
    expect(build && toFinding(build, now)).toEqual({ state: 'running', startedAt: now - 5000 });
  });

  it('keeps only the variables that are plain', () => {
    const environmentVariables = [
      { name: 'A', value: '1', type: 'PLAINTEXT' as const },
      { name: 'B', value: '/secret/name', type: 'SECRETS_MANAGER' as const },
      { name: 'C', value: '3' },
    ];
    const environment = {
      type: 'LINUX_CONTAINER',
      image: 'i',
      computeType: 'BUILD_GENERAL1_SMALL',
      environmentVariables,
    } as const;
    expect(toBuildState({ arn: 'a', environment })?.variables).toEqual(
      new Map([
        ['A', '1'],
        ['C', '3'],
      ]),
    );
  });
});
