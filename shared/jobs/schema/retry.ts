import { z } from 'zod';
import { type FailureClass, failureClasses, isStartFailure } from '../../runs/failure.ts';
import { suggestion, toChoice } from '../mistake.ts';
import { listOf, numberFrom, seconds, wholeNumber } from './basics.ts';

/** The classes that use up an attempt, so that a job can say which of them deserve another. */
export const retryableClasses = [
  'exit-code',
  'interrupted',
  'timed-out',
  'out-of-memory',
  'image-pull',
  'stopped',
  'lost',
] as const satisfies readonly FailureClass[];

const condition = z.union(
  [
    z.enum(retryableClasses),
    z.strictObject({
      exitCodes: listOf(wholeNumber(1, 255), 'exit codes').describe(
        'Exit codes that deserve another attempt.',
      ),
    }),
  ],
  { error: ({ input }) => toExpected(input) },
);

export const retryConfig = z
  .strictObject({
    attempts: wholeNumber(1, 100).default(1).describe('Runs in all, the first included.'),
    retryIntervalSeconds: seconds(0, 604_800).default(0).describe('Wait before the second attempt.'),
    retryIntervalMultiplier: numberFrom(1, 100)
      .default(1)
      .describe('What each wait is multiplied by for the next: 5 and 2 give 5, 10, 20.'),
    maxIntervalSeconds: seconds(1, 604_800).default(3600).describe('The longest wait.'),
    jitter: z
      .enum(['none', 'full'])
      .default('none')
      .describe('full: each wait is somewhere between nothing and what was computed.'),
    retryOn: listOf(condition, 'failure classes or { exitCodes }')
      .describe('Failures that deserve another attempt; all of those that use one up, if left out.')
      .exactOptional(),
  })
  .prefault({});

function toExpected(input: unknown): string {
  const choice = `${toChoice(retryableClasses)}, or a mapping with "exitCodes"`;
  const found = failureClasses.find((name) => name === input);
  if (found === undefined) {
    return choice + (typeof input === 'string' ? suggestion(input, retryableClasses) : '');
  }
  return isStartFailure(found)
    ? `${choice}; after ${found} the job is always started again, within startTimeout`
    : `${choice}; after ${found} another attempt would fail the same way`;
}
