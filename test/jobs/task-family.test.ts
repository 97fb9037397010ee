import { expect, it } from 'vitest';
import { areOfOneJob, toFamilyPrefix } from '../../shared/jobs/task-family.ts';

const stage = { service: 'media', stage: 'prod' };
const familyOf = (job: string, digest: string) => `${toFamilyPrefix(stage, job)}${digest}`;

it('knows the families of one job, whatever is in them', () => {
  expect(familyOf('thumbnail', '3fa9c1d2')).toBe('media-prod-thumbnail-3fa9c1d2');
  expect(areOfOneJob(familyOf('thumbnail', '3fa9c1d2'), familyOf('thumbnail', '00000000'))).toBe(true);
});

it.each([
  ['another job', 'media-prod-thumbnails-3fa9c1d2'],
  ['a job whose name goes on', 'media-prod-thumbnail-b-3fa9c1d2'],
  ['a job that is called like a family', 'media-prod-thumbnail-3fa9c1d2-00000000'],
  ['another stage', 'media-test-thumbnail-3fa9c1d2'],
  ["somebody's own, without a digest", 'media-prod-thumbnail'],
  ['one with something else in its place', 'media-prod-thumbnail-3fa9c1dx'],
  ['one with a number in its place', 'media-prod-thumbnail-20261121093000'],
  ['one with a short number', 'media-prod-thumbnail-7'],
])('does not take %s for it', (_, family) => {
  expect(areOfOneJob(familyOf('thumbnail', '3fa9c1d2'), family)).toBe(false);
  expect(areOfOneJob(family, familyOf('thumbnail', '3fa9c1d2'))).toBe(false);
});
