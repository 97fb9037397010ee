import type { Kernel } from './kernel.ts';
import type { LambdaFunction } from './lambda.ts';

/**
 * An asynchronous invocation: a function that fails is tried twice again, after one minute and two; one that is throttled
 * for hours. Now and then an event comes twice without any error, in seconds or in days: SNS tries for 23 days.
 * `onAcknowledged` may be called several times. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function invokeAsynchronously(
  kernel: Kernel,
  handler: LambdaFunction,
  payload: unknown,
  onAcknowledged: () => void,
  isDoubledLate = true,
): void {
  const { random, now } = kernel;
  const minuteMs = 60_000;
  const dayMs = 86_400_000;
  let errors = 0;
  let waitMs = 1_000;

  function deliver(isLast = false): void {
    handler.invoke(payload, (outcome) => {
      if (outcome.kind === 'returned') {
        onAcknowledged();
        if (!isLast && kernel.strikes('asynchronous: delivered twice', 0.04))
          again(random.scaled(100, 600_000));
        if (!isLast && isDoubledLate && kernel.strikes('asynchronous: delivered days later', 0.01))
          again(random.scaled(dayMs / 24, 23 * dayMs));
        return;
      }
      if (isLast) return;
      if (outcome.kind === 'throttled') {
        kernel.at(now() + waitMs, deliver);
        waitMs = Math.min(waitMs * 2, 5 * minuteMs);
        return;
      }
      errors++;
      if (errors > 2) {
        kernel.coverage.count('fault', 'asynchronous: given up');
        return;
      }
      kernel.coverage.count('fault', 'asynchronous: tried again');
      kernel.at(now() + errors * minuteMs, deliver);
    });
  }

  function again(ms: number): void {
    kernel.at(now() + ms, () => deliver(true));
  }

  deliver();
}
