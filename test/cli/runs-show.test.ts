import { expect, it } from 'vitest';
import { printRun } from '../../cli/runs-show.ts';
import type { FargateWork } from '../../shared/runs/plan.ts';
import { createRunningStory, createStory, exited } from '../support/story.ts';

const fargate: FargateWork = {
  target: 'fargate',
  cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/jobs',
  taskDefinition: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/thumbnail:3',
  container: 'job',
  network: { subnets: ['subnet-0a'], securityGroups: [], assignPublicIp: true },
  isSpot: false,
  logs: { group: '/jobs', streamPrefix: 'thumbnail' },
};

it('prints what is kept of a task below the attempts, and nothing that moves the cursor', () => {
  const story = createStory({ work: fargate });
  story.dueNow();
  story.pass(42);
  story.started('arn:aws:ecs:eu-west-1:123456789012:task/jobs/0a1b');
  const details = {
    exitCode: 3,
    stopCode: 'EssentialContainerExited',
    stopReason: 'Essential container\u001b[2J in task exited',
    imageDigest: `sha256:${'0a'.repeat(32)}`,
  };
  story.reported({ state: 'ended', endedAt: story.now(), failure: exited(3), details });
  const printed: string[] = [];
  printRun((text) => printed.push(text), story.run(), undefined, false);
  const [block] = printed.filter((text) => text.startsWith('\nattempt 1\n'));
  expect(block).toBe(`
attempt 1
started as arn:aws:ecs:eu-west-1:123456789012:task/jobs/0a1b
waited     42 s
stopped    EssentialContainerExited: Essential container in task exited
image      sha256:${'0a'.repeat(32)}
log group  /jobs
log stream thumbnail/job/0a1b
console    https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/jobs/tasks/0a1b/configuration?region=eu-west-1`);
});

it.each([
  ['null', 'null'],
  [undefined, 'not kept any more'],
])('prints the event %j as %s', (event, shown) => {
  const printed: string[] = [];
  printRun((text) => printed.push(text), createRunningStory().run(), event, false);
  expect(printed.at(-1)).toBe(`\nevent\n${shown}`);
});

it('prints nothing of the kind for a process', () => {
  const story = createRunningStory();
  story.failed(3);
  const printed: string[] = [];
  printRun((text) => printed.push(text), story.run(), undefined, false);
  expect(printed.join('\n')).not.toContain('\nattempt 1\n');
});
