import { describe, expect, it } from 'vitest';
import type { BatchWork, FargateWork } from '../../shared/runs/plan.ts';
import { toRunView } from '../../shared/runs/view.ts';
import { runId, start, toPlan } from '../support/draft.ts';
import { createStory, exited } from '../support/story.ts';

const batch: BatchWork = {
  target: 'batch',
  stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:train',
  jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/train',
  retry: { ...toPlan().retry, attempts: 4 },
  tryTimeoutSeconds: 60,
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
    const tried = { number: 1, externalId: 'job-1', startedAt: start, endedAt: start + 2000 };
    story.reported({ state: 'tried', try: { ...tried, failure: exited(3), logStream: 'train/default/1' } });
    story.reported({ state: 'tried', try: { number: 2, externalId: 'job-2', startedAt: start + 5000 } });
    expect(toRunView(story.run())).toMatchObject({
      status: 'running',
      maximumAttempts: 4,
      attempts: [
        {
          attempt: 1,
          status: 'failed',
          externalId: 'job-1',
          durationSeconds: 2,
          failure: { exitCode: 3 },
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
    expect(toRunView(story.run()).attempts[0]?.links).toEqual({
      console:
        'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/jobs/tasks/0a1b/configuration?region=eu-west-1',
      logs: { group: '/jobs', stream: 'thumbnail/job/0a1b' },
    });
  });

  it('has no links for a process', () => {
    const story = createStory();
    story.dueNow();
    story.started('process-1');
    expect(toRunView(story.run()).attempts[0]).not.toHaveProperty('links');
  });
});
