import { describe, expect, it } from 'vitest';
import { toLinks } from '../../../shared/targets/codebuild/links.ts';
import { toWork } from './world.ts';

const uuid = '5f0c6a1e-3b7d-4c1e-9a55-0d6f2b8c7e14';
const linksOf = (partition: string, region: string) =>
  toLinks(toWork('thumbnails'), `arn:${partition}:codebuild:${region}:123456789012:build/thumbnails:${uuid}`);

describe('the links of a build', () => {
  it.each([
    ['aws', 'eu-west-1', 'eu-west-1.console.aws.amazon.com'],
    ['aws-cn', 'cn-north-1', 'console.amazonaws.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'console.amazonaws-us-gov.com'],
  ])('lead to the console of %s and its log stream', (partition, region, host) => {
    expect(linksOf(partition, region)).toEqual({
      console: `https://${host}/codesuite/codebuild/123456789012/projects/thumbnails/build/thumbnails%3A${uuid}/?region=${region}`,
      logs: { group: '/aws/codebuild/thumbnails', stream: uuid },
    });
  });

  it.each([
    '',
    'thumbnails',
    'arn:aws:ecs:eu-west-1:123456789012:task/c/1',
    'arn:aws:codebuild:eu-west-1:123456789012:build/a:b"onclick=',
  ])('are none for %j', (externalId) => {
    expect(toLinks(toWork('thumbnails'), externalId)).toBeUndefined();
  });
});
