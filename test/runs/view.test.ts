import { describe, expect, it } from 'vitest';
import type { BatchWork, FargateWork } from '../../shared/runs/plan.ts';
import { toNewestLinks, toRunView } from '../../shared/runs/view.ts';
import { runId, start, toPlan } from '../support/draft.ts';
import { createStory, exited } from '../support/story.ts';

const batch: BatchWork = {
  target: 'batch',
  stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:train',
  jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/train',
  retry: { ...toPlan().retry, attempts: 4 },
  tryTimeoutSeconds: 60,
  tryStartTimeoutSeconds: 60,
};

const fargate: FargateWork = {
  target: 'fargate',
  cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/jobs',
  taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/thumbnail:3',
  container: 'job',
  network: { subnets: ['subnet-0a'], securityGroups: [], assignPublicIp: true },
  isSpot: false,
  logs: { group: '/jobs', streamPrefix: 'thumbnail' },
};

describe('the view of a run', () => {
  it('shows the tries of a state machine as attempts, with their logs', () => {
    const story = createStory({ work: batch });
    story.dueNow();
    story.started(`arn:aws:states:eu-west-1:123456789012:execution:train:${runId}`);
    const times = { createdAt: start - 7000, startedAt: start, endedAt: start + 2000 };
    const details = {
      exitCode: 3,
      stopReason: 'Essential container in task exited',
      logGroup: '/aws/batch/job',
      logStream: 'train/default/1',
    };
    const tried = { number: 1, externalId: 'job-1', ...times, failure: exited(3), details };
    story.reported({ state: 'tried', try: tried });
    story.reported({ state: 'tried', try: { number: 2, externalId: 'job-2', startedAt: start + 5000 } });
    expect(toRunView(story.run())).toMatchObject({
      status: 'running',
      maximumAttempts: 4,
      attempts: [
        {
          attempt: 1,
          status: 'failed',
          externalId: 'job-1',
          waitedSeconds: 7,
          durationSeconds: 2,
          failure: { exitCode: 3 },
          ...details,
          links: {
            console: 'https://eu-west-1.console.aws.amazon.com/batch/home?region=eu-west-1#jobs/detail/job-1',
            logs: { group: '/aws/batch/job', stream: 'train/default/1' },
          },
        },
        { attempt: 2, status: 'running', externalId: 'job-2' },
      ],
    });
  });

  it('leads to a task in the console, and to its log stream', () => {
    const story = createStory({ work: fargate });
    story.dueNow();
    story.started('arn:aws:ecs:eu-west-1:123456789012:task/jobs/0a1b');
    const links = {
      console:
        'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/jobs/tasks/0a1b/configuration?region=eu-west-1',
      logs: { group: '/jobs', stream: 'thumbnail/job/0a1b' },
    };
    expect(toRunView(story.run()).attempts[0]?.links).toEqual(links);
    expect(toNewestLinks(story.run())).toEqual(links);
  });

  it('leads nowhere before something was started', () => {
    const story = createStory({ work: fargate });
    expect(toNewestLinks(story.run())).toBeUndefined();
  });

  it('shows what ECS said of a task, long after ECS has forgotten it', () => {
    const story = createStory({ work: fargate });
    story.pass(1);
    story.dueNow();
    story.pass(3);
    story.started('arn:aws:ecs:eu-west-1:123456789012:task/jobs/0a1b');
    const imageDigest = `sha256:${'0a'.repeat(32)}`;
    story.reported({ state: 'running', startedAt: story.now(), details: { imageDigest } });
    story.pass(10);
    const stop = { stopCode: 'EssentialContainerExited', stopReason: 'Essential container in task exited' };
    const details = { exitCode: 3, ...stop };
    story.reported({ state: 'ended', endedAt: story.now(), failure: exited(3), details });
    story.pass(80 * 86_400);
    expect(toRunView(story.run())).toMatchObject({
      waitedSeconds: 4,
      durationSeconds: 10,
      attempts: [
        {
          status: 'failed',
          waitedSeconds: 3,
          durationSeconds: 10,
          exitCode: 3,
          ...stop,
          imageDigest,
          // By the plan: a state change does not say it.
          logGroup: '/jobs',
          logStream: 'thumbnail/job/0a1b',
        },
      ],
    });
  });

  it('leads to the logs that a build really has, which its project may keep elsewhere', () => {
    const story = createStory({ work: { target: 'codebuild', project: 'thumbnails' } });
    story.dueNow();
    const externalId = 'arn:aws:codebuild:eu-west-1:123456789012:build/thumbnails:5f0c6a1e';
    story.started(externalId);
    const logsOf = () => {
      const { logGroup, logStream, links } = toRunView(story.run()).attempts[0] ?? {};
      return { logGroup, logStream, links: links?.logs };
    };
    expect(logsOf()).toEqual({
      logGroup: '/aws/codebuild/thumbnails',
      logStream: '5f0c6a1e',
      links: { group: '/aws/codebuild/thumbnails', stream: '5f0c6a1e' },
    });
    const details = { logGroup: '/builds', logStream: 'thumbnails/5f0c6a1e' };
    story.reported({ state: 'running', startedAt: start, details }, story.token(), externalId);
    expect(logsOf()).toEqual({ ...details, links: { group: '/builds', stream: 'thumbnails/5f0c6a1e' } });
  });

  it('counts the wait of an interrupted attempt from when it was asked for again', () => {
    const story = createStory({ work: fargate });
    story.dueNow();
    story.started('task-1');
    story.pass(100);
    story.ended({ class: 'interrupted', reason: 'Spot took it back' });
    story.due();
    story.pass(5);
    story.started('task-2');
    expect(toRunView(story.run()).attempts).toMatchObject([
      { attempt: 1, interruptions: 1, waitedSeconds: 5 },
    ]);
  });

  it('has the exit code of a process, and no wait that is shorter than nothing', () => {
    const story = createStory();
    story.dueNow();
    story.started('process-1', start - 20);
    story.failed(3);
    expect(toRunView(story.run()).attempts).toMatchObject([{ exitCode: 3, waitedSeconds: 0 }]);
  });

  it('has no links for a process', () => {
    const story = createStory();
    story.dueNow();
    story.started('process-1');
    expect(toRunView(story.run()).attempts[0]).not.toHaveProperty('links');
  });
});
