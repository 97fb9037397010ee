import { describe, expect, it } from 'vitest';
import { toLinks } from '../../../shared/targets/fargate/links.ts';
import { toWork } from './fargate-world.ts';

const work = toWork('index', { logs: { group: '/signalbox/word-index', streamPrefix: 'run' } });

describe('the way to a task', () => {
  it('is its page in the console, and its log stream', () => {
    expect(toLinks(work, 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0a1b')).toEqual({
      console:
        'https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/jobs/tasks/0a1b/configuration?region=eu-west-1',
      logs: { group: '/signalbox/word-index', stream: 'run/job/0a1b' },
    });
  });

  it('has no log stream when nobody knows where the container writes to', () => {
    expect(toLinks(toWork('index'), 'arn:aws:ecs:eu-west-1:123456789012:task/jobs/0a1b')).not.toHaveProperty(
      'logs',
    );
  });

  it.each([
    ['arn:aws-cn:ecs:cn-north-1:123456789012:task/jobs/0a1b', 'https://console.amazonaws.cn/'],
    ['arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task/jobs/0a1b', 'https://console.amazonaws-us-gov.com/'],
  ])('leads to the console of its partition: %s', (arn, start) => {
    expect(toLinks(work, arn)?.console.startsWith(start)).toBe(true);
  });

  it('takes the cluster from the job when the ARN is of the old form', () => {
    expect(toLinks(work, 'arn:aws:ecs:eu-west-1:123456789012:task/0a1b')?.console).toContain(
      '/clusters/jobs/tasks/0a1b/',
    );
  });

  it.each(['', 'task/0a1b', 'arn:aws:s3:::bucket/task/0a1b'])('is none for what is no task: %j', (arn) => {
    expect(toLinks(work, arn)).toBeUndefined();
  });
});
