import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClients } from '../../../shared/aws/clients.ts';
import { createCodeBuildTarget } from '../../../shared/targets/codebuild/codebuild.ts';
import { parseTime } from '../../../shared/targets/codebuild/state-change.ts';
import { runId } from '../../support/draft.ts';
import { until } from '../../support/until.ts';
import { createWorld, inline, projects, toBreaking, token } from './world.ts';

const arn = 'arn:aws:codebuild:eu-west-1:123456789012:build/thumbnails:5f0c6a1e-3b7d-4c1e-9a55-0d6f2b8c7e14';
// Reading events takes no call.
const target = createCodeBuildTarget(createClients());

type Phase = Readonly<Record<string, unknown>>;

const phase = (
  type: string,
  second: number,
  status = 'SUCCEEDED',
  context: readonly string[] = [': '],
): Phase => ({
  'phase-type': type,
  'phase-status': status,
  'phase-context': context,
  'start-time': `Nov 20, 2026 10:00:${String(second).padStart(2, '0')} AM`,
  'end-time': `Nov 20, 2026 10:00:${String(second + 1).padStart(2, '0')} AM`,
  'duration-in-seconds': 1,
});
const openPhase = (type: string, second: number): Phase => ({
  'phase-type': type,
  'start-time': `Nov 20, 2026 10:00:${String(second).padStart(2, '0')} AM`,
});
const beginning = [
  phase('SUBMITTED', 0),
  phase('QUEUED', 1),
  phase('PROVISIONING', 2),
  phase('DOWNLOAD_SOURCE', 3),
];

function toEvent(
  status: string,
  phases: readonly Phase[],
  variables: readonly (readonly [string, string])[],
) {
  return {
    version: '0',
    id: 'b5a8f1de-77a2-4f1e-8c58-9a0d7ad01c11',
    'detail-type': 'CodeBuild Build State Change',
    source: 'aws.codebuild',
    account: '123456789012',
    time: '2026-11-20T10:01:00Z',
    region: 'eu-west-1',
    resources: [arn],
    detail: {
      'build-status': status,
      'project-name': 'thumbnails',
      'build-id': arn,
      'additional-information': {
        environment: {
          image: 'aws/codebuild/standard:7.0',
          'environment-variables': variables.map(([name, value]) => ({ name, type: 'PLAINTEXT', value })),
        },
        'build-complete': status !== 'IN_PROGRESS',
        'build-start-time': 'Nov 20, 2026 10:00:00 AM',
        phases,
      },
      version: '1',
    },
  };
}

const ours = [['STP_START_TOKEN', token]] as const;

