import { describe, expect, it } from 'vitest';
import { createCodeBuildTarget } from '../../../shared/targets/codebuild/codebuild.ts';
import { serverError, throttled } from '../../stand-in/faults.ts';
import { ServiceError } from '../../stand-in/service.ts';
import { runId } from '../../support/draft.ts';
import { createWorld, inline, projects, token, toWork } from './world.ts';

const refusal = (code: string, message: string, status = 400) =>
  ({ kind: 'refuse', error: new ServiceError(code, message, status) }) as const;

describe('a start of a build', () => {
  it('asks for the project, with the token twice, the variables in their order, and the times in minutes', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    const answer = await target.start(order, inline);
    expect(answer).toEqual({ kind: 'started', externalId: codeBuild.builds()[0]?.arn });
    const plain = (name: string, value: string) => ({ name, value, type: 'PLAINTEXT' });
    expect(standIn.calls.map(({ operation, request }) => [operation, request])).toEqual([
      [
        'StartBuild',
        {
          projectName: 'waits',
          idempotencyToken: `${runId}-1-1`,
          environmentVariablesOverride: [
            plain('STP_TRIGGER_EVENT_DATA', '{"id":"event-1","records":[]}'),
            plain('STP_CURRENT_ATTEMPT', '1'),
            plain('STP_MAXIMUM_ATTEMPTS', '3'),
            plain('STP_RUN_ID', runId),
            plain('STP_JOB_NAME', 'word-index'),
            plain('STP_TRIGGER_SOURCE', 'manual'),
            plain('STP_DEADLINE', '2026-11-20T11:10:00.000Z'),
            plain('TRACEPARENT', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
            plain('STP_START_TOKEN', `${runId}-1-1`),
          ],
          timeoutInMinutesOverride: 10,
          queuedTimeoutInMinutesOverride: 60,
          autoRetryLimitOverride: 0,
        },
      ],
    ]);
  });

  it.each([
    { timeoutSeconds: 1, startTimeoutSeconds: 1, minutes: [5, 5] },
    { timeoutSeconds: 300, startTimeoutSeconds: 300, minutes: [5, 5] },
    { timeoutSeconds: 301, startTimeoutSeconds: 301, minutes: [6, 6] },
    { timeoutSeconds: 129_600, startTimeoutSeconds: 28_800, minutes: [2160, 480] },
    { timeoutSeconds: 129_601, startTimeoutSeconds: 28_801, minutes: [2160, 480] },
  ])(
    'rounds $timeoutSeconds s to run and $startTimeoutSeconds s to start up to $minutes min',
    async (times) => {
      const { target, standIn, toOrder } = await createWorld();
      const { minutes, ...seconds } = times;
      expect(await target.start(toOrder(seconds), inline)).toMatchObject({ kind: 'started' });
      const { timeoutInMinutesOverride, queuedTimeoutInMinutesOverride } = standIn.calls[0]?.request ?? {};
      expect([timeoutInMinutesOverride, queuedTimeoutInMinutesOverride]).toEqual(minutes);
    },
  );

  it('freezes the image, the compute type and the buildspec of the order', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const overrides = {
      image: 'aws/codebuild/standard:6.0',
      computeType: 'BUILD_GENERAL1_LARGE',
      buildspec:
        'version: 0.2\nphases:\n  build:\n    commands:\n      - echo attempt $STP_CURRENT_ATTEMPT\n',
    };
    const order = toOrder({ work: { ...toWork('waits'), overrides } });
    const answer = await target.start(order, inline);
    expect(standIn.calls[0]?.request).toMatchObject({
      imageOverride: 'aws/codebuild/standard:6.0',
      computeTypeOverride: 'BUILD_GENERAL1_LARGE',
      buildspecOverride: overrides.buildspec,
    });
    await expect
      .poll(() => codeBuild.outputOf(answer.kind === 'started' ? answer.externalId : ''))
      .toBe('attempt 1\n');
  });

  it('tells a build where its event lies', async () => {
    const { target, standIn, toOrder } = await createWorld();
    const payload = { uri: 's3://payloads/runs/1.json', sha256: 'ab'.repeat(32), sizeBytes: 70_000 };
    await target.start(toOrder(), { tier: 'claim-check', payload });
    expect(standIn.calls[0]?.request['environmentVariablesOverride']).toEqual(
      expect.arrayContaining([
        {
          name: 'STP_TRIGGER_EVENT_DATA',
          value: `{"claimCheck":{"uri":"s3://payloads/runs/1.json","sha256":"${'ab'.repeat(32)}","sizeBytes":70000}}`,
          type: 'PLAINTEXT',
        },
        { name: 'STP_TRIGGER_EVENT_URI', value: 's3://payloads/runs/1.json', type: 'PLAINTEXT' },
        { name: 'STP_TRIGGER_EVENT_SHA256', value: 'ab'.repeat(32), type: 'PLAINTEXT' },
      ]),
    );
  });

  it('repeats an order byte for byte', async () => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    const order = toOrder();
    await target.start(order, inline);
    standIn.core.pass(60);
    await target.start(structuredClone(order), inline);
    const [first, second] = standIn.calls.map(({ request }) => JSON.stringify(request));
    expect(second).toBe(first);
    expect(codeBuild.begun(token)).toBe(1);
  });

  it('refuses what is not for CodeBuild, without asking it', async () => {
    const { target, standIn, toOrder } = await createWorld();
    const process = { target: 'process', command: ['true'], directory: '/', environment: {} } as const;
    const payload = { uri: 's3://payloads/runs/1.env', sha256: 'ab'.repeat(32), sizeBytes: 70 };
    expect(await target.start(toOrder({ work: process }), inline)).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected' },
    });
    expect(await target.start(toOrder(), { tier: 'environment-file', payload })).toMatchObject({
      kind: 'refused',
      cause: { class: 'rejected' },
    });
    expect(standIn.calls).toEqual([]);
  });
});

