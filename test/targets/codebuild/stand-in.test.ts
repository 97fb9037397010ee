import {
  BatchGetBuildsCommand,
  ListBuildsForProjectCommand,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { createWorld } from './world.ts';

const variable = (name: string, value: string) => ({ name, value });

describe('the stand-in for CodeBuild', () => {
  it('knows a token for five minutes, and no longer', async () => {
    const { standIn, codeBuild } = await createWorld();
    const client = await standIn.clients.codeBuild();
    const start = async (change = {}) => {
      const command = new StartBuildCommand({ projectName: 'waits', idempotencyToken: 'token', ...change });
      return (await client.send(command)).build?.arn;
    };
    const first = await start();
    standIn.core.pass(290);
    expect(await start()).toBe(first);
    await expect(start({ timeoutInMinutesOverride: 7 })).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('idempotencyToken'),
    });
    standIn.core.pass(11);
    expect(await start()).not.toBe(first);
    codeBuild.lapseTokens();
    await start();
    expect(codeBuild.builds()).toHaveLength(3);
  });

  it.each([
    ['a value over 4,096 bytes', { environmentVariablesOverride: [variable('A', 'é'.repeat(2049))] }],
    ['a reserved name', { environmentVariablesOverride: [variable('CODEBUILD_BUILD_ID', 'x')] }],
    ['an empty name', { environmentVariablesOverride: [variable('', 'x')] }],
    ['too little time', { timeoutInMinutesOverride: 4 }],
    ['too much time', { timeoutInMinutesOverride: 2161 }],
    ['too little time in the queue', { queuedTimeoutInMinutesOverride: 4 }],
    ['too much time in the queue', { queuedTimeoutInMinutesOverride: 481 }],
  ])('refuses %s', async (_, change) => {
    const { standIn, codeBuild } = await createWorld();
    const client = await standIn.clients.codeBuild();
    const command = new StartBuildCommand({ projectName: 'waits', ...change });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'InvalidInputException' });
    expect(codeBuild.builds()).toEqual([]);
  });

  it('lists the newest first, and does not sort more than a hundred', async () => {
    const course = { kind: 'course', seconds: 3600, exitCode: 0 } as const;
    const { standIn, codeBuild } = await createWorld({ projects: [{ name: 'long', work: course }] });
    const client = await standIn.clients.codeBuild();
    const list = (change = {}) =>
      client.send(new ListBuildsForProjectCommand({ projectName: 'long', ...change }));
    const arns = Array.from({ length: 100 }, () => codeBuild.startByHand('long'));
    const ids = arns.map((arn) => arn.split('/')[1]);
    expect((await list()).ids).toEqual(ids.toReversed());
    expect((await list({ sortOrder: 'ASCENDING' })).ids).toEqual(ids);
    codeBuild.startByHand('long');
    const page = await list();
    expect(page.ids).toHaveLength(100);
    expect((await list({ nextToken: page.nextToken })).ids).toEqual([ids[0]]);
    await expect(list({ sortOrder: 'DESCENDING' })).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  it('names the builds that it does not know', async () => {
    const { standIn, codeBuild } = await createWorld();
    const client = await standIn.clients.codeBuild();
    const known = codeBuild.startByHand('waits').split('/')[1] ?? '';
    const found = await client.send(new BatchGetBuildsCommand({ ids: [known, 'waits:none'] }));
    expect(found.builds?.map(({ id }) => id)).toEqual([known]);
    expect(found.buildsNotFound).toEqual(['waits:none']);
    await expect(client.send(new StopBuildCommand({ id: 'waits:none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('gives a build its project’s variables, what a start brings in their place, and its own', async () => {
    const { standIn, codeBuild } = await createWorld({
      projects: [
        {
          name: 'tells',
          work: { kind: 'command', command: ['/bin/sh', '-c', 'echo $ONE $TWO $CODEBUILD_BUILD_ID'] },
          variables: { ONE: '1', TWO: '2' },
        },
      ],
    });
    const client = await standIn.clients.codeBuild();
    const { build } = await client.send(
      new StartBuildCommand({
        projectName: 'tells',
        environmentVariablesOverride: [variable('TWO', 'zwei')],
      }),
    );
    await until('it has ended', () => codeBuild.builds()[0]?.status === 'SUCCEEDED');
    expect(codeBuild.outputOf(build?.arn ?? '')).toBe(`1 zwei ${build?.id}\n`);
  });

  it('runs builds up to its concurrency, then those that waited', async () => {
    const { standIn, codeBuild } = await createWorld({ concurrency: 1 });
    const arns = [codeBuild.startByHand('waits'), codeBuild.startByHand('succeeds')];
    await until('the first runs', () => codeBuild.builds()[0]?.phases.at(-1)?.type === 'BUILD');
    expect(codeBuild.builds()[1]?.phases.at(-1)?.type).toBe('QUEUED');
    const client = await standIn.clients.codeBuild();
    await client.send(new StopBuildCommand({ id: arns[0]?.split('/')[1] }));
    await until('the second has run', () => codeBuild.builds()[1]?.status === 'SUCCEEDED');
    expect(codeBuild.builds()[0]?.status).toBe('STOPPED');
  });

  it('fails a build whose buildspec has no commands', async () => {
    const { standIn, codeBuild } = await createWorld();
    const client = await standIn.clients.codeBuild();
    await client.send(new StartBuildCommand({ projectName: 'waits', buildspecOverride: 'version: 0.2' }));
    await until('it has ended', () => codeBuild.builds()[0]?.status === 'FAILED');
    expect(codeBuild.builds()[0]?.phases.map(({ type, status }) => [type, status])).toEqual([
      ['SUBMITTED', 'SUCCEEDED'],
      ['QUEUED', 'SUCCEEDED'],
      ['PROVISIONING', 'SUCCEEDED'],
      ['DOWNLOAD_SOURCE', 'CLIENT_ERROR'],
      ['COMPLETED', undefined],
    ]);
  });
});
