import { describe, expect, it } from 'vitest';
import { toLinks, toTryLinks } from '../../../shared/targets/batch/links.ts';
import { toExecutionArn, toMachineArn } from '../../stand-in/step-functions.ts';
import { jobQueue, retry } from './world.ts';

const work = {
  target: 'batch',
  stateMachine: toMachineArn('report'),
  jobQueue,
  retry,
  tryTimeoutSeconds: 60,
  tryStartTimeoutSeconds: 60,
} as const;

describe('the links of a batch job', () => {
  it('lead to the execution', () => {
    const arn = toExecutionArn('report', 'one');
    expect(toLinks(work, arn)).toEqual({
      console: `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arn}`,
    });
    expect(toLinks(work, 'one')).toBeUndefined();
  });

  it('lead to a try', () => {
    expect(toTryLinks(work, { number: 1, externalId: 'job-1' })).toEqual({
      console: 'https://eu-west-1.console.aws.amazon.com/batch/home?region=eu-west-1#jobs/detail/job-1',
    });
  });

  it('stay in their partition', () => {
    const chinese = { ...work, jobQueue: 'arn:aws-cn:batch:cn-north-1:123456789012:job-queue/reports' };
    expect(toTryLinks(chinese, { number: 1, externalId: 'job-1' })?.console).toBe(
      'https://console.amazonaws.cn/batch/home?region=cn-north-1#jobs/detail/job-1',
    );
  });
});