describe('a state change of a build of ours', () => {
  it('is pending before its container runs', () => {
    const phases = [phase('SUBMITTED', 0), openPhase('QUEUED', 1)];
    expect(target.report(toEvent('IN_PROGRESS', phases, ours))).toEqual({
      kind: 'report',
      report: { token, externalId: arn, state: 'pending' },
    });
  });

  it('runs from then on', () => {
    const phases = [...beginning.slice(0, 3), openPhase('DOWNLOAD_SOURCE', 3)];
    expect(target.report(toEvent('IN_PROGRESS', phases, ours))).toEqual({
      kind: 'report',
      report: { token, externalId: arn, state: 'running', startedAt: Date.UTC(2026, 10, 20, 10, 0, 3) },
    });
  });

  it('succeeds', () => {
    const phases = [...beginning, phase('BUILD', 5), openPhase('COMPLETED', 40)];
    expect(target.report(toEvent('SUCCEEDED', phases, ours))).toEqual({
      kind: 'report',
      report: {
        token,
        externalId: arn,
        state: 'ended',
        startedAt: Date.UTC(2026, 10, 20, 10, 0, 3),
        endedAt: Date.UTC(2026, 10, 20, 10, 0, 40),
      },
    });
  });

  it('tells where it logs, and which phase failed', () => {
    const why = 'COMMAND_EXECUTION_ERROR: Error while executing command: ./index.sh. Reason: exit status 3';
    const phases = [...beginning, phase('BUILD', 5, 'FAILED', [why]), openPhase('COMPLETED', 40)];
    const event = toEvent('FAILED', phases, [...ours, ['PASSWORD', 's3cr3t']]);
    const logs = { 'group-name': '/builds', 'stream-name': '5f0c6a1e', 'deep-link': 'https://…' };
    const information = { ...event.detail['additional-information'], logs };
    const told = target.report({
      ...event,
      detail: { ...event.detail, 'additional-information': information },
    });
    expect(told).toMatchObject({
      report: {
        details: {
          exitCode: 3,
          stopCode: 'BUILD',
          stopReason: why,
          logGroup: '/builds',
          logStream: '5f0c6a1e',
        },
      },
    });
    expect(JSON.stringify(told)).not.toContain('s3cr3t');
  });

  it('fails, with its exit code', () => {
    const why = 'COMMAND_EXECUTION_ERROR: Error while executing command: ./index.sh. Reason: exit status 3';
    const phases = [...beginning, phase('BUILD', 5, 'FAILED', [why]), openPhase('COMPLETED', 40)];
    expect(target.report(toEvent('FAILED', phases, ours))).toMatchObject({
      report: {
        state: 'ended',
        failure: { class: 'exit-code', exitCode: 3, reason: `the build failed in BUILD: ${why}` },
      },
    });
  });

  it.each([
    ['TIMED_OUT', 'timed-out'],
    ['FAULT', 'lost'],
    ['STOPPED', 'stopped'],
    ['SOMETHING_NEW', 'lost'],
  ])('is read with the status %s', (status, failure) => {
    const phases = [...beginning, phase('BUILD', 5, status), openPhase('COMPLETED', 40)];
    expect(target.report(toEvent(status, phases, ours))).toMatchObject({
      kind: 'report',
      report: { state: 'ended', failure: { class: failure } },
    });
  });

  it('is stopped no earlier than the end of the second that it names: its stop came before', () => {
    const phases = [...beginning, phase('BUILD', 5, 'STOPPED'), openPhase('COMPLETED', 40)];
    expect(target.report(toEvent('STOPPED', phases, ours))).toMatchObject({
      report: { endedAt: Date.UTC(2026, 10, 20, 10, 0, 40) + 999 },
    });
  });

  it('ended when it was sent, should its phases not say when', () => {
    expect(target.report(toEvent('SUCCEEDED', [], ours))).toMatchObject({
      report: { state: 'ended', endedAt: Date.UTC(2026, 10, 20, 10, 1, 0) },
    });
  });
});

describe('a state change of a build that a person started', () => {
  it.each([
    ['without variables', []],
    ['with a token that is none', [['STP_START_TOKEN', 'mine']]],
  ] as const)('names its project, %s', (_, variables) => {
    const phases = [...beginning, openPhase('BUILD', 5)];
    expect(target.report(toEvent('IN_PROGRESS', phases, variables))).toEqual({
      kind: 'by-hand',
      resource: 'thumbnails',
      externalId: arn,
      finding: { state: 'running', startedAt: Date.UTC(2026, 10, 20, 10, 0, 3) },
    });
  });

  it('has the event that it was given', () => {
    const variables = [['STP_TRIGGER_EVENT_DATA', '{"hello":"world"}']] as const;
    expect(target.report(toEvent('IN_PROGRESS', [], variables))).toMatchObject({
      kind: 'by-hand',
      event: '{"hello":"world"}',
    });
  });

  it('does not take the name of a secret for a token or an event', () => {
    const event = toEvent('IN_PROGRESS', [], []);
    const variables = ['STP_START_TOKEN', 'STP_TRIGGER_EVENT_DATA'].map((name) => ({
      name,
      type: 'SECRETS_MANAGER',
      value: token,
    }));
    Object.assign(event.detail['additional-information'].environment, { 'environment-variables': variables });
    const change = target.report(event);
    expect(change).toMatchObject({ kind: 'by-hand' });
    expect(change).not.toHaveProperty('event');
  });
});

describe('an event that is none of these', () => {
  it.each([
    ['of another service', { source: 'aws.ecs' }],
    ['of a user', { source: 'com.example.codebuild' }],
    ['of a phase', { 'detail-type': 'CodeBuild Build Phase Change' }],
    ['without detail', { detail: null }],
    ['of no build', { detail: { 'build-status': 'FAILED', 'build-id': 'arn:aws:s3:::bucket' } }],
    ['whose build is a number', { detail: { 'build-status': 'FAILED', 'build-id': 7 } }],
  ])('%s tells nothing', (_, change) => {
    expect(target.report({ ...toEvent('FAILED', beginning, ours), ...change })).toBeUndefined();
  });

  it('does no harm, whatever is in it', () => {
    const whole = toEvent('FAILED', [...beginning, phase('BUILD', 5, 'FAILED')], ours);
    fc.assert(
      fc.property(fc.constantFrom(...toPaths(whole)), fc.anything(), (path, value) => {
        const change = target.report(replaceAt(structuredClone(whole), path, value));
        if (change === undefined) return;
        expect(
          change.kind === 'report' ? change.report.externalId : 'externalId' in change && change.externalId,
        ).toMatch(/^arn:[\w-]+:codebuild:/);
        const finding =
          change.kind === 'report' ? change.report : change.kind === 'by-hand' && change.finding;
        if (finding && finding.state === 'ended') expect(finding.endedAt).not.toBeNaN();
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 2000) },
    );
  });
});

