import { describe, expect, it } from 'vitest';
import { onEc2, onFargate, placeOf } from './batch-stack.ts';

function limitsOf(resources: ReturnType<typeof placeOf>, id: string) {
  const actions = resources[id]?.Properties?.['JobStateTimeLimitActions'];
  return (actions as { Reason: string; MaxTimeSeconds: number }[]).map(({ Reason, MaxTimeSeconds }) => [
    Reason,
    MaxTimeSeconds,
  ]);
}

describe("a queue's time limits", () => {
  const misconfigured = [
    ['MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', 600],
    ['MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT', 600],
  ];

  it.each([
    [[60, 300], 600],
    [[1200, 3600], 3600],
    [[86_400], 86_400],
  ])('with jobs whose startTimeouts are %j wait %i s for capacity', (startTimeouts, seconds) => {
    const jobs = startTimeouts.map((startTimeout, index) => [`job-${index}`, { ...onEc2, startTimeout }]);
    expect(limitsOf(placeOf(Object.fromEntries(jobs)), 'BatchEc2Queue')).toEqual([
      ...misconfigured,
      ['CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', seconds],
    ]);
  });

  it('leave the wait for capacity to Signalbox where a job may wait longer than a queue can say', () => {
    const resources = placeOf({ patient: { ...onEc2, startTimeout: 86_401 } });
    expect(limitsOf(resources, 'BatchEc2Queue')).toEqual(misconfigured);
  });

  it('are those of its own jobs', () => {
    const resources = placeOf({ patient: { ...onEc2, startTimeout: 7200 }, other: onFargate });
    expect(limitsOf(resources, 'BatchFargateQueue')[2]?.[1]).toBe(3600);
  });
});
