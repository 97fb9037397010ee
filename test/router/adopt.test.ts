import { expect, it } from 'vitest';
import { parseJobs } from '../../shared/jobs/parse.ts';
import { adopt } from '../../shared/router/adopt.ts';
import type { BatchWork } from '../../shared/runs/plan.ts';
import { start, toPlan } from '../support/draft.ts';

const work: BatchWork = {
  target: 'batch',
  stateMachine: 'arn:aws:states:eu-west-1:123456789012:stateMachine:report',
  jobQueue: 'arn:aws:batch:eu-west-1:123456789012:job-queue/reports',
  retry: toPlan().retry,
  tryTimeoutSeconds: 60,
  tryStartTimeoutSeconds: 600,
};

it('gives the jobs of an execution that a person started all the time in the queue that they need', () => {
  const { jobs } = parseJobs(
    'service: s\njobs:\n  report: { target: process, local: { command: [node] }, events: [{ type: manual }] }\n',
    '/jobs.yml',
  );
  const externalId = 'arn:aws:states:eu-west-1:123456789012:execution:report:by-hand';
  const finding = { state: 'running', startedAt: start } as const;
  const adopted = adopt(
    'batch',
    { kind: 'by-hand', resource: work.stateMachine, externalId, finding },
    { jobs, toPlan: () => toPlan({ work }), now: () => start },
  );
  expect(adopted?.draft.run.plan).toMatchObject({
    work: { ...work, tryStartTimeoutSeconds: 31_536_000 },
    timeoutSeconds: 31_536_000,
    startTimeoutSeconds: 31_536_000,
  });
});
