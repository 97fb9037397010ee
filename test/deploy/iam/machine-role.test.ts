import { expect, it } from 'vitest';
import { toStack } from '../../../shared/deploy/stack/stack.ts';
import { parseJobs } from '../../../shared/jobs/parse.ts';
import { matrix } from '../matrix.ts';
import { createResolve } from '../template/resolve.ts';
import { toWholeTemplate } from '../template/whole.ts';
import { doesAllow, isAllowed, type Need } from './policy.ts';
import { statementsOfRole } from './role.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
const job = arn('batch', 'job/0b5416b2');
/** What the machine gives its jobs: in the request, and on the job from then on. */
const requested = { 'aws:RequestTag/signalbox:stack': 'matrix-prod' };
const tags = { 'aws:ResourceTag/signalbox:stack': 'matrix-prod' };

/**
 * What Step Functions does for a task, by its resource.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
 */
const needs: Readonly<Record<string, readonly Need[]>> = {
  'arn:aws:states:::aws-sdk:batch:describeJobs': [{ action: 'batch:DescribeJobs', resource: '*' }],
  'arn:aws:states:::aws-sdk:batch:listJobs': [{ action: 'batch:ListJobs', resource: '*' }],
  // The request has tags; the end of the job is told by a rule; a stopped execution ends its job.
  'arn:aws:states:::batch:submitJob.sync': [
    { action: 'batch:SubmitJob', resource: job },
    { action: 'batch:SubmitJob', resource: arn('batch', 'job-queue/matrix-prod-fargate') },
    { action: 'batch:SubmitJob', resource: arn('batch', 'job-definition/matrix-prod-job:3') },
    { action: 'batch:TagResource', resource: job, keys: requested },
    { action: 'batch:DescribeJobs', resource: '*' },
    { action: 'batch:TerminateJob', resource: job, keys: tags },
    ...['DescribeRule', 'PutRule', 'PutTargets'].map((each) => ({
      action: `events:${each}`,
      resource: arn('events', 'rule/StepFunctionsGetEventsForBatchJobsRule'),
    })),
  ],
};

const file = parseJobs(matrix['the target batch on Fargate'] ?? '', '/matrix/jobs.yml');
const stage = { service: file.service, stage: 'prod' };
const { Resources } = toWholeTemplate(toStack({ file, stage }), stage);
const resolve = createResolve(Resources);
const statements = statementsOfRole('BatchMachineRole', Resources, resolve);
const tasks =
  JSON.stringify(resolve.properties('JobStateMachine')).match(/arn:aws:states:::[a-zA-Z:.-]+/g) ?? [];

it('a machine of a Batch job does what is known here', () => {
  expect([...new Set(tasks)].toSorted()).toEqual(Object.keys(needs));
});

it.each(Object.entries(needs))('its role allows what %s needs', (_task, all) => {
  expect(all.filter((need) => !isAllowed(statements, need))).toEqual([]);
});

it('its role gives no job the tag of another stack, and none without one', () => {
  const need = { action: 'batch:TagResource', resource: job };
  const others = { 'aws:RequestTag/signalbox:stack': 'other-prod' };
  expect(isAllowed(statements, { ...need, keys: others })).toBe(false);
  expect(isAllowed(statements, need)).toBe(false);
});

it('the machine requests that tag', () => {
  expect(JSON.stringify(resolve.properties('JobStateMachine')).replaceAll('\\', '')).toContain(
    '"signalbox:stack":"matrix-prod"',
  );
});

it('its role allows nothing else', () => {
  const all = Object.values(needs).flat();
  const unused = statements.flatMap((statement) =>
    [statement.Action].flat().flatMap((action) =>
      [statement.Resource].flat().flatMap((resource) => {
        const one = { ...statement, Action: action, Resource: resource };
        return all.some((need) => doesAllow(one, need)) ? [] : [`${action} on ${resource}`];
      }),
    ),
  );
  expect(unused).toEqual([]);
});
