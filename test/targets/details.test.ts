import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDetails, toStopReason } from '../../shared/targets/details.ts';

const imageDigest = `sha256:${'0a'.repeat(32)}`;
const logs = { logGroup: '/aws/batch/job', logStream: 'report/default/0123' };

describe('what is kept of what a service says', () => {
  it('is all of it, when it has the shape that AWS gives it', () => {
    const told = { exitCode: 0, stopCode: 'UserInitiated', stopReason: 'enough', imageDigest, ...logs };
    expect(toDetails(told)).toEqual({ details: told });
  });

  it.each([
    ['nothing', {}],
    ['what is empty', { stopCode: '', stopReason: '', imageDigest: '', logGroup: '', logStream: '' }],
    ['an exit code that is a text', { exitCode: '3' }],
    ['an exit code that is a fraction', { exitCode: 0.5 }],
    ['a reason that is an object', { stopReason: { toString: 'x' } }],
    ['a digest of another kind', { imageDigest: 'sha256:0a' }],
    ['a log stream without a group', { logStream: 'report/default/0123' }],
    ['a log group without a stream', { logGroup: '/aws/batch/job' }],
    ['a group that CloudWatch has not', { ...logs, logGroup: '/aws batch' }],
    ['a stream that could move the cursor', { ...logs, logStream: 'report\u001b[2J' }],
    ['a stream of 513 characters', { ...logs, logStream: 'x'.repeat(513) }],
  ])('is nothing of %s', (_what, told) => {
    expect(toDetails(told)).toEqual({});
  });

  it('never is longer than 3,000 characters, whatever it was', () => {
    const long = fc.oneof(fc.string({ maxLength: 5000 }), fc.constant('y'.repeat(40_000)), fc.anything());
    const told = fc.record({
      exitCode: long,
      stopCode: long,
      stopReason: long,
      imageDigest: long,
      logGroup: long,
      logStream: long,
    });
    fc.assert(
      fc.property(told, (each) => {
        const { details = {} } = toDetails(each);
        expect(Object.values(details).join('').length).toBeLessThan(3000);
      }),
    );
  });
});

describe('the reason of a stop', () => {
  it.each([
    [['Task failed to start', 'CannotPull: no'], 'Task failed to start; CannotPull: no'],
    [['CannotPull: no', 'CannotPull: no'], 'CannotPull: no'],
    [['', 'CannotPull: no'], 'CannotPull: no'],
    [['', ''], ''],
  ])('has what all fields say, each once: %j', (texts, reason) => {
    expect(toStopReason(...texts)).toBe(reason);
  });
});
