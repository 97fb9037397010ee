import type { State } from './asl.ts';
import { isOneOf, isThere, matchesOneOf, type Retrier } from './asl.ts';
import type { MachineOptions } from './machine.ts';

/** Throttling of Batch's API, by the names that Step Functions gives it: nothing was done, so it is asked again. */
const throttling = [
  'Batch.TooManyRequestsException',
  'Batch.ThrottlingException',
  'Batch.Throttling',
  'Batch.ThrottledException',
  'Batch.RequestLimitExceeded',
  'Batch.RequestThrottled',
  'Batch.RequestThrottledException',
];

const refusals = [
  'Batch.ClientException',
  'Batch.AccessDeniedException',
  'Batch.ValidationException',
  'Batch.UnrecognizedClientException',
  'States.ParameterPathFailure',
  'States.Permissions',
];

/** A ClientException is permanent, but for one that is throttling in disguise. */
const throttledTexts = ['*Too Many Requests*', '*Rate exceeded*', '*Status Code: 429*'];

const refusedTexts = ['*Status Code: 400*', '*Status Code: 401*', '*Status Code: 403*', '*Status Code: 404*'];

const patiently: Retrier = {
  ErrorEquals: throttling,
  IntervalSeconds: 2,
  MaxAttempts: 60,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

/** Looks change nothing, so they are repeated after anything. */
const look: readonly Retrier[] = [
  { ErrorEquals: ['Batch.AccessDeniedException', 'States.Permissions'], MaxAttempts: 0 },
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 5,
    MaxAttempts: 30,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
];

const mostLooks = 3;
const mostSubmits = 3;

/** One attempt: submitting, waiting for its end, and finding the job whose submission was not answered. */
export function toSubmitStates(options: MachineOptions): Record<string, State> {
  const { job, stack, jobQueue, jobDefinition, tryTimeoutSeconds, executionTimeoutSeconds } = options;
  const outOfSight = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Failed: not to be seen' }];
  return {
    'Name the job': {
      Type: 'Pass',
      Comment: 'SubmitJob has no client token: a job is found again by its name.',
      Parameters: { 'name.$': "States.Format('{}-{}', $$.Execution.Name, $.try.number)" },
      ResultPath: '$.job',
      Next: 'Write its variables',
    },
    'Name the job again': {
      Type: 'Pass',
      Comment: 'The same attempt after an interruption.',
      Parameters: {
        'name.$': "States.Format('{}-{}-{}', $$.Execution.Name, $.try.number, $.try.interruptions)",
      },
      ResultPath: '$.job',
      Next: 'Write its variables',
    },
    'Write its variables': {
      Type: 'Pass',
      Parameters: {
        own: [
          { Name: 'STP_CURRENT_ATTEMPT', 'Value.$': "States.Format('{}', $.try.number)" },
          { Name: 'STP_RUN_ID', 'Value.$': '$$.Execution.Name' },
        ],
      },
      ResultPath: '$.variables',
      Next: 'Join all variables',
    },
    'Join all variables': {
      Type: 'Pass',
      Parameters: { 'lists.$': 'States.Array($.environment, $.variables.own)' },
      ResultPath: '$.variables',
      Next: 'Submit the job',
    },
    'Submit the job': {
      Type: 'Task',
      Comment: 'Batch itself tries once: the attempts are counted here.',
      Resource: 'arn:aws:states:::batch:submitJob.sync',
      Parameters: {
        'JobName.$': '$.job.name',
        JobQueue: jobQueue,
        JobDefinition: jobDefinition,
        ContainerOverrides: { 'Environment.$': '$.variables.lists[*][*]' },
        RetryStrategy: { Attempts: 1 },
        Timeout: { AttemptDurationSeconds: Math.max(shortestTimeoutSeconds, tryTimeoutSeconds) },
        // By the last one roles know which jobs are theirs.
        Tags: { 'signalbox:run.$': '$$.Execution.Name', 'signalbox:job': job, 'signalbox:stack': stack },
        PropagateTags: true,
      },
      ResultSelector: { 'id.$': '$.JobId' },
      ResultPath: '$.ended',
      Retry: [patiently],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'What went wrong' }],
      Next: 'Write the result',
    },
    'What went wrong': {
      Type: 'Choice',
      Comment: 'The job failed, it was not taken, or its submission was not answered: then it may live.',
      Choices: [
        { ...isOneOf('$.error.Error', throttling), Next: 'Failed: throttled' },
        { ...matchesOneOf('$.error.Cause', throttledTexts), Next: 'Look for the job' },
        { ...isOneOf('$.error.Error', refusals), Next: 'Failed: refused' },
        {
          And: [
            { Not: { Variable: '$.error.Error', StringEquals: 'States.TaskFailed' } },
            matchesOneOf('$.error.Cause', refusedTexts),
          ],
          Next: 'Failed: refused',
        },
      ],
      Default: 'Look for the job',
    },
    'Look for the job': {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:batch:listJobs',
      Parameters: {
        JobQueue: jobQueue,
        Filters: [{ Name: 'JOB_NAME', 'Values.$': 'States.Array($.job.name)' }],
      },
      ResultSelector: { 'jobs.$': '$.JobSummaryList' },
      ResultPath: '$.found',
      Retry: look,
      Catch: outOfSight,
      Next: 'Is it there',
    },
    'Is it there': {
      Type: 'Choice',
      Comment: 'A list of jobs can be older than the last submission.',
      Choices: [
        { ...isThere('$.found.jobs[0]'), Next: 'Look at the job' },
        { Variable: '$.try.looks', NumericLessThan: mostLooks - 1, Next: 'Count the look' },
        { Variable: '$.error.Error', StringEquals: 'States.TaskFailed', Next: 'Failed: gone' },
        { Variable: '$.try.submits', NumericLessThan: mostSubmits, Next: 'Count the submission' },
      ],
      Default: 'Failed: not submitted',
    },
    'Count the look': {
      Type: 'Pass',
      Parameters: { ...sameTry, 'looks.$': 'States.MathAdd($.try.looks, 1)', 'submits.$': '$.try.submits' },
      ResultPath: '$.try',
      Next: 'Wait before looking again',
    },
    'Wait before looking again': { Type: 'Wait', Seconds: 15, Next: 'Look for the job' },
    'Count the submission': {
      Type: 'Pass',
      Parameters: { ...sameTry, looks: 0, 'submits.$': 'States.MathAdd($.try.submits, 1)' },
      ResultPath: '$.try',
      Next: 'Submit the job',
    },
    'Look at the job': {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:batch:describeJobs',
      Parameters: { 'Jobs.$': 'States.Array($.found.jobs[0].JobId)' },
      ResultSelector: { 'jobs.$': '$.Jobs' },
      ResultPath: '$.seen',
      Retry: look,
      Catch: outOfSight,
      Next: 'How is it',
    },
    'How is it': {
      Type: 'Choice',
      Choices: [
        { Not: isThere('$.seen.jobs[0]'), Next: 'Failed: gone' },
        { Variable: '$.seen.jobs[0].Status', StringEquals: 'SUCCEEDED', Next: 'It has succeeded' },
        { Variable: '$.seen.jobs[0].Status', StringEquals: 'FAILED', Next: 'Read how it ended' },
      ],
      Default: 'Wait for the job',
    },
    'Wait for the job': {
      Type: 'Wait',
      Seconds: toPollSeconds(executionTimeoutSeconds),
      Next: 'Look at the job',
    },
    'It has succeeded': {
      Type: 'Pass',
      Parameters: { 'id.$': '$.found.jobs[0].JobId' },
      ResultPath: '$.ended',
      Next: 'Write the result',
    },
  };
}

/** https://docs.aws.amazon.com/batch/latest/APIReference/API_JobTimeout.html */
const shortestTimeoutSeconds = 60;

/** The counters of a try, for a Pass that changes one of them. */
const sameTry = {
  'index.$': '$.try.index',
  'number.$': '$.try.number',
  'interruptions.$': '$.try.interruptions',
} as const;

/** An execution has 25,000 events at most, and each poll takes ten: a thousand polls are enough for all its time. */
function toPollSeconds(executionTimeoutSeconds: number): number {
  return Math.max(15, Math.ceil(executionTimeoutSeconds / 1000));
}