describe('the times in events', () => {
  it.each([
    ['Sep 1, 2017 4:12:29 PM', Date.UTC(2017, 8, 1, 16, 12, 29)],
    ['Sep 1, 2017, 4:12:29\u202fPM', Date.UTC(2017, 8, 1, 16, 12, 29)],
    ['Dec 31, 2026 12:00:00 AM', Date.UTC(2026, 11, 31, 0, 0, 0)],
    ['Dec 31, 2026 12:59:59 PM', Date.UTC(2026, 11, 31, 12, 59, 59)],
    ['2026-11-20T10:01:00Z', Date.UTC(2026, 10, 20, 10, 1, 0)],
    ['Foo 1, 2017 4:12:29 PM', undefined],
    ['1 Sep 2017', undefined],
    ['', undefined],
    [7, undefined],
  ])('%j is %s', (text, at) => {
    expect(parseTime(text)).toBe(at);
  });
});

describe('the events of a build from its start to its end', () => {
  it('tell the same as a look at it, to the second', async () => {
    const { target, events, codeBuild, toOrder } = await createWorld();
    await target.start(toOrder({}, 'fails'), inline);
    await until('it has ended', () => events.length === 2);
    const externalId = codeBuild.builds()[0]?.arn ?? '';
    const [begun, ended] = events.map((event) => target.report(event));
    expect(begun).toEqual({ kind: 'report', report: { token, externalId, state: 'pending' } });
    const [seen] = await target.describe([{ token, externalId, work: toOrder().work }]);
    if (seen?.state !== 'ended' || seen.startedAt === undefined) throw new Error('it has not ended');
    const { startedAt, endedAt, ...how } = seen;
    expect(ended).toEqual({
      kind: 'report',
      report: { ...how, startedAt: toWholeSecond(startedAt), endedAt: toWholeSecond(endedAt) },
    });
  });

  it('tell of a failure before the container ran that it never started', async () => {
    const context = { statusCode: 'VPC_CLIENT_ERROR', message: 'Unexpected EC2 error: RequestLimitExceeded' };
    const busy = toBreaking('busy', {
      phase: 'QUEUED',
      status: 'FAILED',
      phaseStatus: 'CLIENT_ERROR',
      context,
    });
    const { target, events, toOrder } = await createWorld({ projects: [...projects, busy] });
    await target.start(toOrder({}, 'busy'), inline);
    await until('it has ended', () => events.length === 2);
    expect(target.report(events[1])).toMatchObject({
      kind: 'report',
      report: { token, state: 'never-started', cause: { class: 'throttled' } },
    });
  });

  it('tell of builds that were started by hand, with and without an event', async () => {
    const { target, events, codeBuild } = await createWorld();
    const externalId = codeBuild.startByHand('waits', { STP_TRIGGER_EVENT_DATA: '{"a":1}' });
    await until('it is told', () => events.length === 1);
    expect(target.report(events[0])).toEqual({
      kind: 'by-hand',
      resource: 'waits',
      externalId,
      finding: { state: 'pending' },
      event: '{"a":1}',
    });
  });

  it('are told twice, and in any order, without a difference', async () => {
    const { target, events, toOrder } = await createWorld();
    await target.start(toOrder({ token: `${runId}-2-1` }, 'succeeds'), inline);
    await until('it has ended', () => events.length === 2);
    const [first, last] = events;
    const told = [last, first, last].map((event) => target.report(event));
    expect(told[2]).toEqual(told[0]);
    expect(told[1]).toMatchObject({ report: { token: `${runId}-2-1`, state: 'pending' } });
  });
});

function toWholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}

type Path = readonly (string | number)[];

/** The way to everything in a value, itself included. */
function toPaths(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => toPaths(part, [...path, key]))];
}

function replaceAt(whole: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined || typeof whole !== 'object' || whole === null) return value;
  Reflect.set(whole, key, replaceAt(Reflect.get(whole, key), rest, value));
  return whole;
}
