import type { Kernel } from './kernel.ts';
import type { LambdaFunction } from './lambda.ts';
import { failuresIn } from './queue.ts';

export type StreamRecord = { readonly sequenceNumber: string; readonly marker: string };

/**
 * A stream's shard with an event source mapping that reports batch item failures and bisects: what failed comes again
 * from the lowest failure on, a batch that failed as a whole comes again in halves, and nothing after it comes before.
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function createShard(
  kernel: Kernel,
  options: {
    readonly name: string;
    readonly batchSize: number;
    readonly handler: LambdaFunction;
    readonly toPayload: (records: readonly StreamRecord[]) => unknown;
    readonly onAcknowledged: (record: StreamRecord) => void;
  },
) {
  const { name, batchSize, handler, toPayload, onAcknowledged } = options;
  const { random, now } = kernel;
  const waiting: StreamRecord[] = [];
  let isAtWork = false;
  let size = batchSize;

  function read(): void {
    if (isAtWork || waiting.length === 0) return;
    isAtWork = true;
    const batch = waiting.slice(0, random.between(1, Math.max(size, 1)));
    handler.invoke(toPayload(batch), (outcome) => {
      isAtWork = false;
      const isFailed = outcome.kind !== 'returned';
      const done = isFailed ? 0 : countDone(batch, failuresIn(outcome.value));
      for (const record of batch.slice(0, done)) onAcknowledged(record);
      // The checkpoint is not always written before the reader moves on to another machine.
      const isRead = !kernel.strikes(`${name}: read again`, 0.05);
      if (isRead) waiting.splice(0, done);
      if (isFailed && batch.length > 1) kernel.coverage.count('fault', `${name}: bisected`);
      if (done < batch.length && !isFailed) kernel.coverage.count('fault', `${name}: partial batch failure`);
      size = isFailed ? Math.ceil(batch.length / 2) : batchSize;
      readAt(done === batch.length ? 10 : random.scaled(500, 60_000));
    });
  }

  function readAt(ms: number): void {
    kernel.at(now() + ms, read);
  }

  return {
    put(record: StreamRecord): void {
      waiting.push(record);
      readAt(random.scaled(10, 1000));
    },
  };
}

/** Up to the lowest that failed. */
function countDone(batch: readonly StreamRecord[], failed: ReadonlySet<string>): number {
  const first = batch.findIndex(({ sequenceNumber }) => failed.has(sequenceNumber));
  return first === -1 ? batch.length : first;
}
