import type { EpochMs } from '../../shared/runs/run.ts';
import type { Kernel } from './kernel.ts';
import type { LambdaFunction } from './lambda.ts';

export type Message = {
  readonly id: string;
  readonly body: string;
  readonly sentAt: EpochMs;
  visibleAt: EpochMs;
  receives: number;
  isGone: boolean;
};

export type QueueOptions = {
  readonly name: string;
  readonly isFifo?: boolean;
  readonly visibilityMs: number;
  /** Then it goes to the dead-letter queue. */
  readonly mostReceives: number;
  readonly batchSize: number;
  readonly handler: LambdaFunction;
  readonly toPayload: (messages: readonly Message[]) => unknown;
  readonly onAcknowledged?: (message: Message) => void;
};

/**
 * An SQS queue with an event source mapping. Messages come in batches that are put together anew each time, come again
 * when their visibility timeout is over, also while somebody is still at them, and sometimes though they were deleted.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function createQueue(kernel: Kernel, options: QueueOptions) {
  const { name, isFifo = false, visibilityMs, mostReceives, batchSize, handler, toPayload } = options;
  const { random, now } = kernel;
  const messages: Message[] = [];
  let isAtWork = false;

  function poll(): void {
    if (isFifo && isAtWork) return;
    const visible = messages.filter(({ visibleAt, isGone }) => !isGone && visibleAt <= now());
    if (visible.length === 0) return;
    // A FIFO queue gives nothing of a group while an earlier message of it is with somebody.
    if (isFifo && visible[0] !== messages.find(({ isGone }) => !isGone)) return;
    const batch: Message[] = [];
    const most = random.between(1, batchSize);
    while (batch.length < most && visible.length > 0) {
      const index = isFifo ? 0 : random.between(0, visible.length - 1);
      batch.push(...visible.splice(index, 1));
    }
    const dead = batch.filter(({ receives }) => receives >= mostReceives);
    for (const message of dead) {
      message.isGone = true;
      kernel.coverage.count('fault', `${name}: dead letter`);
      kernel.note(name, `${message.id} goes to the dead letters`);
    }
    const alive = batch.filter(({ isGone }) => !isGone);
    if (visible.length > 0 || alive.length === 0) pollAt(now() + 1);
    if (alive.length === 0) return;
    for (const message of alive) {
      message.receives++;
      hide(message, visibilityMs);
    }
    isAtWork = true;
    handler.invoke(toPayload(alive), (outcome) => {
      isAtWork = false;
      pollAt(now() + 1);
      if (outcome.kind !== 'returned') return;
      conclude(alive, outcome.value);
    });
  }

  function conclude(batch: readonly Message[], value: unknown): void {
    const failed = failuresIn(value);
    for (const message of batch) {
      if (failed.has(message.id)) {
        kernel.coverage.count('fault', `${name}: partial batch failure`);
        if (random.chance(0.7)) hide(message, random.scaled(100, 5_000));
        continue;
      }
      options.onAcknowledged?.(message);
      if (kernel.strikes(`${name}: delivered though deleted`, 0.03)) continue;
      message.isGone = true;
    }
  }

  function hide(message: Message, ms: number): void {
    message.visibleAt = now() + ms;
    pollAt(message.visibleAt);
  }

  function pollAt(time: EpochMs): void {
    kernel.at(time + random.scaled(1, 200), poll);
  }

  return {
    send(body: string, delayMs = 0): void {
      const id = `${name}-${messages.length + 1}`;
      const message = {
        id,
        body,
        sentAt: now(),
        visibleAt: now() + delayMs,
        receives: 0,
        isGone: false,
      };
      messages.push(message);
      pollAt(message.visibleAt);
      if (!isFifo && kernel.strikes(`${name}: sent twice`, 0.01)) pollAt(message.visibleAt);
    },
  };
}

/** A handler that answers something else has failed its whole batch, or none of it; ours always answer this. */
export function failuresIn(value: unknown): ReadonlySet<string> {
  const { batchItemFailures = [] } = (value ?? {}) as {
    readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
}
