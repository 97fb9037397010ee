import { describe, expect, it } from 'vitest';
import { toAwsFailure, toReason, toStartAnswer } from '../../shared/aws/errors.ts';

/** As the SDK throws them. */
function answered(name: string, status: number, message = 'no'): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

describe('an error of a start', () => {
  it.each([
    ['ThrottlingException', 400, 'Rate exceeded'],
    ['TooManyRequestsException', 429, 'no'],
    ['InvalidParameterException', 400, 'Error reading subnets: Request limit exceeded.'],
    ['ClientException', 400, 'Too many requests'],
    ['SomethingNew', 429, 'slow down'],
  ])('is throttling when it is %s %i "%s", by its name, its status or its text', (name, status, message) => {
    expect(toStartAnswer(answered(name, status, message))).toEqual({
      kind: 'refused',
      cause: { class: 'throttled', reason: `${name}: ${message}` },
    });
  });

  it('is a refusal for good when it is a 4xx that nobody knows better', () => {
    expect(
      toStartAnswer(answered('AccessDeniedException', 400, 'not authorized to perform ecs:RunTask')),
    ).toEqual({
      kind: 'refused',
      cause: {
        class: 'rejected',
        reason: 'AccessDeniedException: not authorized to perform ecs:RunTask',
      },
    });
  });

  it('is what the target says of its name', () => {
    const answer = toStartAnswer(answered('AccountLimitExceededException', 400), {
      AccountLimitExceededException: 'no-capacity',
    });
    expect(answer).toMatchObject({ kind: 'refused', cause: { class: 'no-capacity' } });
  });

  it('is something that passes when credentials were just going out of date', () => {
    expect(toStartAnswer(answered('ExpiredTokenException', 400))).toMatchObject({
      kind: 'refused',
      cause: { class: 'target-unavailable' },
    });
  });

  it.each([
    ['a 5xx', answered('ServerException', 500)],
    ['a timeout that the service reports', answered('RequestTimeout', 408)],
    ['a broken connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['a call that was given up', new DOMException('This operation was aborted', 'AbortError')],
    ['a 200 that can not be read', answered('SyntaxError', 200)],
    ['a text', 'no'],
  ])('leaves it unknown whether something was started after %s', (_what, error) => {
    expect(toStartAnswer(error)).toMatchObject({ kind: 'unknown' });
  });
});

describe('a failure', () => {
  it('is read from anything that was thrown', () => {
    expect(toAwsFailure(answered('NoSuchKey', 404))).toEqual({
      name: 'NoSuchKey',
      status: 404,
      message: 'no',
    });
    expect(toAwsFailure(undefined)).toEqual({ name: '', status: undefined, message: 'undefined' });
    expect(toAwsFailure({ name: 7, $metadata: { httpStatusCode: 'x' } })).toMatchObject({
      status: undefined,
    });
  });

  it('has a reason of at most 1000 characters', () => {
    expect(toReason('x'.repeat(1000))).toBe('x'.repeat(1000));
    expect(toReason('x'.repeat(1001))).toBe(`${'x'.repeat(999)}…`);
  });
});
