import type { FailureClass } from '../../runs/failure.ts';
import type { Retry } from '../../runs/plan.ts';
import { freeInterruptions } from '../../runs/retry.ts';
import type { State, Test } from './asl.ts';
import type { MachineOptions } from './machine.ts';
import { type TextTest, type Verdict, verdicts } from './verdict.ts';

/** What a job's description leaves out when there is nothing to say, so that every path leads to something. */
export const blankJob = { StatusReason: '', IsTerminated: false, IsCancelled: false, Container: {} } as const;
export const blankContainer = { ExitCode: -1, Reason: '' } as const;

const never: readonly FailureClass[] = ['bad-event', 'no-capacity', 'rejected'];

/** From a job that failed to the next attempt, or to the end of the execution. */
export function toJudgingStates({ retry }: MachineOptions): Record<string, State> {
  const failed = [...verdicts.map((verdict) => verdict.class), 'lost' as const];
  return {
    'Read how it ended': {
      Type: 'Pass',
      Comment: 'By what Batch says of the job: the cause of an error in Step Functions can be cut.',
      Parameters: { 'job.$': 'States.JsonMerge($.blank.job, $.seen.jobs[0], false)' },
      ResultPath: '$.last',
      Next: 'Read how its container ended',
    },
    'Read how its container ended': {
      Type: 'Pass',
      Parameters: {
        'reason.$': '$.last.job.StatusReason',
        'isTerminated.$': '$.last.job.IsTerminated',
        'isCancelled.$': '$.last.job.IsCancelled',
        'container.$': 'States.JsonMerge($.blank.container, $.last.job.Container, false)',
      },
      ResultPath: '$.last',
      Next: 'Judge it',
    },
    'Judge it': {
      Type: 'Choice',
      Choices: verdicts.map((verdict) => ({ ...toTest(verdict), Next: `Failed: ${verdict.class}` })),
      Default: 'Failed: lost',
    },
    ...Object.fromEntries(failed.map((each) => [`Failed: ${each}`, toFailedState(each, retry)])),
    'Failed: gone': {
      Type: 'Pass',
      Parameters: { error: 'Signalbox.lost', cause: 'Batch has no trace of the job any more' },
      ResultPath: '$.failure',
      Next: isRetryable('lost', retry) ? 'Is there another attempt' : 'Failed',
    },
    ...toExitCodeStates(retry),
    'Is the interruption free': {
      Type: 'Choice',
      Choices: [
        {
          Variable: '$.try.interruptions',
          NumericLessThan: freeInterruptions,
          Next: 'Count the interruption',
        },
      ],
      Default: isRetryable('interrupted', retry) ? 'Is there another attempt' : 'Failed',
    },
    'Count the interruption': {
      Type: 'Pass',
      Parameters: {
        'index.$': '$.try.index',
        'number.$': '$.try.number',
        'interruptions.$': 'States.MathAdd($.try.interruptions, 1)',
        looks: 0,
        submits: 0,
      },
      ResultPath: '$.try',
      Next: 'Wait after the interruption',
    },
    'Wait after the interruption': { Type: 'Wait', Seconds: 30, Next: 'Name the job again' },
    'Is there another attempt': {
      Type: 'Choice',
      Choices: [{ Variable: '$.try.number', NumericLessThanPath: '$.maximum', Next: 'Choose the wait' }],
      Default: 'Failed',
    },
    'Choose the wait': {
      Type: 'Pass',
      Parameters: { 'seconds.$': 'States.ArrayGetItem($.waits, $.try.index)' },
      ResultPath: '$.wait',
      Next: 'Has it jitter',
    },
    'Has it jitter': {
      Type: 'Choice',
      Choices: [{ Variable: '$.isDrawn', BooleanEquals: true, Next: 'Draw the wait' }],
      Default: 'Wait for the next attempt',
    },
    'Draw the wait': {
      Type: 'Pass',
      Comment: 'MathRandom leaves its end out.',
      Parameters: { 'seconds.$': 'States.MathRandom(0, States.MathAdd($.wait.seconds, 1))' },
      ResultPath: '$.wait',
      Next: 'Wait for the next attempt',
    },
    'Wait for the next attempt': {
      Type: 'Wait',
      SecondsPath: '$.wait.seconds',
      Next: 'Begin the next attempt',
    },
    'Begin the next attempt': {
      Type: 'Pass',
      Parameters: {
        'index.$': '$.try.number',
        'number.$': 'States.MathAdd($.try.number, 1)',
        interruptions: 0,
        looks: 0,
        submits: 0,
      },
      ResultPath: '$.try',
      Next: 'Name the job',
    },
  };
}

/** Says why, as the execution's error and cause, and goes on by the retry rules. */
function toFailedState(failure: FailureClass, retry: Retry): State {
  return {
    Type: 'Pass',
    Parameters: { error: `Signalbox.${failure}`, ...toCause(failure) },
    ResultPath: '$.failure',
    Next: toNext(failure, retry),
  };
}

/** `toFailure` reads it again. */
function toCause(failure: FailureClass): { 'cause.$': string } {
  switch (failure) {
    case 'exit-code':
      return { 'cause.$': "States.Format('exit code {}: {}', $.last.container.ExitCode, $.last.reason)" };
    case 'out-of-memory':
    case 'image-pull':
      return { 'cause.$': "States.Format('{} {}', $.last.reason, $.last.container.Reason)" };
    default:
      return { 'cause.$': '$.last.reason' };
  }
}

function toNext(failure: FailureClass, retry: Retry): string {
  if (failure === 'interrupted') return 'Is the interruption free';
  if (never.includes(failure)) return 'Failed';
  if (isRetryable(failure, retry)) return 'Is there another attempt';
  return failure === 'exit-code' && exitCodesOf(retry).length > 0 ? 'Is it one of the exit codes' : 'Failed';
}

function toExitCodeStates(retry: Retry): Record<string, State> {
  const codes = exitCodesOf(retry);
  if (codes.length === 0 || isRetryable('exit-code', retry)) return {};
  return {
    'Is it one of the exit codes': {
      Type: 'Choice',
      Choices: [
        {
          Or: codes.map((code): Test => ({ Variable: '$.last.container.ExitCode', NumericEquals: code })),
          Next: 'Is there another attempt',
        },
      ],
      Default: 'Failed',
    },
  };
}

function isRetryable(failure: FailureClass, { retryOn }: Retry): boolean {
  return retryOn.includes(failure);
}

function exitCodesOf({ retryOn }: Retry): readonly number[] {
  return [...new Set(retryOn.flatMap((rule) => (typeof rule === 'string' ? [] : rule.exitCodes)))];
}

function toTest({ when }: Verdict): Test {
  return { Or: when.flatMap(toTests) };
}

function toTests(test: Verdict['when'][number]): readonly Test[] {
  if ('isStopped' in test) {
    return [
      { Variable: '$.last.isTerminated', BooleanEquals: true },
      { Variable: '$.last.isCancelled', BooleanEquals: true },
    ];
  }
  if ('exitCode' in test) {
    const variable = '$.last.container.ExitCode';
    const isOne = (code: number): Test => ({ Variable: variable, NumericEquals: code });
    return [{ And: [{ Not: isOne(blankContainer.ExitCode) }, { Not: isOne(0) }] }];
  }
  return 'statusReason' in test
    ? [{ Variable: '$.last.reason', StringMatches: toPattern(test.statusReason) }]
    : [{ Variable: '$.last.container.Reason', StringMatches: toPattern(test.containerReason) }];
}

function toPattern(test: TextTest): string {
  return 'starts' in test ? `${test.starts}*` : `*${test.contains}*`;
}