describe('a start that CodeBuild refuses', () => {
  it.each([
    ['throttled', throttled, 'ThrottlingException: Rate exceeded'],
    [
      'throttled',
      refusal('AccountLimitExceededException', 'Cannot have more than 0 builds in queue for the account'),
      'AccountLimitExceededException: Cannot have more than 0 builds in queue for the account',
    ],
    [
      'rejected',
      refusal('InvalidInputException', 'Invalid compute type'),
      'InvalidInputException: Invalid compute type',
    ],
    [
      'rejected',
      refusal('AccessDeniedException', 'User is not authorized to perform: codebuild:StartBuild'),
      'AccessDeniedException: User is not authorized to perform: codebuild:StartBuild',
    ],
    [
      'target-unavailable',
      refusal('ExpiredTokenException', 'The security token included in the request is expired'),
      'ExpiredTokenException: The security token included in the request is expired',
    ],
  ] as const)('is %s, with the reason', async (failure, fault, reason) => {
    const { target, standIn, codeBuild, toOrder } = await createWorld();
    standIn.faults.next('StartBuild', fault);
    expect(await target.start(toOrder(), inline)).toEqual({
      kind: 'refused',
      cause: { class: failure, reason },
    });
    expect(codeBuild.builds()).toEqual([]);
  });

  it('is rejected when there is no such project, the first time and when it is repeated', async () => {
    const { target, toOrder } = await createWorld();
    for (const isRepeat of [false, true]) {
      expect(await target.start(toOrder({}, 'gone'), inline, { isRepeat })).toEqual({
        kind: 'refused',
        cause: { class: 'rejected', reason: 'ResourceNotFoundException: Project cannot be found: gone' },
      });
    }
  });

  it('is throttled beyond the builds that an account may have, or a project', async () => {
    const limited = {
      name: 'one',
      work: { kind: 'course', seconds: 3600, exitCode: 0 },
      concurrentBuildLimit: 1,
    } as const;
    const world = await createWorld({ projects: [...projects, limited], concurrency: 1, mostQueued: 1 });
    const { target, toOrder } = world;
    const start = (number: number, project: string) =>
      target.start(toOrder({ token: `${runId}-${number}-1` }, project), inline);
    expect(await start(1, 'one')).toMatchObject({ kind: 'started' });
    expect(await start(2, 'one')).toEqual({
      kind: 'refused',
      cause: {
        class: 'throttled',
        reason: 'AccountLimitExceededException: Cannot have more than 1 active builds for the project',
      },
    });
    expect(await start(3, 'waits')).toMatchObject({ kind: 'started' });
    expect(await start(4, 'waits')).toEqual({
      kind: 'refused',
      cause: {
        class: 'throttled',
        reason: 'AccountLimitExceededException: Cannot have more than 1 builds in queue for the account',
      },
    });
  });

  it.each([
    ['as it is', (text: string) => `Value '[{name: STP_TRIGGER_EVENT_DATA, value: ${text}}]' is too long`],
    ['as JSON', (text: string) => `Value ${JSON.stringify({ value: text })} is too long`],
    ['cut', (text: string) => `Value '${text.slice(0, 300)}...' is too long`],
  ])('does not show the event that AWS quotes %s', async (_, quote) => {
    const { target, standIn, toOrder } = await createWorld();
    const text = JSON.stringify({ id: 'event-1', records: [{ data: { password: 'hunter2'.repeat(300) } }] });
    standIn.faults.next('StartBuild', refusal('InvalidInputException', quote(text)));
    const answer = await target.start(toOrder({ event: text }), { tier: 'inline', text });
    expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'rejected' } });
    expect(JSON.stringify(answer)).toMatch(/InvalidInputException: Value .*…/);
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|event-1/);
  });
});

describe('a start whose fate is not known', () => {
  it.each([
    ['answers with an error of its own', serverError],
    ['never answers', { kind: 'hang' }],
    ['answers without a build', { kind: 'answer', body: {} }],
  ] as const)('is unknown when CodeBuild %s, and nothing is sent again by itself', async (_, fault) => {
    const { target, impatient, standIn, toOrder } = await createWorld();
    standIn.faults.next('StartBuild', fault);
    expect(await (fault.kind === 'hang' ? impatient : target).start(toOrder(), inline)).toMatchObject({
      kind: 'unknown',
    });
    expect(standIn.countOf('StartBuild')).toBe(1);
  });

  it('is unknown when nobody is there', async () => {
    const { target, standIn, toOrder } = await createWorld();
    const order = toOrder();
    await standIn.close();
    expect(await target.start(order, inline)).toMatchObject({ kind: 'unknown' });
  });
});

describe('a target whose clock stands for a project that lists without end', () => {
  it('gives up looking, and starts nothing', async () => {
    const { standIn, toOrder } = await createWorld();
    let time = standIn.core.now();
    const target = createCodeBuildTarget(standIn.clients, {
      now: () => {
        time += 7_000;
        return time;
      },
    });
    standIn.faults.always('ListBuildsForProject', { kind: 'answer', body: { ids: [], nextToken: 'more' } });
    expect(await target.start(toOrder(), inline, { isRepeat: true })).toEqual({
      kind: 'unknown',
      reason: 'CodeBuild was not looked through: the builds of waits took longer than 60 s to list',
    });
    expect(standIn.countOf('StartBuild')).toBe(0);
  });
});
