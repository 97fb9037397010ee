import { type Cause, type FailureClass, failureClasses } from '../../runs/failure.ts';
import type { Finding } from '../target.ts';

const shape = /^Signalbox\.([a-z-]+)(?:: (.*))?$/s;
const exitCodeShape = /^exit code (\d{1,3}): (.*)$/s;

/**
 * Why an execution of a generated machine failed, by the error that it ended with: `Signalbox.<class>: <cause>`.
 * Other errors are Step Functions' own, and are left as they are.
 */
export function toFailure(failure: Cause): Cause {
  const [, name, cause] = shape.exec(failure.reason) ?? [];
  const known = failureClasses.find((each) => each === name);
  if (known === undefined) return failure;
  const [, exitCode, reason] = exitCodeShape.exec(cause ?? '') ?? [];
  return {
    class: toFinal(known),
    reason: reason || cause || `the job failed: ${known}`,
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
  };
}

export function withFailure<F extends Finding>(finding: F): F {
  return finding.state === 'ended' && finding.failure !== undefined
    ? { ...finding, failure: toFailure(finding.failure) }
    : finding;
}

/**
 * The execution has ended with this, for good: what it could have been repeated for, it was. The engine must not start
 * it again, as it does after these classes; the name of the execution is used up.
 */
function toFinal(failure: FailureClass): FailureClass {
  switch (failure) {
    case 'interrupted':
    case 'no-capacity':
    case 'throttled':
    case 'target-unavailable':
      return 'stopped';
    default:
      return failure;
  }
}
